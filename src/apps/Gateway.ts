/** What mail programs may submit at the SMTP door, and how a refusal is said to them. */
import { Effect, type Redacted } from "effect"
import type { Received } from "../adapters/smtp/SmtpListener.ts"
import { SmtpRefusal } from "../adapters/smtp/SmtpRefusal.ts"
import type { SubmittingHandlers } from "../adapters/smtp/Submitting.ts"
import { checkRecipient, checkSender, type SubmissionRefused, submit } from "../domain/outgoing/Outgoing.ts"
import { Accounts, type AccountsError } from "../ports/Accounts.ts"
import type { Crypto } from "../ports/Crypto.ts"
import type { KeyStoreError } from "../ports/KeyStore.ts"
import type { OpenPgp, OpenPgpError } from "../ports/OpenPgp.ts"
import type { OutboxError } from "../ports/Outbox.ts"
import type { OpenAccount } from "./OpenAccount.ts"

type RefusalReason = SubmissionRefused["reason"]

const REPLIES: Readonly<Record<RefusalReason, readonly [code: number, enhanced: string]>> = {
  noKeysYet: [450, "4.7.0"],
  badAddress: [553, "5.1.3"],
  otherSender: [550, "5.7.1"],
  unknownPolicy: [550, "5.7.0"],
  signedInClear: [550, "5.7.0"]
}

/** How the outgoing program's refusals are said in SMTP; other errors are answered 451. */
const refusals = {
  NotProtectable: ({ message }: { readonly message: string }) =>
    Effect.fail(new SmtpRefusal({ code: 550, enhanced: "5.7.5", text: message })),
  SubmissionRefused: ({ message, reason }: { readonly message: string; readonly reason: RefusalReason }) => {
    const [code, enhanced] = REPLIES[reason]
    return Effect.fail(new SmtpRefusal({ code, enhanced, text: message }))
  }
}

type Gateway = SubmittingHandlers<
  OpenAccount,
  AccountsError | KeyStoreError | OpenPgpError | OutboxError | SmtpRefusal,
  Accounts | Crypto | OpenPgp
>

export const gateway = (accounts: ReadonlyArray<OpenAccount>): Gateway => ({
  authenticate: Effect.fnUntraced(function*(user: string, password: Redacted.Redacted<string>) {
    const doors = yield* Accounts
    const store = yield* doors.login(user, password).pipe(
      Effect.catchTag("LoginRefused", () => Effect.succeed(undefined))
    )
    return accounts.find((account) => account.store === store)
  }),
  sender: ({ services }: OpenAccount, from: string) =>
    checkSender(from).pipe(
      Effect.catchTag("SubmissionRefused", refusals.SubmissionRefused),
      Effect.provideContext(services)
    ),
  recipient: ({ services }: OpenAccount, to: string) =>
    checkRecipient(to).pipe(Effect.catchTags(refusals), Effect.provideContext(services)),
  submit: ({ services }: OpenAccount, message: Received) =>
    submit(message).pipe(Effect.catchTags(refusals), Effect.provideContext(services))
})
