/** The client: the accounts of this device, and the doors for mail programs. */
import { Context, Effect, Layer, Path, type Redacted } from "effect"
import * as ClientServer from "../adapters/http/ClientServer.ts"
import * as ProviderClient from "../adapters/http/ProviderClient.ts"
import * as ImapServer from "../adapters/imap/ImapServer.ts"
import * as AccountsInProcess from "../adapters/in-process/AccountsInProcess.ts"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import * as EnrolmentOpaque from "../adapters/opaque/EnrolmentOpaque.ts"
import * as SmtpGateway from "../adapters/smtp/SmtpGateway.ts"
import type { Received } from "../adapters/smtp/SmtpListener.ts"
import { notAllowed, SmtpRefusal } from "../adapters/smtp/SmtpRefusal.ts"
import type { SubmittingHandlers } from "../adapters/smtp/Submitting.ts"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../adapters/sqlite/OutboxSqlite.ts"
import * as ReplicaStoreSqlite from "../adapters/sqlite/ReplicaStoreSqlite.ts"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import { canonical } from "../domain/account/Address.ts"
import { replicate, type ReplicaVault, syncOnce } from "../domain/document/Replicate.ts"
import { receive } from "../domain/incoming/Incoming.ts"
import * as OwnKeys from "../domain/keys/OwnKeys.ts"
import { deliver } from "../domain/outgoing/DeliverOutbox.ts"
import { submit } from "../domain/outgoing/Outgoing.ts"
import { idKeys } from "../domain/vault/Derive.ts"
import { Accounts, type AccountsError } from "../ports/Accounts.ts"
import type { Crypto } from "../ports/Crypto.ts"
import type { KeyStoreError } from "../ports/KeyStore.ts"
import { MailStore } from "../ports/MailStore.ts"
import type { OpenPgp, OpenPgpError } from "../ports/OpenPgp.ts"
import type { OutboxError } from "../ports/Outbox.ts"
import type { Endpoint, Settings } from "./Settings.ts"
import { type Locked, unlock } from "./Unlock.ts"

/** What it calls itself to other servers; the name of the machine is nobody's business. */
const NAME = "localhost"

export interface ProviderEndpoints {
  readonly provider: Endpoint
  readonly submission: Endpoint
}

const url = ({ host, port }: Endpoint): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** What another device has made comes first: keys above all. */
const settle = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* syncOnce(vault)
  yield* OwnKeys.publish(yield* OwnKeys.makeMissing(vault.address))
})

/** Programs that follow the provider and the outbox, for as long as the scope is open. */
const follow = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* Effect.forkScoped(replicate(vault))
  yield* Effect.forkScoped(receive)
  yield* Effect.forkScoped(deliver)
})

const openAccount = Effect.fn("Client.openAccount")(function*(locked: Locked, endpoints: ProviderEndpoints) {
  const path = yield* Path.Path
  const base = url(endpoints.provider)
  const { secrets, slots, token } = yield* unlock(locked).pipe(
    Effect.provide(EnrolmentOpaque.layer.pipe(Layer.provide(ProviderClient.layerExchange(base))))
  )
  const address = canonical(locked.address)
  const filename = path.join(locked.folder, "mail.db")
  const stores = ReplicaStoreSqlite.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer)),
    Layer.provide(SqliteClient.layer({ filename, key: secrets.databaseKey }))
  )
  const auth = { user: address, password: token }
  const services = yield* Layer.build(
    Layer.mergeAll(
      stores,
      NodemailerTransport.layer({ ...endpoints.submission, name: NAME, auth }),
      ProviderClient.layerAccount(base, token)
    ).pipe(Layer.fresh)
  )
  const vault = { address, root: secrets.root, ids: yield* idKeys(secrets.root) }
  yield* Effect.andThen(settle(vault), follow(vault)).pipe(Effect.provideContext(services))
  return { address, slots, store: Context.get(services, MailStore), services }
})
type OpenAccount = Effect.Success<ReturnType<typeof openAccount>>

/** How the outgoing program's refusals are said in SMTP; other errors are answered 451. */
const refusals = {
  NotProtectable: ({ message }: { readonly message: string }) => Effect.fail(notAllowed(message)),
  SubmissionRefused: ({ message, reason }: { readonly message: string; readonly reason: string }) =>
    Effect.fail(
      reason === "noKeysYet"
        ? new SmtpRefusal({ code: 450, enhanced: "4.7.0", text: message })
        : new SmtpRefusal({ code: 553, enhanced: "5.1.3", text: message })
    )
}

type Gateway = SubmittingHandlers<
  OpenAccount,
  AccountsError | KeyStoreError | OpenPgpError | OutboxError | SmtpRefusal,
  Accounts | Crypto | OpenPgp
>

const gateway = (accounts: ReadonlyArray<OpenAccount>): Gateway => ({
  authenticate: Effect.fnUntraced(function*(user: string, password: Redacted.Redacted<string>) {
    const doors = yield* Accounts
    const store = yield* doors.login(user, password).pipe(
      Effect.catchTag("LoginRefused", () => Effect.succeed(undefined))
    )
    return accounts.find((account) => account.store === store)
  }),
  submit: ({ services }: OpenAccount, message: Received) =>
    submit(message).pipe(Effect.catchTags(refusals), Effect.provideContext(services))
})

export interface ClientSettings {
  readonly settings: Settings
  readonly endpoints: ProviderEndpoints
  readonly accounts: ReadonlyArray<Locked>
}

/** Answers where it listens, and the accounts; stops when the scope closes. */
export const start = Effect.fn("Client.start")(function*({ accounts, endpoints, settings }: ClientSettings) {
  const { host, ports } = settings
  const open = yield* Effect.forEach(accounts, (locked) => openAccount(locked, endpoints), { concurrency: 2 })
  const doors = yield* Layer.build(AccountsInProcess.layer(open))
  return yield* Effect.gen(function*() {
    const imap = yield* ImapServer.serve({ host, port: ports.imap, setting: "LEAP_MAIL_IMAP_PORT" })
    const smtp = yield* SmtpGateway.serveGateway(
      { host, port: ports.smtp, name: NAME, setting: "LEAP_MAIL_SMTP_PORT" },
      gateway(open)
    )
    const http = yield* ClientServer.serve({ host, port: ports.http, setting: "LEAP_MAIL_HTTP_PORT" })
    return { imap, smtp, http, accounts: open }
  }).pipe(Effect.provideContext(doors))
})
