/** The accounts that this process has open, as mail clients reach them. */
import { Effect, Layer, Option } from "effect"
import { type Address, canonical, parse } from "../../domain/account/Address.ts"
import { type AppPasswords, make } from "../../domain/account/AppPassword.ts"
import type { KeySlots } from "../../domain/vault/KeySlots.ts"
import { Accounts, AccountsError, LoginRefused } from "../../ports/Accounts.ts"
import type { Crypto } from "../../ports/Crypto.ts"
import type { MailStore } from "../../ports/MailStore.ts"
import type { PasswordHash } from "../../ports/PasswordHash.ts"

export interface OpenAccount {
  readonly address: Address
  readonly slots: KeySlots
  readonly store: MailStore["Service"]
}

interface Door {
  readonly passwords: AppPasswords
  readonly store: MailStore["Service"]
}

export const layer = (
  accounts: ReadonlyArray<OpenAccount>
): Layer.Layer<Accounts, never, Crypto | PasswordHash> =>
  Layer.effect(
    Accounts,
    Effect.gen(function*() {
      const context = yield* Effect.context<Crypto | PasswordHash>()
      const doors = new Map<string, Door>()
      for (const { address, slots, store } of accounts) {
        doors.set(canonical(address), { passwords: yield* make(slots), store })
      }
      return Accounts.of({
        addresses: Effect.succeed(accounts.map(({ address }) => address)),
        login: Effect.fn("AccountsInProcess.login")(function*(given, password) {
          const door = Option.getOrUndefined(Option.map(parse(given), (address) => doors.get(canonical(address))))
          if (door === undefined) return yield* new LoginRefused()
          const isRight = yield* door.passwords.isRight(password).pipe(
            Effect.provideContext(context),
            Effect.mapError((cause) => new AccountsError({ operation: "login", cause }))
          )
          return isRight ? door.store : yield* new LoginRefused()
        })
      })
    })
  )
