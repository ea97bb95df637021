/** What a provider's submission door answers: who may send, as whom, how much. */
import { Clock, Effect, Option, Redacted } from "effect"
import type { Received } from "../adapters/smtp/SmtpListener.ts"
import { notAllowed, type SmtpRefusal, tooOften } from "../adapters/smtp/SmtpRefusal.ts"
import type { SubmittingHandlers } from "../adapters/smtp/Submitting.ts"
import { isSame, parse } from "../domain/account/Address.ts"
import * as SessionToken from "../domain/account/SessionToken.ts"
import { envelopeOf } from "../domain/message/Envelope.ts"
import { headerFields } from "../domain/message/Header.ts"
import type { EnvelopeAddress } from "../domain/message/MessageStructure.ts"
import * as Relay from "../domain/outgoing/Relay.ts"
import { refusal } from "../domain/outgoing/SenderRights.ts"
import { Crypto } from "../ports/Crypto.ts"
import type { MailSigner, MailSignerError } from "../ports/MailSigner.ts"
import type { OpenPgp } from "../ports/OpenPgp.ts"
import { type ProviderAccount, ProviderAccounts } from "../ports/ProviderAccounts.ts"
import { ProviderSessions } from "../ports/ProviderSessions.ts"
import type { ProviderStore } from "../ports/ProviderStore.ts"
import type { ProviderStoreError } from "../ports/ProviderStoreError.ts"
import { type Rate, RateLimits } from "../ports/RateLimits.ts"
import { replies } from "./ProviderArrival.ts"

/** Of one account: what a person sends, and a stolen token does not send much more. */
export interface SendingRates {
  readonly messages: Rate
  readonly recipients: Rate
}

/** The session token is the password (design, section 7): only its hash is kept. */
const authenticate = Effect.fnUntraced(function*(
  now: Effect.Effect<number>,
  user: string,
  token: Redacted.Redacted<string>
) {
  const crypto = yield* Crypto
  const { findSession } = yield* ProviderSessions
  const parsed = SessionToken.parse(Redacted.value(token))
  const address = Option.getOrUndefined(parse(user))
  if (parsed === undefined || address === undefined) return undefined
  const hash = yield* crypto.sha256(new TextEncoder().encode(parsed.secret))
  const found = yield* findSession(parsed.account, hash, yield* now)
  return found !== undefined && isSame(found.account.address, address) ? found.account : undefined
})

const checkSender = Effect.fnUntraced(
  function*({ address, id }: ProviderAccount, from: string, authors: ReadonlyArray<EnvelopeAddress>) {
    const { aliases } = yield* ProviderAccounts
    const reason = refusal([address, ...yield* aliases(id)], from, authors)
    if (reason !== undefined) return yield* notAllowed(reason)
  }
)

const count = Effect.fnUntraced(function*(what: "messages" | "recipients", { id }: ProviderAccount, rate: Rate) {
  const { take } = yield* RateLimits
  if (!(yield* take(`sent ${what}`, String(id), rate))) {
    return yield* tooOften(`This account has sent all of its ${rate.limit} ${what} for now; try again later`)
  }
})

/** The author that others are shown is in the message, not in its envelope. */
const authorsOf = (bytes: Uint8Array): ReadonlyArray<EnvelopeAddress> =>
  envelopeOf(bytes, headerFields(bytes, 0, bytes.length)).from

type Submitting = SubmittingHandlers<
  ProviderAccount,
  MailSignerError | ProviderStoreError | SmtpRefusal,
  Crypto | MailSigner | OpenPgp | ProviderStore | RateLimits
>

/** `now`: by which sessions end. */
export const submitting = (
  home: Relay.Home,
  { messages, recipients }: SendingRates,
  now: Effect.Effect<number> = Clock.currentTimeMillis
): Submitting => ({
  authenticate: (user, token) => authenticate(now, user, token),
  sender: Effect.fnUntraced(function*(account: ProviderAccount, from: string) {
    yield* checkSender(account, from, [])
    yield* count("messages", account, messages)
  }),
  recipient: Effect.fnUntraced(function*(account: ProviderAccount, to: string) {
    yield* count("recipients", account, recipients)
    yield* Relay.mayRelay(home, to).pipe(Effect.catchTags(replies))
  }),
  submit: Effect.fnUntraced(function*(account: ProviderAccount, message: Received) {
    yield* checkSender(account, message.from, authorsOf(message.bytes))
    yield* Relay.relay(home, account.id, message).pipe(Effect.catchTags(replies))
  })
})
