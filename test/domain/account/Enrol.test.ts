import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import * as ProviderStoreMemory from "../../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as EnrolmentExchangeOpaque from "../../../src/adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as EnrolmentOpaque from "../../../src/adapters/opaque/EnrolmentOpaque.ts"
import * as RateLimitsLocal from "../../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { enter, openAccount } from "../../../src/domain/account/Enrol.ts"
import { makeRootSecret } from "../../../src/domain/vault/RootSecret.ts"
import * as CheapPassphrases from "../../ports/CheapPassphrases.ts"

const provider = EnrolmentOpaque.layer.pipe(
  Layer.provide(EnrolmentExchangeOpaque.layer({ domains: ["leap.test"] })),
  Layer.provide([ProviderStoreMemory.layer, RateLimitsLocal.layer]),
  Layer.provideMerge(Layer.merge(NodeCrypto.layer, CheapPassphrases.layer))
)
const password = Redacted.make("correct horse")

describe("Enrol", () => {
  layer(provider)((it) => {
    it.effect("brings the root secret to every device that knows the password", () =>
      Effect.gen(function*() {
        const address = Address.make("alice@leap.test")
        const root = yield* makeRootSecret
        const laptop = yield* openAccount(address, password, root, "laptop")
        const phone = yield* enter(Address.make("ALICE@leap.test"), password, "phone")
        assert.deepStrictEqual(Redacted.value(laptop.root), Redacted.value(root))
        assert.deepStrictEqual(Redacted.value(phone.root), Redacted.value(root))
        assert.notStrictEqual(Redacted.value(laptop.token), Redacted.value(phone.token))
      }))

    it.effect("leaves an account that is open already as it is", () =>
      Effect.gen(function*() {
        const address = Address.make("bob@leap.test")
        const root = yield* makeRootSecret
        yield* openAccount(address, password, root, "desk")
        const other = openAccount(address, Redacted.make("another"), yield* makeRootSecret, "laptop")
        const again = yield* Effect.flip(other)
        assert.strictEqual(again._tag === "EnrolmentRefused" && again.reason, "AddressTaken")
        const { root: kept } = yield* enter(address, password, "laptop")
        assert.deepStrictEqual(Redacted.value(kept), Redacted.value(root))
      }))

    it.effect("refuses a wrong password with a sentence", () =>
      Effect.gen(function*() {
        const address = Address.make("carol@leap.test")
        yield* openAccount(address, password, yield* makeRootSecret, "desk")
        const error = yield* Effect.flip(enter(address, Redacted.make("wrong"), "laptop"))
        assert.include(error.message, "address and password")
      }))
  })
})
