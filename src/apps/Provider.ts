/** The provider: its store and its doors. */
import { Clock, Effect, Layer, Option, Redacted } from "effect"
import * as ProviderServer from "../adapters/http/ProviderServer.ts"
import * as SenderCheckMailauth from "../adapters/mailauth/SenderCheckMailauth.ts"
import * as SenderCheckNone from "../adapters/memory/SenderCheckNone.ts"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import * as CredentialExchangeOpaque from "../adapters/opaque/CredentialExchangeOpaque.ts"
import * as EnrolmentExchangeOpaque from "../adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as RateLimitsLocal from "../adapters/rate-limiter/RateLimitsLocal.ts"
import * as Arriving from "../adapters/smtp/Arriving.ts"
import type { Received } from "../adapters/smtp/SmtpListener.ts"
import type { SmtpRefusal } from "../adapters/smtp/SmtpRefusal.ts"
import * as SubmissionServer from "../adapters/smtp/SubmissionServer.ts"
import type { SubmittingHandlers } from "../adapters/smtp/Submitting.ts"
import * as TableServer from "../adapters/tcp-table/TableServer.ts"
import { isSame, parse } from "../domain/account/Address.ts"
import * as SessionToken from "../domain/account/SessionToken.ts"
import * as Relay from "../domain/outgoing/Relay.ts"
import { Crypto } from "../ports/Crypto.ts"
import type { OpenPgp } from "../ports/OpenPgp.ts"
import type { ProviderAccount } from "../ports/ProviderAccounts.ts"
import { ProviderSessions } from "../ports/ProviderSessions.ts"
import type { ProviderStore } from "../ports/ProviderStore.ts"
import type { ProviderStoreError } from "../ports/ProviderStoreError.ts"
import { aliasTable, arriving, recipientTable, replies } from "./ProviderArrival.ts"
import type { ProviderSettings } from "./ProviderSettings.ts"
import * as ProviderStorage from "./ProviderStorage.ts"

/** The session token is the password (design, section 7): only its hash is kept. */
const authenticate = Effect.fnUntraced(function*(user: string, token: Redacted.Redacted<string>) {
  const crypto = yield* Crypto
  const { findSession } = yield* ProviderSessions
  const parsed = SessionToken.parse(Redacted.value(token))
  const address = Option.getOrUndefined(parse(user))
  if (parsed === undefined || address === undefined) return undefined
  const hash = yield* crypto.sha256(new TextEncoder().encode(parsed.secret))
  const found = yield* findSession(parsed.account, hash, yield* Clock.currentTimeMillis)
  return found !== undefined && isSame(found.account.address, address) ? found.account : undefined
})

type Submitting = SubmittingHandlers<
  ProviderAccount,
  ProviderStoreError | SmtpRefusal,
  Crypto | OpenPgp | ProviderStore
>

const submitting = (home: Relay.Home): Submitting => ({
  authenticate,
  recipient: (_account: ProviderAccount, to: string) => Relay.mayRelay(home, to).pipe(Effect.catchTags(replies)),
  submit: ({ id }: ProviderAccount, message: Received) => Relay.relay(home, id, message).pipe(Effect.catchTags(replies))
})

const senders = (checkSenders: boolean) => checkSenders ? SenderCheckMailauth.layer() : SenderCheckNone.layer

/** Enough to take mail in. */
export const layerArrival = ({ checkSenders, store }: ProviderSettings) =>
  Layer.merge(ProviderStorage.layer(store), senders(checkSenders))

const services = ({ checkSenders, domains, registration, store }: ProviderSettings) =>
  Layer.mergeAll(EnrolmentExchangeOpaque.layer({ domains, registration }), CredentialExchangeOpaque.layer).pipe(
    Layer.provideMerge(ProviderStorage.layer(store)),
    Layer.provide(RateLimitsLocal.layer),
    Layer.provideMerge(senders(checkSenders))
  )

/** Answers where it listens; stops when the scope closes. */
export const start = Effect.fn("Provider.start")(function*(provider: ProviderSettings) {
  const { domains, innerHost, name, settings, tables, tls } = provider
  const { host, ports, smarthost } = settings
  const context = yield* Layer.build(services(provider))
  const home: Relay.Home = { domains, name }
  const door = (port: number, setting: string) => ({ host, port, name, setting, tls })
  const table = (port: number, setting: string) => ({ host: innerHost, port, setting })
  const relaying = Option.match(smarthost, {
    onNone: () => Relay.waitForSmarthost,
    onSome: (next) => Effect.provide(Relay.relayOutbound(home), NodemailerTransport.layer({ ...next, name }))
  })
  return yield* Effect.gen(function*() {
    const lmtp = yield* Arriving.serveLmtp(
      { ...door(ports.lmtp, "LEAP_MAIL_LMTP_PORT"), host: innerHost },
      arriving(home, true)
    )
    const mx = yield* Arriving.serveMx(door(ports.mx, "LEAP_MAIL_MX_PORT"), arriving(home, false))
    const submission = yield* SubmissionServer.serveSubmission(
      door(ports.submission, "LEAP_MAIL_SUBMISSION_PORT"),
      submitting(home)
    )
    const provider = yield* ProviderServer.serve({
      host,
      port: ports.provider,
      setting: "LEAP_MAIL_PROVIDER_PORT",
      facts: { version: 1, domains: home.domains, submission: { port: submission.port } }
    })
    const aliases = yield* TableServer.serve(table(tables.aliases, "LEAP_MAIL_ALIAS_TABLE_PORT"), aliasTable)
    const recipients = yield* TableServer.serve(
      table(tables.recipients, "LEAP_MAIL_RECIPIENT_TABLE_PORT"),
      recipientTable(home)
    )
    yield* Effect.forkScoped(relaying)
    return { provider, lmtp, mx, submission, aliases, recipients }
  }).pipe(Effect.provideContext(context))
})
