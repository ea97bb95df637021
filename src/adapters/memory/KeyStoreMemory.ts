/** The KeyStore port in memory. */
import { Effect, Layer } from "effect"
import { type Address, canonical } from "../../domain/account/Address.ts"
import type { AuditEntry } from "../../domain/keys/Audit.ts"
import type { AutocryptPeer } from "../../domain/keys/AutocryptPeer.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import type { Candidate } from "../../domain/keys/Candidate.ts"
import type { Answer } from "../../domain/keys/Lookup.ts"
import type { SendPolicy } from "../../domain/outgoing/SendPolicy.ts"
import { KeyStore, type KeyUse, type OwnKeys } from "../../ports/KeyStore.ts"

const UNUSED: KeyUse = { encrypt: false, verify: false }

/** Neither an address nor what follows it here has a space in it. */
const keyOf = (address: Address, what: string): string => `${canonical(address)} ${what}`

const sorted = <A>(map: ReadonlyMap<string, A>): ReadonlyArray<A> =>
  Array.from(map).toSorted(([a], [b]) => a < b ? -1 : 1).map(([, value]) => value)

export const make = Effect.sync(() => {
  let own: OwnKeys | undefined
  const bound = new Map<string, Binding>()
  const used = new Map<string, KeyUse>()
  const candidates = new Map<string, Candidate>()
  const wishes = new Map<string, SendPolicy>()
  const logs = new Map<string, ReadonlyArray<AuditEntry>>()
  const answers = new Map<string, Answer>()
  const peers = new Map<string, AutocryptPeer>()
  return KeyStore.of({
    own: Effect.sync(() => own),
    putOwn: (keys) =>
      Effect.sync(() => {
        own = keys
      }),
    binding: (address) => Effect.sync(() => bound.get(canonical(address))),
    bind: (binding) =>
      Effect.sync(() => {
        const address = canonical(binding.address)
        bound.set(address, { ...binding, address })
      }),
    bindings: Effect.sync(() => sorted(bound)),
    use: (address, fingerprint) => Effect.sync(() => used.get(keyOf(address, fingerprint)) ?? UNUSED),
    noteUse: (address, fingerprint, use) =>
      Effect.sync(() => {
        const key = keyOf(address, fingerprint)
        used.set(key, { ...used.get(key) ?? UNUSED, [use]: true })
      }),
    candidates: (address) =>
      Effect.sync(() => {
        const all = sorted(candidates)
        return address === undefined ? all : all.filter((one) => one.address === canonical(address))
      }),
    putCandidate: (candidate) =>
      Effect.sync(() => {
        const address = canonical(candidate.address)
        candidates.set(keyOf(address, candidate.fingerprint), { ...candidate, address })
      }),
    dropCandidate: (address, fingerprint) =>
      Effect.sync(() => {
        candidates.delete(keyOf(address, fingerprint))
      }),
    wish: (address) => Effect.sync(() => wishes.get(address === undefined ? "" : canonical(address))),
    putWish: (address, wish) =>
      Effect.sync(() => {
        const key = address === undefined ? "" : canonical(address)
        if (wish === undefined) wishes.delete(key)
        else wishes.set(key, wish)
      }),
    auditLog: (address) => Effect.sync(() => logs.get(canonical(address)) ?? []),
    putAuditLog: (address, log) =>
      Effect.sync(() => {
        logs.set(canonical(address), log)
      }),
    answer: (address, directory) => Effect.sync(() => answers.get(keyOf(address, directory))),
    putAnswer: (answer) =>
      Effect.sync(() => {
        const address = canonical(answer.address)
        answers.set(keyOf(address, answer.directory), { ...answer, address })
      }),
    peer: (address) => Effect.sync(() => peers.get(canonical(address))),
    putPeer: (peer) =>
      Effect.sync(() => {
        const address = canonical(peer.address)
        peers.set(address, { ...peer, address })
      })
  })
})

export const layer: Layer.Layer<KeyStore> = Layer.effect(KeyStore, make)
