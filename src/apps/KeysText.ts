/** Keys as `leap-mail keys` shows them: a line or a page for people, the same as data for programs. */
import { DateTime, Effect } from "effect"
import { type Address, canonical } from "../domain/account/Address.ts"
import type { Binding } from "../domain/keys/Binding.ts"
import type { Candidate } from "../domain/keys/Candidate.ts"
import { levelName } from "../domain/keys/ValidationLevel.ts"
import type { SendPolicy } from "../domain/outgoing/SendPolicy.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import { type CertificateFacts, OpenPgp } from "../ports/OpenPgp.ts"

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
export const own = Effect.fn("KeysText.own")(function*(address: Address, certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  const { fingerprint } = yield* pgp.inspect(certificate)
  return yield* shown({ address, certificate, fingerprint, level: 7, source: "own", seenAt: 0 })
})

const withState = Effect.fnUntraced(function*(candidate: Candidate) {
  return { ...(yield* shown(candidate)), decision: candidate.state, reason: candidate.reason }
})
export type ShownCandidate = Effect.Success<ReturnType<typeof withState>>

export const bindings = Effect.fn("KeysText.bindings")(function*() {
  const store = yield* KeyStore
  return yield* Effect.forEach(yield* store.bindings, shown)
})

/** Waiting for a word of the person, or of one address all that was shown. */
export const candidates = Effect.fn("KeysText.candidates")(function*(address?: Address) {
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

export const page = Effect.fn("KeysText.page")(function*(of: Address) {
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

/** In groups of four, as people compare it. */
const spaced = (fingerprint: string): string => fingerprint.replaceAll(/(.{4})(?=.)/g, "$1 ")

const expiry = ({ expiresAt }: ShownKey): string => expiresAt === null ? "never expires" : `until ${expiresAt}`

export const line = (key: ShownKey): string =>
  `${key.address}  ${key.fingerprint}  ${key.level}  ${key.state}, ${expiry(key)}`

const keyLines = (title: string, key: ShownKey): ReadonlyArray<string> => [
  `${title}: ${key.algorithm}, made ${key.createdAt}, ${expiry(key)}, ${key.state}`,
  `  ${spaced(key.fingerprint)}`,
  `  ${key.level}, from ${key.source}`,
  ...key.userIds.map((userId) => `  ${userId}`)
]

export const pageText = ({ address, key, others, wish }: Page): string =>
  [
    address,
    ...key === null ? ["No key is known."] : keyLines("In use", key),
    ...others.flatMap((other) =>
      keyLines(other.decision === "rejected" ? "Rejected" : other.reason === "bound" ? "Waits for you" : "Unfit", other)
    ),
    ...wish === null ? [] : [`Mail to them: ${wish}`]
  ].join("\n")
