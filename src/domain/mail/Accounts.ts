/** The accounts of this device, for programs that log in as a mail program does. */
import { Effect, type Redacted } from "effect"
import { Accounts } from "../../ports/Accounts.ts"
import { MailStore } from "../../ports/MailStore.ts"

export const addresses = Effect.flatMap(Accounts, (accounts) => accounts.addresses)

/** Runs a program on the mail of one account. */
export const inAccount = Effect.fn("Accounts.inAccount")(function*<A, E, R>(
  address: string,
  password: Redacted.Redacted<string>,
  program: Effect.Effect<A, E, R>
) {
  const accounts = yield* Accounts
  return yield* Effect.provideService(program, MailStore, yield* accounts.login(address, password))
})
