/** Whom a message goes to, how each of them can get it, and what the person wishes for them. */
import { Clock, Effect, Option } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { type Address, canonical, parse } from "../account/Address.ts"
import { find, type Found, PATIENCE } from "../keys/Discovery.ts"
import type { EnvelopeAddress, MessageStructure } from "../message/MessageStructure.ts"
import { effectivePolicy, type Recipient, type SendPolicy } from "./SendPolicy.ts"

/** Key look-ups at a time. */
const LOOKUPS = 16

export interface Resolved extends Recipient {
  readonly found: Found
}

/** Each once, in the order given: a mail program may name somebody twice. */
export const distinct = (addresses: ReadonlyArray<Address>): ReadonlyArray<Address> =>
  Array.from(new Map(addresses.map((address) => [address.toLowerCase(), address])).values())

export const resolve = Effect.fn("Recipients.resolve")(
  function*(
    own: OwnKeys,
    to: ReadonlyArray<Address>,
    message: SendPolicy | undefined,
    isHidden: (address: Address) => boolean
  ) {
    const store = yield* KeyStore
    const account = yield* store.wish()
    const deadline = (yield* Clock.currentTimeMillis) + PATIENCE
    return yield* Effect.forEach(
      to,
      Effect.fnUntraced(function*(address) {
        const policy = effectivePolicy(message, yield* store.wish(address), account)
        // Who gets it in clear anyhow is looked up nowhere.
        const found: Found = policy === "never" ? { _tag: "None" } : yield* find(own, address, deadline)
        const certificate = found._tag === "Usable" ? found.certificate : undefined
        const resolved: Resolved = { address, policy, found, certificate, isHidden: isHidden(address) }
        return resolved
      }),
      { concurrency: LOOKUPS }
    )
  }
)

/** Not named in To or Cc. */
export const isHiddenIn = ({ envelope: { cc, to } }: MessageStructure): (address: Address) => boolean => {
  const address = ({ host, mailbox }: EnvelopeAddress) => parse(`${mailbox ?? ""}@${host ?? ""}`)
  const named = new Set([...to, ...cc].flatMap((one) => Option.toArray(Option.map(address(one), canonical))))
  return (one) => !named.has(canonical(one))
}
