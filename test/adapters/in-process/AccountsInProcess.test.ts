import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import * as AccountsInProcess from "../../../src/adapters/in-process/AccountsInProcess.ts"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import * as KeySlots from "../../../src/domain/vault/KeySlots.ts"
import { makeDatabaseKey, makeRootSecret } from "../../../src/domain/vault/RootSecret.ts"
import { Accounts } from "../../../src/ports/Accounts.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { PasswordHash } from "../../../src/ports/PasswordHash.ts"

const slot = (kind: KeySlots.SlotKind, secret: string): KeySlots.NewSlot => ({
  kind,
  label: kind,
  secret: Redacted.make(secret),
  now: 0,
  isRandom: true
})

const makeAccount = Effect.fnUntraced(function*(name: string, appPassword: string) {
  const secrets = { root: yield* makeRootSecret, databaseKey: yield* makeDatabaseKey }
  const first = yield* KeySlots.create(secrets, slot("passphrase", "account password"))
  const store = Context.get(yield* Layer.build(Layer.fresh(MailStoreMemory.layer)), MailStore)
  return {
    address: Address.make(`${name}@leap.test`),
    slots: yield* KeySlots.add(first, secrets, slot("app-password", appPassword)),
    store
  }
})

const twoAccounts = Effect.gen(function*() {
  const alice = yield* makeAccount("alice", "alice's")
  const bob = yield* makeAccount("bob", "bob's")
  const context = yield* Layer.build(AccountsInProcess.layer([alice, bob]))
  return { alice, bob, accounts: Context.get(context, Accounts) }
})

/** Counts what guesses cost. */
const counted = Effect.gen(function*() {
  const inner = yield* PasswordHash
  let hashes = 0
  const outer = PasswordHash.of({
    argon2id: (password, salt, cost) => Effect.suspend(() => (hashes++, inner.argon2id(password, salt, cost)))
  })
  return { outer, hashes: () => hashes }
}).pipe(Effect.provide(NodeCrypto.layer))

describe("AccountsInProcess", () => {
  it.effect("gives each account its own mail, by any form of its address", () =>
    Effect.gen(function*() {
      const { accounts, alice, bob } = yield* twoAccounts
      assert.strictEqual(yield* accounts.login("alice@leap.test", Redacted.make("alice's")), alice.store)
      assert.strictEqual(yield* accounts.login("Alice@Leap.Test", Redacted.make("alice's")), alice.store)
      assert.strictEqual(yield* accounts.login("bob@leap.test", Redacted.make("bob's")), bob.store)
    }).pipe(Effect.provide(NodeCrypto.layer)))

  it.effect("refuses another's password, the passphrase, an unknown address and no address, all alike", () =>
    Effect.gen(function*() {
      const { accounts } = yield* twoAccounts
      const tries = [
        ["alice@leap.test", "bob's"],
        ["alice@leap.test", "account password"],
        ["alice@leap.test", ""],
        ["carol@leap.test", "alice's"],
        ["alice", "alice's"]
      ] as const
      const errors = yield* Effect.forEach(
        tries,
        ([address, password]) => Effect.flip(accounts.login(address, Redacted.make(password)))
      )
      assert.deepStrictEqual(errors.map(({ _tag }) => _tag), tries.map(() => "LoginRefused"))
      assert.strictEqual(new Set(errors.map(({ message }) => message)).size, 1)
    }).pipe(Effect.provide(NodeCrypto.layer)))

  it.effect("hashes a right password once, a wrong one every time", () =>
    Effect.gen(function*() {
      const { hashes, outer } = yield* counted
      yield* Effect.gen(function*() {
        const { accounts } = yield* twoAccounts
        const before = hashes()
        for (let login = 0; login < 5; login++) yield* accounts.login("bob@leap.test", Redacted.make("bob's"))
        assert.strictEqual(hashes(), before + 1)
        for (let guess = 0; guess < 3; guess++) {
          yield* Effect.flip(accounts.login("bob@leap.test", Redacted.make("wrong")))
        }
        assert.strictEqual(hashes(), before + 4)
      }).pipe(Effect.provideService(PasswordHash, outer), Effect.provide(NodeCrypto.layer))
    }))
})
