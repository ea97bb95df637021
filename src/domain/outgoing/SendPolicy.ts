/** The person's wish, and what it means for a message's recipients (design, section 10). */
import { Result, Schema } from "effect"
import type { Address } from "../account/Address.ts"

export const SendPolicy = Schema.Literals(["prefer", "require", "never"])
export type SendPolicy = typeof SendPolicy.Type

export interface Recipient {
  readonly address: Address
  /** Fit to encrypt to. */
  readonly certificate: Uint8Array | undefined
  /** Not named in To or Cc: nobody else may learn of it. */
  readonly isHidden: boolean
}

/** One message as it leaves: the same octets for all of `to`. */
export type Delivery =
  | {
    readonly _tag: "Encrypted"
    readonly to: ReadonlyArray<Address>
    readonly certificates: ReadonlyArray<Uint8Array>
    /** The copy of a hidden recipient tells no key id. */
    readonly isHidden: boolean
  }
  | { readonly _tag: "Signed"; readonly to: ReadonlyArray<Address> }

export class NotProtectable extends Schema.TaggedError<NotProtectable>()("NotProtectable", {
  addresses: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `You asked for encryption, and no key is known for ${this.addresses.join(", ")}: nothing was sent`
  }
}

interface WithKey extends Recipient {
  readonly certificate: Uint8Array
}

const hasKey = (recipient: Recipient): recipient is WithKey => recipient.certificate !== undefined

const addresses = (recipients: ReadonlyArray<Recipient>): ReadonlyArray<Address> =>
  recipients.map(({ address }) => address)

/** All visible recipients with keys share one encrypted copy, each hidden one has its own, the rest get it signed. */
export const planDeliveries = (
  policy: SendPolicy,
  recipients: ReadonlyArray<Recipient>
): Result.Result<ReadonlyArray<Delivery>, NotProtectable> => {
  const encrypted = policy === "never" ? [] : recipients.filter(hasKey)
  const signed = policy === "never" ? recipients : recipients.filter((recipient) => !hasKey(recipient))
  if (policy === "require" && signed.length > 0) {
    return Result.fail(new NotProtectable({ addresses: addresses(signed) }))
  }
  const deliveries: Array<Delivery> = []
  const shared = encrypted.filter(({ isHidden }) => !isHidden)
  if (shared.length > 0) {
    const certificates = shared.map(({ certificate }) => certificate)
    deliveries.push({ _tag: "Encrypted", to: addresses(shared), certificates, isHidden: false })
  }
  for (const { address, certificate, isHidden } of encrypted) {
    if (isHidden) deliveries.push({ _tag: "Encrypted", to: [address], certificates: [certificate], isHidden })
  }
  if (signed.length > 0) deliveries.push({ _tag: "Signed", to: addresses(signed) })
  return Result.succeed(deliveries)
}
