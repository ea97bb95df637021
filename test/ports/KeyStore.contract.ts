/** What every adapter of the KeyStore port must do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { Address } from "../../src/domain/account/Address.ts"
import { gossiped, seen, unseen } from "../../src/domain/keys/AutocryptPeer.ts"
import type { Binding } from "../../src/domain/keys/Binding.ts"
import type { Candidate } from "../../src/domain/keys/Candidate.ts"
import { KeyStore } from "../../src/ports/KeyStore.ts"

const binding = (address: string, level: Binding["level"]): Binding => ({
  address: Address.make(address),
  certificate: Uint8Array.of(1, 2, level),
  fingerprint: `F${level}`,
  level,
  source: "provider",
  seenAt: 1_700_000_000_000 + level
})

const secret = (...bytes: ReadonlyArray<number>) => Redacted.make(Uint8Array.from(bytes))

export const keyStoreContract = <E>(name: string, layer: Layer.Layer<KeyStore, E>): void => {
  describe(`KeyStore: ${name}`, () => {
    it.effect("has no own keys until they are put, then the newest set", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        assert.strictEqual(yield* keys.own, undefined)
        const address = Address.make("ann@leap.test")
        yield* keys.putOwn({ address, certificate: Uint8Array.of(1), secretKeys: [secret(1)] })
        yield* keys.putOwn({ address, certificate: Uint8Array.of(2), secretKeys: [secret(2), secret(1)] })
        const own = yield* keys.own
        assert.strictEqual(own?.address, address)
        assert.deepStrictEqual(Uint8Array.from(own?.certificate ?? []), Uint8Array.of(2))
        assert.deepStrictEqual(own?.secretKeys.map((key) => Array.from(Redacted.value(key))), [[2], [1]])
      }).pipe(Effect.provide(layer)))

    it.effect("binds by canonical address and replaces", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const address = Address.make("Bob+news@leap.test")
        assert.strictEqual(yield* keys.binding(address), undefined)
        yield* keys.bind(binding("Bob@leap.test", 1))
        yield* keys.bind(binding("bob@leap.test", 6))
        yield* keys.bind(binding("alice@leap.test", 0))
        const found = yield* keys.binding(address)
        assert.deepStrictEqual(found && { ...found, certificate: Uint8Array.from(found.certificate) }, {
          ...binding("bob@leap.test", 6)
        })
        const all = yield* keys.bindings
        assert.deepStrictEqual(all.map((one) => one.address), ["alice@leap.test", "bob@leap.test"])
      }).pipe(Effect.provide(layer)))

    it.effect("answers the same array while nothing changed", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        yield* keys.bind(binding("bob@leap.test", 1))
        const first = yield* keys.binding(Address.make("bob@leap.test"))
        const again = yield* keys.binding(Address.make("bob@leap.test"))
        assert.strictEqual(first?.certificate, again?.certificate)
        yield* keys.bind(binding("bob@leap.test", 2))
        assert.strictEqual((yield* keys.binding(Address.make("bob@leap.test")))?.level, 2)
      }).pipe(Effect.provide(layer)))

    it.effect("keeps revocations beside own keys", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const address = Address.make("ann@leap.test")
        const own = { address, certificate: Uint8Array.of(1), secretKeys: [secret(1)] as const }
        yield* keys.putOwn({ ...own, revocations: [secret(8), secret(9)] })
        const kept = (yield* keys.own)?.revocations ?? []
        assert.deepStrictEqual(kept.map((one) => Array.from(Redacted.value(one))), [[8], [9]])
        yield* keys.putOwn(own)
        assert.deepStrictEqual((yield* keys.own)?.revocations ?? [], [])
      }).pipe(Effect.provide(layer)))

    it.effect("remembers what a certificate was used for with an address, for good", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const bob = Address.make("bob@leap.test")
        assert.deepStrictEqual(yield* keys.use(bob, "F1"), { encrypt: false, verify: false })
        yield* keys.noteUse(Address.make("Bob+x@leap.test"), "F1", "encrypt")
        yield* keys.noteUse(bob, "F1", "encrypt")
        assert.deepStrictEqual(yield* keys.use(bob, "F1"), { encrypt: true, verify: false })
        yield* keys.noteUse(bob, "F1", "verify")
        yield* keys.bind(binding("bob@leap.test", 1))
        assert.deepStrictEqual(yield* keys.use(bob, "F1"), { encrypt: true, verify: true })
        assert.deepStrictEqual(yield* keys.use(bob, "F2"), { encrypt: false, verify: false })
        assert.deepStrictEqual(yield* keys.use(Address.make("al@leap.test"), "F1"), { encrypt: false, verify: false })
      }).pipe(Effect.provide(layer)))

    it.effect("keeps candidates of an address until they are dropped", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const bob = Address.make("bob@leap.test")
        const one: Candidate = { ...binding("Bob@leap.test", 1), reason: "bound", told: false, state: "pending" }
        yield* keys.putCandidate(one)
        yield* keys.putCandidate({ ...binding("bob@leap.test", 0), reason: "unusable", told: true, state: "rejected" })
        yield* keys.putCandidate({ ...binding("al@leap.test", 2), reason: "bound", told: false, state: "pending" })
        yield* keys.putCandidate({ ...one, told: true })
        const plain = ({ certificate, ...rest }: Candidate) => ({ ...rest, certificate: Array.from(certificate) })
        assert.deepStrictEqual((yield* keys.candidates(bob)).map(plain), [
          plain({ ...binding("bob@leap.test", 0), reason: "unusable", told: true, state: "rejected" }),
          plain({ ...one, address: bob, told: true })
        ])
        assert.deepStrictEqual((yield* keys.candidates()).map(({ address }) => address.slice(0, 2)), ["al", "bo", "bo"])
        yield* keys.dropCandidate(Address.make("BOB@leap.test"), "F1")
        yield* keys.dropCandidate(bob, "F1")
        assert.deepStrictEqual((yield* keys.candidates(bob)).map(({ fingerprint }) => fingerprint), ["F0"])
      }).pipe(Effect.provide(layer)))

    it.effect("keeps wishes of the account and for addresses", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const bob = Address.make("Bob+x@leap.test")
        assert.deepStrictEqual([yield* keys.wish(), yield* keys.wish(bob)], [undefined, undefined])
        yield* keys.putWish(undefined, "require")
        yield* keys.putWish(bob, "prefer")
        yield* keys.putWish(Address.make("bob@leap.test"), "never")
        assert.deepStrictEqual([yield* keys.wish(), yield* keys.wish(bob)], ["require", "never"])
        yield* keys.putWish(undefined, undefined)
        assert.deepStrictEqual([yield* keys.wish(), yield* keys.wish(bob)], [undefined, "never"])
      }).pipe(Effect.provide(layer)))

    it.effect("keeps the log, the last answers and the Autocrypt state of an address", () =>
      Effect.gen(function*() {
        const keys = yield* KeyStore
        const bob = Address.make("Bob+x@leap.test")
        const address = Address.make("bob@leap.test")
        assert.deepStrictEqual(yield* keys.auditLog(bob), [])
        const log = [{ directory: "wkd", fingerprint: "A", firstAt: 1, lastAt: 2, times: 2 }] as const
        yield* keys.putAuditLog(bob, log)
        assert.deepStrictEqual(yield* keys.auditLog(address), log)

        assert.strictEqual(yield* keys.answer(bob, "wkd"), undefined)
        yield* keys.putAnswer({ address: bob, directory: "wkd", fingerprint: "A", askedAt: 1, until: 5 })
        yield* keys.putAnswer({ address: bob, directory: "vks", fingerprint: "", askedAt: 1, until: 5 })
        yield* keys.putAnswer({ address: bob, directory: "wkd", fingerprint: "", askedAt: 6, until: 7 })
        const none = { address, fingerprint: "" }
        assert.deepStrictEqual(yield* keys.answer(address, "wkd"), { ...none, directory: "wkd", askedAt: 6, until: 7 })
        assert.deepStrictEqual(yield* keys.answer(address, "vks"), { ...none, directory: "vks", askedAt: 1, until: 5 })
        assert.strictEqual(yield* keys.answer(address, "hkps"), undefined)

        assert.strictEqual(yield* keys.peer(bob), undefined)
        const peer = seen(unseen(bob), { certificate: Uint8Array.of(1), preferEncrypt: true }, 10)
        yield* keys.putPeer(peer)
        const first = yield* keys.peer(address)
        assert.deepStrictEqual([first?.address, first?.preferEncrypt, first?.key?.at, first?.gossip], [
          address,
          "mutual",
          10,
          undefined
        ])
        yield* keys.putPeer(gossiped(peer, Uint8Array.of(2), 20))
        assert.deepStrictEqual(Array.from((yield* keys.peer(address))?.gossip?.certificate ?? []), [2])
      }).pipe(Effect.provide(layer)))
  })
}
