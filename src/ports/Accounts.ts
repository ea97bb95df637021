/** The accounts of this device, as mail clients reach them: by address and password. */
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import { because } from "./Because.ts"
import type { MailStore } from "./MailStore.ts"

/** Does not tell whether the address or the password was wrong: a guesser must learn neither. */
export class LoginRefused extends Schema.TaggedError<LoginRefused>()("LoginRefused", {}) {
  override readonly message =
    "This address and password do not belong together; check both in the mail client's settings"
}

/** The accounts could not be asked; nothing is known about the password. */
export class AccountsError extends Schema.TaggedError<AccountsError>()("AccountsError", {
  operation: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The accounts of this device could not be asked (${this.operation})${because(this.cause)}`
  }
}

export class Accounts extends Context.Service<Accounts, {
  readonly addresses: Effect.Effect<ReadonlyArray<Address>>
  /** `address` as the client typed it. Answers that account's mail. */
  login(
    address: string,
    password: Redacted.Redacted<string>
  ): Effect.Effect<MailStore["Service"], LoginRefused | AccountsError>
}>()("leap-mail/ports/Accounts") {}
