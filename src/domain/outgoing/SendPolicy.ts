/** The person's wish, and what it means for a message's recipients (design, section 10). */
import { Result, Schema } from "effect"
import type { Address } from "../account/Address.ts"

export const SendPolicy = Schema.Literals(["prefer", "require", "never"])
export type SendPolicy = typeof SendPolicy.Type

export const DEFAULT_POLICY: SendPolicy = "prefer"

/** The nearest wish counts: of the message, for the recipient, of the account. */
export const effectivePolicy = (
  message: SendPolicy | undefined,
  recipient: SendPolicy | undefined,
  account: SendPolicy | undefined
): SendPolicy => message ?? recipient ?? account ?? DEFAULT_POLICY

export interface Recipient {
  readonly address: Address
  /** Fit to encrypt to. */
  readonly certificate: Uint8Array | undefined
  /** Not named in To or Cc: nobody else may learn of it. */
  readonly isHidden: boolean
  readonly policy: SendPolicy
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

/** Gets it encrypted? A key alone is not enough. */
export const isEncrypted = ({ certificate, policy }: Pick<Recipient, "certificate" | "policy">): boolean =>
  certificate !== undefined && policy !== "never"

/** May it not be sent to them at all? */
export const isRefused = ({ certificate, policy }: Pick<Recipient, "certificate" | "policy">): boolean =>
  certificate === undefined && policy === "require"

const hasKey = (recipient: Recipient): recipient is WithKey => isEncrypted(recipient)

const addresses = (recipients: ReadonlyArray<Recipient>): ReadonlyArray<Address> =>
  recipients.map(({ address }) => address)

/**
 * All visible recipients with keys share one encrypted copy, each hidden one has its own, the rest get it signed. All or
 * nothing: one that may not get it in clear keeps it from all.
 */
export const planDeliveries = (
  recipients: ReadonlyArray<Recipient>
): Result.Result<ReadonlyArray<Delivery>, NotProtectable> => {
  const refused = recipients.filter(isRefused)
  if (refused.length > 0) return Result.fail(new NotProtectable({ addresses: addresses(refused) }))
  const encrypted = recipients.filter(hasKey)
  const signed = recipients.filter((recipient) => !isEncrypted(recipient))
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
