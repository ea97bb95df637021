/** The provider: its store and its doors. */
import { Effect, Layer } from "effect"
import * as InnerServer from "../adapters/http/InnerServer.ts"
import * as ProviderServer from "../adapters/http/ProviderServer.ts"
import * as SenderCheckMailauth from "../adapters/mailauth/SenderCheckMailauth.ts"
import * as SenderCheckNone from "../adapters/memory/SenderCheckNone.ts"
import * as CredentialExchangeOpaque from "../adapters/opaque/CredentialExchangeOpaque.ts"
import * as EnrolmentExchangeOpaque from "../adapters/opaque/EnrolmentExchangeOpaque.ts"
import * as Arriving from "../adapters/smtp/Arriving.ts"
import * as SubmissionServer from "../adapters/smtp/SubmissionServer.ts"
import * as TableServer from "../adapters/tcp-table/TableServer.ts"
import * as SlowClock from "../domain/account/SlowClock.ts"
import { sweeping } from "../domain/account/Sweep.ts"
import type * as Relay from "../domain/outgoing/Relay.ts"
import { aliasTable, arriving, recipientTable } from "./ProviderArrival.ts"
import { relaying, signer } from "./ProviderRelay.ts"
import type { ProviderSettings } from "./ProviderSettings.ts"
import * as ProviderStorage from "./ProviderStorage.ts"
import { submitting } from "./ProviderSubmission.ts"
import type { ProviderDoors } from "./Ready.ts"

const senders = (checkSenders: boolean) => checkSenders ? SenderCheckMailauth.layer() : SenderCheckNone.layer

/** Enough to take mail in. */
export const layerArrival = ({ checkSenders, store }: ProviderSettings) =>
  Layer.merge(ProviderStorage.layer(store), senders(checkSenders))

const services = ({ checkSenders, dkim, domains, registration, store }: ProviderSettings) =>
  Layer.mergeAll(EnrolmentExchangeOpaque.layer({ domains, registration }), CredentialExchangeOpaque.layer).pipe(
    Layer.provideMerge(ProviderStorage.layer(store)),
    Layer.provideMerge(Layer.merge(senders(checkSenders), signer(domains, dkim)))
  )

/** Answers where it listens; stops when the scope closes. */
export const start = Effect.fn("Provider.start")(function*(provider: ProviderSettings) {
  const { arrivals, domains, innerHost, maxConnections, name, rates, route, settings, submissions } = provider
  const { innerPorts, tls } = provider
  const { host, ports } = settings
  const context = yield* Layer.build(services(provider))
  const home: Relay.Home = { domains, name }
  const now = yield* SlowClock.make
  const door = (port: number, setting: string) => ({ host, port, name, setting, tls })
  const innerDoor = (port: number, setting: string) => ({ host: innerHost, port, setting })
  return yield* Effect.gen(function*() {
    const lmtp = yield* Arriving.serveLmtp(
      { ...door(ports.lmtp, "LEAP_MAIL_LMTP_PORT"), host: innerHost },
      arriving(home, undefined)
    )
    const mx = yield* Arriving.serveMx(door(ports.mx, "LEAP_MAIL_MX_PORT"), arriving(home, arrivals))
    const submission = yield* SubmissionServer.serveSubmission(
      door(ports.submission, "LEAP_MAIL_SUBMISSION_PORT"),
      submitting(home, rates, now)
    )
    const implicit = tls === undefined ? {} : {
      submissions: yield* SubmissionServer.serveSubmission(
        { ...door(submissions, "LEAP_MAIL_SUBMISSIONS_PORT"), isImplicit: true },
        submitting(home, rates, now)
      )
    }
    const provider = yield* ProviderServer.serve({
      host,
      port: ports.provider,
      maxConnections,
      setting: "LEAP_MAIL_PROVIDER_PORT",
      facts: { version: 1, domains: home.domains, submission: { port: submission.port } }
    })
    const aliases = yield* TableServer.serve(innerDoor(innerPorts.aliases, "LEAP_MAIL_ALIAS_TABLE_PORT"), aliasTable)
    const recipients = yield* TableServer.serve(
      innerDoor(innerPorts.recipients, "LEAP_MAIL_RECIPIENT_TABLE_PORT"),
      recipientTable(home)
    )
    const inner = yield* InnerServer.serve(innerDoor(innerPorts.inner, "LEAP_MAIL_INNER_PORT"))
    yield* Effect.forkScoped(relaying(home, route))
    yield* Effect.forkScoped(sweeping(now))
    const doors: ProviderDoors = { provider, lmtp, mx, submission, ...implicit, aliases, recipients, inner }
    return doors
  }).pipe(Effect.provideContext(context))
})
