/** The client: the accounts of this device, and the doors for mail programs. */
import { Context, Effect, Exit, Layer, Path, Queue, type Redacted, Schedule, Scope } from "effect"
import * as ClientServer from "../adapters/http/ClientServer.ts"
import * as ImapServer from "../adapters/imap/ImapServer.ts"
import * as AccountsInProcess from "../adapters/in-process/AccountsInProcess.ts"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import * as KeyDirectoryOffline from "../adapters/offline/KeyDirectoryOffline.ts"
import * as SmtpGateway from "../adapters/smtp/SmtpGateway.ts"
import type { Received } from "../adapters/smtp/SmtpListener.ts"
import { SmtpRefusal } from "../adapters/smtp/SmtpRefusal.ts"
import type { SubmittingHandlers } from "../adapters/smtp/Submitting.ts"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../adapters/sqlite/OutboxSqlite.ts"
import * as ReplicaStoreSqlite from "../adapters/sqlite/ReplicaStoreSqlite.ts"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import { type Address, canonical } from "../domain/account/Address.ts"
import { replicate, syncDocuments } from "../domain/document/Replicate.ts"
import type { ReplicaVault } from "../domain/document/ReplicaVault.ts"
import { receive } from "../domain/incoming/Incoming.ts"
import * as OwnKeys from "../domain/keys/OwnKeys.ts"
import { refresh } from "../domain/keys/Refresh.ts"
import { deliver } from "../domain/outgoing/DeliverOutbox.ts"
import { checkRecipient, checkSender, type SubmissionRefused, submit } from "../domain/outgoing/Outgoing.ts"
import { preflight } from "../domain/outgoing/Preflight.ts"
import { idKeys } from "../domain/vault/Derive.ts"
import { Accounts, type AccountsError } from "../ports/Accounts.ts"
import type { Crypto } from "../ports/Crypto.ts"
import { KeyStore, type KeyStoreError } from "../ports/KeyStore.ts"
import { MailStore } from "../ports/MailStore.ts"
import type { OpenPgp, OpenPgpError } from "../ports/OpenPgp.ts"
import type { OutboxError } from "../ports/Outbox.ts"
import { Preflights, PreflightsError } from "../ports/Preflights.ts"
import * as KeyLookups from "./KeyLookups.ts"
import * as ProviderLink from "./ProviderLink.ts"
import type { Settings } from "./Settings.ts"
import { type Online, signOut, type Unlocked } from "./Unlock.ts"

/** What it calls itself to other servers; the name of the machine is nobody's business. */
const NAME = "localhost"

/** What another device has made comes first: keys above all. */
const settle = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* syncDocuments(vault)
  yield* OwnKeys.publish(yield* OwnKeys.makeMissing(vault.address))
})

/** Programs that follow the provider and the outbox, for as long as the scope is open; ends only with replication. */
const follow = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* Effect.forkScoped(receive)
  yield* Effect.forkScoped(deliver)
  yield* Effect.forkScoped(OwnKeys.maintain)
  yield* Effect.forkScoped(refresh)
  return yield* replicate(vault)
})

const patience = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")]).pipe(Schedule.jittered)

/** What ends settling is what ends replication. */
const isPassing = ({ _tag }: { readonly _tag: string }): boolean =>
  ["ReplicationError", "ReplicaStoreError", "KeyDirectoryError", "KeyStoreError", "OpenPgpError"].includes(_tag)

const layerOnline = ({ provider, submission, token }: Online, user: Address) =>
  Layer.mergeAll(
    NodemailerTransport.layer({ ...submission, name: NAME, auth: { user, password: token } }),
    ProviderLink.layerSession(provider, token),
    KeyLookups.layer
  )

/** `tell` is called when the provider ended the session. */
const openAccount = Effect.fn("Client.openAccount")(function*(
  { folder, online, secrets, slots, ...account }: Unlocked,
  tell: Effect.Effect<void>
) {
  const path = yield* Path.Path
  const address = canonical(account.address)
  const filename = path.join(folder, "mail.db")
  const stores = ReplicaStoreSqlite.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer)),
    Layer.provide(SqliteClient.layer({ filename, key: secrets.databaseKey }))
  )
  const local = yield* Layer.build(Layer.fresh(stores))
  const store = Context.get(local, MailStore)
  const opened = { address, folder, slots, store }
  if (online === undefined) {
    const directory = yield* Layer.build(KeyDirectoryOffline.layer)
    return { ...opened, services: Context.merge(local, directory) }
  }
  const services = Context.merge(local, yield* Layer.build(Layer.fresh(layerOnline(online, address))))
  const vault = { address, root: secrets.root, ids: yield* idKeys(secrets.root) }
  const hasKeys = (yield* Context.get(local, KeyStore).own) !== undefined
  // An account that was here before opens without its provider; a new one needs to know whether it has keys.
  if (!hasKeys) yield* Effect.provideContext(settle(vault), services)
  const settled = hasKeys ? Effect.retry(settle(vault), { schedule: patience, while: isPassing }) : Effect.void
  const following = Effect.andThen(settled, follow(vault)).pipe(
    Effect.catchTag("SignedOut", () => tell),
    Effect.tapCause((cause) => Effect.logError(`${address} is no longer kept in step with its provider`, cause)),
    Effect.provideContext(services)
  )
  yield* Effect.forkScoped(following)
  return { ...opened, services }
})
type OpenAccount = Effect.Success<ReturnType<typeof openAccount>>

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

const gateway = (accounts: ReadonlyArray<OpenAccount>): Gateway => ({
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

const layerPreflights = (accounts: ReadonlyArray<OpenAccount>) =>
  Layer.effect(
    Preflights,
    Effect.map(Effect.context<OpenPgp>(), (context) =>
      Preflights.of({
        preflight: Effect.fn("Client.preflight")(
          function*(store, to, policy) {
            const account = accounts.find((one) => one.store === store)
            if (account === undefined) return yield* Effect.fail("this account is not open")
            return yield* Effect.gen(function*() {
              const own = yield* (yield* KeyStore).own
              return own === undefined
                ? yield* Effect.fail("the account's keys are still being made")
                : yield* preflight(own, to, policy)
            }).pipe(Effect.provideContext(account.services))
          },
          Effect.provideContext(context),
          Effect.mapError((cause) => new PreflightsError({ operation: "preflight", cause }))
        )
      }))
  )

export interface ClientSettings {
  readonly settings: Settings
  readonly accounts: ReadonlyArray<Unlocked>
}

const serveDoors = Effect.fnUntraced(function*(settings: Settings, accounts: ReadonlyArray<OpenAccount>) {
  const { host, ports } = settings
  const doors = yield* Layer.build(
    Layer.fresh(Layer.merge(AccountsInProcess.layer(accounts), layerPreflights(accounts)))
  )
  return yield* Effect.gen(function*() {
    const imap = yield* ImapServer.serve({ host, port: ports.imap, setting: "LEAP_MAIL_IMAP_PORT" })
    const smtp = yield* SmtpGateway.serveGateway(
      { host, port: ports.smtp, name: NAME, setting: "LEAP_MAIL_SMTP_PORT" },
      gateway(accounts)
    )
    const http = yield* ClientServer.serve({ host, port: ports.http, setting: "LEAP_MAIL_HTTP_PORT" })
    return { imap, smtp, http }
  }).pipe(Effect.provideContext(doors))
})

/** Answers where it listens, and the accounts; stops when the scope closes. */
export const start = Effect.fn("Client.start")(function*({ accounts, settings }: ClientSettings) {
  const ended = yield* Queue.unbounded<Address>()
  const open = yield* Effect.forEach(
    accounts,
    Effect.fnUntraced(function*(unlocked) {
      const scope = yield* Scope.fork(yield* Effect.scope)
      const tell = Effect.asVoid(Queue.offer(ended, canonical(unlocked.address)))
      return { scope, account: yield* Scope.provide(openAccount(unlocked, tell), scope) }
    }),
    { concurrency: 2 }
  )
  let left = open
  let doorScope = yield* Scope.fork(yield* Effect.scope)
  const doors = yield* Scope.provide(serveDoors(settings, open.map(({ account }) => account)), doorScope)
  const ports = { ...settings.ports, imap: doors.imap.port, smtp: doors.smtp.port, http: doors.http.port }

  /** Mail programs of an account whose session is over are out at once: all doors close and open again without it. */
  const shutOut = Effect.fnUntraced(function*(address: Address) {
    const gone = left.filter(({ account }) => account.address === address)
    left = left.filter(({ account }) => account.address !== address)
    yield* Scope.close(doorScope, Exit.void)
    for (const { account, scope } of gone) {
      yield* Scope.close(scope, Exit.void)
      yield* signOut(account.folder)
      yield* Effect.logError(
        `The provider ended this device's session of ${address}: its mail programs are logged out. ` +
          "Log in again: stop leap-mail and start it with the account's password"
      )
    }
    doorScope = yield* Scope.fork(yield* Effect.scope)
    yield* Scope.provide(serveDoors({ ...settings, ports }, left.map(({ account }) => account)), doorScope)
  })
  yield* Effect.forkScoped(
    Queue.take(ended).pipe(
      Effect.flatMap(shutOut),
      Effect.tapCause((cause) => Effect.logError("The doors could not be opened again", cause)),
      Effect.forever
    )
  )
  return { ...doors, accounts: open.map(({ account }) => account) }
})
