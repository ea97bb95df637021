/** Keys as people and programs are shown them: in words, dates as days. */
import { DateTime, Effect } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { type CertificateFacts, OpenPgp } from "../../ports/OpenPgp.ts"
import { type Address, canonical } from "../account/Address.ts"
import type { SendPolicy } from "../outgoing/SendPolicy.ts"
import type { Binding } from "./Binding.ts"
import type { Candidate } from "./Candidate.ts"
import { levelName } from "./ValidationLevel.ts"

const dayOf = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, 10)

const stateOf = ({ canEncrypt, revoked, unfit }: CertificateFacts): string =>
  revoked ? "revoked" : canEncrypt ? "good" : unfit ?? "does not encrypt"

const shown = Effect.fnUntraced(function*({ address, certificate, fingerprint, level, source }: Binding) {
  const pgp = yield* OpenPgp
  const facts = yield* pgp.inspect(certificate)
  return {
    address,
    fingerprint,
    level: levelName(level),
    source,
    algorithm: facts.keys[0].algorithm,
    createdAt: dayOf(facts.createdAt),
    expiresAt: facts.expiresAt === undefined ? null : dayOf(facts.expiresAt),
    userIds: facts.userIds,
    state: stateOf(facts)
  }
})
export type ShownKey = Effect.Success<ReturnType<typeof shown>>

/** Of the account itself. */
export const own = Effect.fn("ShownKeys.own")(function*(address: Address, certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  const { fingerprint } = yield* pgp.inspect(certificate)
  return yield* shown({ address, certificate, fingerprint, level: 7, source: "own", seenAt: 0 })
})

const withState = Effect.fnUntraced(function*(candidate: Candidate) {
  return { ...(yield* shown(candidate)), decision: candidate.state, reason: candidate.reason }
})
export type ShownCandidate = Effect.Success<ReturnType<typeof withState>>

export const bindings = Effect.fn("ShownKeys.bindings")(function*() {
  const store = yield* KeyStore
  return yield* Effect.forEach(yield* store.bindings, shown)
})

/** Waiting for a word of the person, or of one address all that was shown. */
export const candidates = Effect.fn("ShownKeys.candidates")(function*(address?: Address) {
  const store = yield* KeyStore
  const all = yield* store.candidates(address)
  return yield* Effect.forEach(
    address === undefined ? all.filter(({ reason, state }) => state === "pending" && reason === "bound") : all,
    withState
  )
})

export interface Page {
  readonly address: Address
  readonly key: ShownKey | null
  readonly others: ReadonlyArray<ShownCandidate>
  readonly wish: SendPolicy | null
}

export const page = Effect.fn("ShownKeys.page")(function*(of: Address) {
  const address = canonical(of)
  const store = yield* KeyStore
  const bound = yield* store.binding(address)
  const about: Page = {
    address,
    key: bound === undefined ? null : yield* shown(bound),
    others: yield* candidates(address),
    wish: (yield* store.wish(address)) ?? null
  }
  return about
})
