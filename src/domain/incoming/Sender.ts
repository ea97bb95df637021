/** Whom a message says it comes from, and what is known of their key: what is bound, shown by a directory, or sent along. */
import { Effect, Option } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical, isSame, parse as parseAddress } from "../account/Address.ts"
import { parseAutocrypt } from "../keys/Autocrypt.ts"
import type { Binding } from "../keys/Binding.ts"
import { bindingFor, learn } from "../keys/Discovery.ts"
import { FINGERPRINT, WEAK_CHAIN } from "../keys/ValidationLevel.ts"
import { headerFields, unfold } from "../message/Header.ts"
import type { MessageStructure } from "../message/MessageStructure.ts"

export type Sender = Pick<Binding, "certificate" | "fingerprint" | "level">

/** With several authors nobody is the sender whose signature would count. */
const fromOf = ({ envelope: { from } }: MessageStructure): Address | undefined => {
  const [author, ...others] = from
  if (author === undefined || others.length > 0) return undefined
  return Option.getOrUndefined(parseAddress(`${author.mailbox ?? ""}@${author.host ?? ""}`))
}

/** Autocrypt Level 1 §2.3: exactly one field that is valid and for the address in From; none of a report. */
const autocryptOf = ({ root }: MessageStructure, from: Address, bytes: Uint8Array): Uint8Array | undefined => {
  if (root.type === "multipart" && root.subtype === "report") return undefined
  const shown = headerFields(bytes, 0, bytes.length)
    .filter(({ name }) => name === "autocrypt")
    .flatMap((field) => parseAutocrypt(unfold(bytes, field)) ?? [])
    .filter(({ address }) => isSame(address, from))
  return shown.length === 1 ? shown[0]?.certificate : undefined
}

const oneself = Effect.fnUntraced(function*({ certificate }: OwnKeys) {
  const pgp = yield* OpenPgp
  const { fingerprint } = yield* pgp.inspect(certificate)
  const sender: Sender = { certificate, fingerprint, level: FINGERPRINT }
  return sender
})

/** Learns the key that the message brings, and answers the one that holds. `isProtected`: there is something to check. */
export const senderOf = Effect.fn("Sender.senderOf")(
  function*(own: OwnKeys, structure: MessageStructure, bytes: Uint8Array, isProtected: boolean) {
    const from = fromOf(structure)
    if (from === undefined) return undefined
    if (isSame(from, own.address)) return yield* oneself(own)
    const brought = autocryptOf(structure, from, bytes)
    if (!isProtected && brought === undefined) return undefined
    // The directory of the sender's domain is believed more than the message itself: it is asked first.
    yield* bindingFor(own, from)
    const address = canonical(from)
    if (brought !== undefined) yield* learn({ address, certificate: brought, level: WEAK_CHAIN, source: "mail" })
    const store = yield* KeyStore
    const bound: Sender | undefined = yield* store.binding(address)
    return bound
  }
)
