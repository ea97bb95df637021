/** What every adapter of the KeyStore port must do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { Address } from "../../src/domain/account/Address.ts"
import type { Binding } from "../../src/domain/keys/Binding.ts"
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
  })
}
