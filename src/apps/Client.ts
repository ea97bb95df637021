/** The client: the accounts of this device, and the doors for mail programs. */
import { Effect, Exit, Layer, Queue, Scope } from "effect"
import * as ClientServer from "../adapters/http/ClientServer.ts"
import * as ImapServer from "../adapters/imap/ImapServer.ts"
import * as AccountsInProcess from "../adapters/in-process/AccountsInProcess.ts"
import * as SmtpGateway from "../adapters/smtp/SmtpGateway.ts"
import { type Address, canonical } from "../domain/account/Address.ts"
import { preflight } from "../domain/outgoing/Preflight.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import type { OpenPgp } from "../ports/OpenPgp.ts"
import { Preflights, PreflightsError } from "../ports/Preflights.ts"
import { gateway } from "./Gateway.ts"
import { NAME, type OpenAccount, openAccount } from "./OpenAccount.ts"
import type { Settings } from "./Settings.ts"
import { signOut, type Unlocked } from "./Unlock.ts"

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
