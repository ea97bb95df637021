import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import * as MailAccounts from "../../../src/domain/mail/Accounts.ts"
import * as Mailboxes from "../../../src/domain/mail/Mailboxes.ts"
import { Accounts, LoginRefused } from "../../../src/ports/Accounts.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"

it.effect("a program runs on the mail of the account that it logs in to", () =>
  Effect.gen(function*() {
    const make = Effect.map(Layer.build(Layer.fresh(MailStoreMemory.layer)), (built) => Context.get(built, MailStore))
    const stores = new Map([["alice@leap.test", yield* make], ["bob@leap.test", yield* make]])
    const accounts = Accounts.of({
      addresses: Effect.succeed(Array.from(stores.keys(), (address) => Address.make(address))),
      login: (address, password) => {
        const store = Redacted.value(password) === address ? stores.get(address) : undefined
        return store === undefined ? Effect.fail(new LoginRefused()) : Effect.succeed(store)
      }
    })
    yield* Effect.gen(function*() {
      for (const address of yield* MailAccounts.addresses) {
        yield* MailAccounts.inAccount(address, Redacted.make(address), Mailboxes.create(`of ${address}`))
      }
      for (const address of stores.keys()) {
        const mailboxes = yield* MailAccounts.inAccount(address, Redacted.make(address), Mailboxes.list)
        assert.deepStrictEqual(mailboxes.map(({ name }) => name).filter((name) => name.startsWith("of ")), [
          `of ${address}`
        ])
      }
      const refused = yield* Effect.flip(MailAccounts.inAccount("alice@leap.test", Redacted.make("x"), Mailboxes.list))
      assert.strictEqual(refused._tag, "LoginRefused")
    }).pipe(Effect.provideService(Accounts, accounts))
  }).pipe(Effect.scoped))
