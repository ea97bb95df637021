/**
 * The client's HTTP door for programs: on this machine, or elsewhere over TLS. Pages from elsewhere that a browser shows
 * are kept out.
 */
import { Clock, Effect, Layer, type Redacted } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { isLoopback } from "../../domain/account/Loopback.ts"
import { Accounts } from "../../ports/Accounts.ts"
import { ListenError } from "../../ports/ListenError.ts"
import { Unauthorized } from "./ApiErrors.ts"
import { AppPassword, ClientApi, CurrentMail } from "./ClientApi.ts"
import { layerKeys, layerOutgoing, unavailable } from "./HandlersKeys.ts"
import { listen, type ListenOptions } from "./Listen.ts"

const LOCAL = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i

/**
 * A page's own host name that points here (DNS rebinding), or a page that calls across origins: neither is a program.
 * Over TLS a browser has seen by the certificate that the name is not the page's.
 */
const isStranger = ({ headers }: HttpServerRequest.HttpServerRequest, isTls: boolean): boolean =>
  (!isTls && !LOCAL.test(headers["host"] ?? "")) || headers["origin"] !== undefined

const programsOnly = (isTls: boolean) => <E, R>(call: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
    isStranger(request, isTls)
      ? Effect.succeed(
        HttpServerResponse.text(
          isTls ? "This address is for programs.\n" : "This address is for programs on this machine.\n",
          { status: 403 }
        )
      )
      : call)

/** Wrong passwords are answered one after another: guessing gets slow, and a right one never waits for them. */
const makeDelay = () => {
  let free = 0
  return Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    free = Math.max(free, now) + 500
    yield* Effect.sleep(Math.min(free - now, 10_000))
  })
}

const layerAppPassword = Layer.effect(
  AppPassword,
  Effect.gen(function*() {
    const accounts = yield* Accounts
    const delay = makeDelay()
    const login = Effect.fnUntraced(function*(username: string, password: Redacted.Redacted<string>) {
      return yield* accounts.login(username, password).pipe(
        Effect.catchTags({
          LoginRefused: ({ message }) => Effect.andThen(delay, new Unauthorized({ message })),
          AccountsError: unavailable
        })
      )
    })
    return AppPassword.of({
      basic: Effect.fnUntraced(function*(call, { credential: { password, username } }) {
        return yield* Effect.provideService(call, CurrentMail, yield* login(username, password))
      })
    })
  })
)

const layerService = HttpApiBuilder.group(
  ClientApi,
  "service",
  (handlers) => Effect.succeed(handlers.handleAll({ health: () => Effect.succeed({ status: "ok" } as const) }))
)

const layerMail = HttpApiBuilder.group(ClientApi, "mail", (handlers) =>
  Effect.succeed(handlers.handleAll({
    mailboxes: Effect.fnUntraced(function*() {
      const store = yield* CurrentMail
      const mailboxes = yield* Effect.catch(store.mailboxes, unavailable)
      return mailboxes.map(({ exists, id, name, specialUse, unseen }) => ({
        id,
        name,
        specialUse: specialUse ?? null,
        messages: exists,
        unseen
      }))
    })
  })))

const routes = (isTls: boolean) =>
  HttpRouter.serve(
    HttpApiBuilder.layer(ClientApi).pipe(
      Layer.provide([layerService, layerMail, layerOutgoing, layerKeys]),
      Layer.provide(layerAppPassword),
      Layer.provide(HttpRouter.middleware(programsOnly(isTls), { global: true }))
    ),
    { disableLogger: true, disableListenLog: true }
  )

/** TLS where another machine reaches it; programs on this one are spared it. */
export const serve = Effect.fn("ClientServer.serve")(function*(options: ListenOptions) {
  const { host, port, setting, tls } = options
  if (isLoopback(host)) return yield* listen({ ...options, tls: undefined }, routes(false))
  if (tls === undefined) return yield* new ListenError({ host, port, setting, code: "NEEDS_TLS" })
  return yield* listen(options, routes(true))
})
