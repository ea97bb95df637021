/** The client: the accounts of this device, and the doors for mail programs. */
import { Context, Effect, Exit, Layer, Queue, Scope } from "effect"
import * as ClientServer from "../adapters/http/ClientServer.ts"
import * as ImapServer from "../adapters/imap/ImapServer.ts"
import * as AccountsInProcess from "../adapters/in-process/AccountsInProcess.ts"
import * as SmtpGateway from "../adapters/smtp/SmtpGateway.ts"
import { type Address, canonical } from "../domain/account/Address.ts"
import { AccountNotOpen, AccountPrograms } from "../ports/AccountPrograms.ts"
import type { OpenPgp } from "../ports/OpenPgp.ts"
import type { Tls } from "../ports/Tls.ts"
import { gateway } from "./Gateway.ts"
import { NAME, type OpenAccount, openAccount } from "./OpenAccount.ts"
import type { Endpoint, Settings } from "./Settings.ts"
import { signOut, type Unlocked } from "./Unlock.ts"

const layerPrograms = (accounts: ReadonlyArray<OpenAccount>) =>
  Layer.effect(
    AccountPrograms,
    Effect.map(Effect.context<OpenPgp>(), (context) =>
      AccountPrograms.of({
        within: (store, program) => {
          const account = accounts.find((one) => one.store === store)
          return account === undefined
            ? Effect.fail(new AccountNotOpen())
            : Effect.provideContext(program, Context.merge(context, account.services))
        }
      }))
  )

export interface ClientSettings {
  readonly settings: Settings
  readonly tls: Tls | undefined
  readonly accounts: ReadonlyArray<Unlocked>
}

export interface Doors {
  readonly imap: Endpoint
  readonly smtp: Endpoint
  readonly http: Endpoint
  /** Those with TLS from the first octet on are there where there is a certificate. */
  readonly imaps?: Endpoint
  readonly smtps?: Endpoint
}

const serveDoors = Effect.fnUntraced(function*(
  { host, ports, trace }: Settings,
  tls: Tls | undefined,
  accounts: ReadonlyArray<OpenAccount>
) {
  const doors = yield* Layer.build(
    Layer.fresh(Layer.merge(AccountsInProcess.layer(accounts), layerPrograms(accounts)))
  )
  return yield* Effect.gen(function*() {
    const { implicitPort, port } = yield* ImapServer.serve({
      host,
      port: ports.imap,
      setting: "LEAP_MAIL_IMAP_PORT",
      tls,
      isTraced: trace.imap,
      implicit: { port: ports.imaps, setting: "LEAP_MAIL_IMAPS_PORT" }
    })
    const submission = (port: number, setting: string, isImplicit: boolean) =>
      SmtpGateway.serveGateway({ host, port, name: NAME, setting, tls, isImplicit }, gateway(accounts))
    const smtp = yield* submission(ports.smtp, "LEAP_MAIL_SMTP_PORT", false)
    const http = yield* ClientServer.serve({ host, port: ports.http, setting: "LEAP_MAIL_HTTP_PORT", tls })
    const doors: Doors = { imap: { host, port }, smtp, http }
    if (implicitPort === undefined) return doors
    const withTls: Doors = {
      ...doors,
      imaps: { host, port: implicitPort },
      smtps: yield* submission(ports.smtps, "LEAP_MAIL_SMTPS_PORT", true)
    }
    return withTls
  }).pipe(Effect.provideContext(doors))
})

/** Answers where it listens, and the accounts; stops when the scope closes. */
export const start = Effect.fn("Client.start")(function*({ accounts, settings, tls }: ClientSettings) {
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
  const doors = yield* Scope.provide(serveDoors(settings, tls, open.map(({ account }) => account)), doorScope)
  const ports = {
    ...settings.ports,
    imap: doors.imap.port,
    smtp: doors.smtp.port,
    http: doors.http.port,
    imaps: doors.imaps?.port ?? settings.ports.imaps,
    smtps: doors.smtps?.port ?? settings.ports.smtps
  }

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
          "Log in again: stop leap-mail and start it with the account's password; " +
          "then `leap-mail account password` shows the new one for mail programs"
      )
    }
    doorScope = yield* Scope.fork(yield* Effect.scope)
    yield* Scope.provide(serveDoors({ ...settings, ports }, tls, left.map(({ account }) => account)), doorScope)
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
