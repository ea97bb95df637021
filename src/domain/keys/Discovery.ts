/** Which certificate a correspondent uses: what is bound here, else what directories show, else what others say of them. */
import { Clock, Effect } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { type Address, canonical, isSame } from "../account/Address.ts"
import { type Binding, isFit } from "./Binding.ts"
import { inspect } from "./Learn.ts"
import { search } from "./Search.ts"
import { FINGERPRINT, type ValidationLevel, WEAK_CHAIN } from "./ValidationLevel.ts"

/** Sending never waits longer for directories, however many recipients there are. Milliseconds. */
export const PATIENCE = 5000

const ask = Effect.fnUntraced(function*(own: OwnKeys, address: Address, deadline: number) {
  const left = deadline - (yield* Clock.currentTimeMillis)
  if (left <= 0) return
  yield* search(own, address, { all: false }).pipe(
    Effect.timeout(left),
    Effect.catchTag("TimeoutError", () => Effect.logInfo("The key directories took too long to answer"))
  )
})

/** What is bound, or else what directories show. It may be expired or revoked: signatures were made before. */
export const bindingFor = Effect.fn("Discovery.bindingFor")(function*(own: OwnKeys, of: Address) {
  const address = canonical(of)
  const store = yield* KeyStore
  const bound = yield* store.binding(address)
  if (bound !== undefined) return bound
  yield* ask(own, address, (yield* Clock.currentTimeMillis) + PATIENCE)
  return yield* store.binding(address)
})

/** What mail to an address is encrypted to. */
export interface Usable {
  readonly certificate: Uint8Array
  readonly fingerprint: string
  readonly level: ValidationLevel
  readonly source: Binding["source"] | "gossip"
}

export type Found =
  | ({ readonly _tag: "Usable" } & Usable)
  /** A certificate is known, and it encrypts nothing. */
  | { readonly _tag: "Unfit"; readonly fingerprint: string; readonly reason: string }
  | { readonly _tag: "None" }

const NONE: Found = { _tag: "None" }

const judged = Effect.fnUntraced(function*(certificate: Uint8Array, level: ValidationLevel, source: Usable["source"]) {
  const facts = yield* inspect(certificate)
  if (facts === undefined) return undefined
  const { fingerprint } = facts
  const found: Found = isFit(facts, yield* Clock.currentTimeMillis)
    ? { _tag: "Usable", certificate, fingerprint, level, source }
    : { _tag: "Unfit", fingerprint, reason: facts.unfit ?? (facts.revoked ? "it is revoked" : "it has expired") }
  return found
})

const judgeBound = (bound: Binding | undefined) =>
  bound === undefined ? Effect.succeed(undefined) : judged(bound.certificate, bound.level, bound.source)

/** What other correspondents say is theirs (Autocrypt Level 1 §2.3): better than clear text, and never bound. */
const gossiped = Effect.fnUntraced(function*(address: Address) {
  const store = yield* KeyStore
  const { gossip, key } = (yield* store.peer(address)) ?? {}
  // They speak for themselves.
  if (gossip === undefined || key !== undefined) return undefined
  return yield* judged(gossip.certificate, WEAK_CHAIN, "gossip")
})

/** `deadline`: milliseconds of the clock; directories are not waited for beyond it. */
export const find = Effect.fn("Discovery.find")(function*(own: OwnKeys, of: Address, deadline: number) {
  const address = canonical(of)
  if (isSame(address, own.address)) {
    return (yield* judged(own.certificate, FINGERPRINT, "own")) ?? NONE
  }
  const store = yield* KeyStore
  const known = yield* judgeBound(yield* store.binding(address))
  if (known?._tag === "Usable") return known
  // Nothing is bound, or it has become unfit.
  yield* ask(own, address, deadline)
  const bound = yield* judgeBound(yield* store.binding(address))
  if (bound !== undefined) return bound
  const gossip = yield* gossiped(address)
  return gossip?._tag === "Usable" ? gossip : NONE
})
