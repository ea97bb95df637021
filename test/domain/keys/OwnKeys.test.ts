import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Ref } from "effect"
import * as KeyStoreMemory from "../../../src/adapters/memory/KeyStoreMemory.ts"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { makeMissing, publish } from "../../../src/domain/keys/OwnKeys.ts"
import { KeyDirectory } from "../../../src/ports/KeyDirectory.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const alice = Address.make("alice@leap.test")
const device = Layer.mergeAll(KeyStoreMemory.layer, OpenPgpJs.layer)

describe("OwnKeys", () => {
  it.live("are made once, for the address, with a year to live", () =>
    Effect.gen(function*() {
      const made = yield* makeMissing(alice)
      const facts = yield* (yield* OpenPgp).inspect(made.certificate)
      assert.deepStrictEqual(facts.userIds, ["<alice@leap.test>"])
      assert.isTrue(facts.canEncrypt && facts.canSign && !facts.revoked)
      assert.strictEqual((facts.expiresAt ?? 0) - facts.createdAt, 365 * 24 * 3600 * 1000)
      assert.deepStrictEqual(yield* makeMissing(alice), made)
      assert.deepStrictEqual((yield* (yield* KeyStore).own)?.certificate, made.certificate)
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.live("are published where the directory has none or others, and only there", () =>
    Effect.gen(function*() {
      const shown = yield* Ref.make<Option.Option<Uint8Array>>(Option.none())
      const published = yield* Ref.make(0)
      const directory = KeyDirectory.of({
        lookup: () => Effect.map(Ref.get(shown), Option.getOrUndefined),
        publish: (certificate) =>
          Effect.andThen(Ref.set(shown, Option.some(certificate)), Ref.update(published, (count) => count + 1))
      })
      const own = yield* makeMissing(alice)
      const tell = publish(own).pipe(Effect.provideService(KeyDirectory, directory))
      yield* tell
      yield* tell
      assert.strictEqual(yield* Ref.get(published), 1)
      yield* Ref.set(shown, Option.some(own.certificate.toReversed()))
      yield* tell
      assert.strictEqual(yield* Ref.get(published), 2)
      assert.deepStrictEqual(Option.getOrUndefined(yield* Ref.get(shown)), own.certificate)
    }).pipe(Effect.provide(Layer.fresh(device))))
})
