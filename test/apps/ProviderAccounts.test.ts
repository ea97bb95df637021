import { assert, layer } from "@effect/vitest"
import { Clock, Duration, Effect, Layer } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as Accounts from "../../src/apps/ProviderAccounts.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { Crypto } from "../../src/ports/Crypto.ts"
import { ports } from "../ports/ProviderPorts.ts"
import { sqlite } from "../ports/Stores.ts"

const WEEK = Duration.days(7)

const open = Effect.fnUntraced(function*(name: string, code?: string) {
  const store = yield* ports
  const crypto = yield* Crypto
  return yield* store.createAccount({
    address: Address.make(`${name}@leap.test`),
    registration: "record",
    wrappedRoot: Uint8Array.of(1),
    ...code === undefined ? {} : { invite: yield* crypto.sha256(new TextEncoder().encode(code)) }
  })
})

layer(Layer.merge(sqlite, NodeCrypto.layer))("ProviderAccounts", (it) => {
  it.effect("an address that was added is opened with its code alone, once", () =>
    Effect.gen(function*() {
      const { address, code } = yield* Accounts.add("Ann@leap.test", WEEK)
      assert.strictEqual(address, "Ann@leap.test")
      assert.match(code, /^[0-9a-f]{32}$/)
      assert.strictEqual((yield* Effect.flip(open("ann")))._tag, "AccountTaken")
      assert.strictEqual((yield* Effect.flip(open("bea", code)))._tag, "InviteRefused")
      yield* open("ann", code)
      assert.strictEqual((yield* Effect.flip(Accounts.add("ann@leap.test", WEEK)))._tag, "AccountTaken")
    }))

  it.effect("what is done to an account is listed", () =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const { code, expiresAt } = yield* Accounts.invite(undefined, 1, WEEK)
      assert.strictEqual(expiresAt, now + Duration.toMillis(WEEK))
      yield* open("carl", code)
      yield* Accounts.addAlias("carl@leap.test", "info@leap.test")
      yield* Accounts.addAlias("carl@leap.test", "gone@leap.test")
      yield* Accounts.removeAlias("carl@leap.test", "gone@leap.test")
      yield* Accounts.setQuota("carl@leap.test", "2M")
      yield* Accounts.setDisabled("carl@leap.test", true)
      const listed = yield* Accounts.list()
      assert.deepStrictEqual(listed.filter(({ address }) => address === "carl@leap.test"), [{
        address: Address.make("carl@leap.test"),
        aliases: [Address.make("info@leap.test")],
        isDisabled: true,
        quota: 2 * 1024 * 1024,
        used: 0
      }])
      yield* Accounts.setDisabled("carl@leap.test", false)
      yield* Accounts.setQuota("carl@leap.test", "none")
      yield* Accounts.remove("carl@leap.test")
      const left = yield* Accounts.list()
      assert.isFalse(left.some(({ address }) => address === "carl@leap.test"))
      assert.strictEqual((yield* Effect.flip(open("carl")))._tag, "AccountTaken")
    }))

  it.effect("what is not there, or cannot be read, is said", () =>
    Effect.gen(function*() {
      const sentence = Effect.map(({ message }: { readonly message: string }) => message)
      assert.include(yield* sentence(Effect.flip(Accounts.remove("nobody@leap.test"))), "no account nobody@leap.test")
      assert.include(yield* sentence(Effect.flip(Accounts.remove("nobody"))), "name@example.org")
      assert.include(yield* sentence(Effect.flip(Accounts.parseQuota("5Q"))), "500M")
    }))
})
