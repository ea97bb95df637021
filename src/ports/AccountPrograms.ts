/** Programs that run on the keys of one of this device's accounts, for doors through which other programs ask. */
import { Context, type Effect, Schema } from "effect"
import type { KeyDirectory } from "./KeyDirectory.ts"
import type { KeyStore } from "./KeyStore.ts"
import type { MailStore } from "./MailStore.ts"
import type { OpenPgp } from "./OpenPgp.ts"

/** The session with its provider ended while it was asked. */
export class AccountNotOpen extends Schema.TaggedError<AccountNotOpen>()("AccountNotOpen", {}) {
  override readonly message = "This account is not open any more"
}

export type AccountServices = KeyDirectory | KeyStore | OpenPgp

export class AccountPrograms extends Context.Service<AccountPrograms, {
  /** `account`: as a login gave it. */
  within<A, E>(
    account: MailStore["Service"],
    program: Effect.Effect<A, E, AccountServices>
  ): Effect.Effect<A, E | AccountNotOpen>
}>()("leap-mail/ports/AccountPrograms") {}
