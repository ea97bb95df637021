/** Whom a message says it comes from, and what is known of their key: what is bound, shown by a directory, or sent along. */
import { Effect, Option } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical, isSame, parse as parseAddress } from "../account/Address.ts"
import type { Binding } from "../keys/Binding.ts"
import { bindingFor } from "../keys/Discovery.ts"
import { FINGERPRINT } from "../keys/ValidationLevel.ts"
import type { Envelope } from "../message/MessageStructure.ts"

export type Sender = Pick<Binding, "certificate" | "fingerprint" | "level">

/** With several authors nobody is the sender whose signature would count. */
export const authorOf = ({ from }: Envelope): Address | undefined => {
  const [author, ...others] = from
  if (author === undefined || others.length > 0) return undefined
  return Option.getOrUndefined(parseAddress(`${author.mailbox ?? ""}@${author.host ?? ""}`))
}

const oneself = Effect.fnUntraced(function*({ certificate }: OwnKeys) {
  const pgp = yield* OpenPgp
  const { fingerprint } = yield* pgp.inspect(certificate)
  const sender: Sender = { certificate, fingerprint, level: FINGERPRINT }
  return sender
})

/** As it is bound now. */
export const knownSender = Effect.fnUntraced(function*(own: OwnKeys, author: Address | undefined) {
  if (author === undefined) return undefined
  if (isSame(author, own.address)) return yield* oneself(own)
  const store = yield* KeyStore
  const bound: Sender | undefined = yield* store.binding(canonical(author))
  return bound
})

/** As it is bound, or else as the directory of the author's domain shows it. */
export const lookUp = Effect.fnUntraced(function*(own: OwnKeys, author: Address | undefined) {
  if (author === undefined || isSame(author, own.address)) return yield* knownSender(own, author)
  const bound: Sender | undefined = yield* bindingFor(own, author)
  return bound
})
