/** What every KeyDirectory keeps to. `make` gives the directory as alice@leap.test sees it, logged in. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../src/domain/account/Address.ts"
import type { KeyDirectory } from "../../src/ports/KeyDirectory.ts"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"

const alice = Address.make("alice@leap.test")

const certificateOf = (email: string) =>
  Effect.gen(function*() {
    const pgp = yield* OpenPgp
    return (yield* pgp.generate({ name: "", email }, { expiresInSeconds: undefined })).certificate
  }).pipe(Effect.provide(OpenPgpJs.layer))

export const keyDirectoryContract = <E>(
  name: string,
  make: Effect.Effect<KeyDirectory["Service"], E, Scope.Scope>
) =>
  describe(`KeyDirectory: ${name}`, () => {
    it.live("knows what was published, under any spelling of the address, and no more", () =>
      Effect.gen(function*() {
        const directory = yield* make
        const certificate = yield* certificateOf(alice)
        assert.isUndefined(yield* directory.lookup(alice))
        yield* directory.publish(certificate)
        assert.deepStrictEqual(yield* directory.lookup(alice), certificate)
        assert.deepStrictEqual(yield* directory.lookup(Address.make("Alice+lists@leap.test")), certificate)
        assert.isUndefined(yield* directory.lookup(Address.make("bob@leap.test")))
      }))

    it.live("shows the certificate published last", () =>
      Effect.gen(function*() {
        const directory = yield* make
        yield* directory.publish(yield* certificateOf(alice))
        const second = yield* certificateOf(alice)
        yield* directory.publish(second)
        assert.deepStrictEqual(yield* directory.lookup(alice), second)
      }))

    it.live("takes no certificate of another address, and nothing that is no certificate", () =>
      Effect.gen(function*() {
        const directory = yield* make
        for (const bad of [yield* certificateOf("bob@leap.test"), new Uint8Array([1, 2, 3]), new Uint8Array(0)]) {
          const error = yield* Effect.flip(directory.publish(bad))
          assert.isFalse(error.transient)
        }
        assert.isUndefined(yield* directory.lookup(alice))
      }))
  })
