/** Accounts opened, logged in to, and changed by who is logged in. */
import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { removeAccount } from "../../domain/account/Remove.ts"
import { CredentialExchange } from "../../ports/CredentialExchange.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { ProviderCredentials } from "../../ports/ProviderCredentials.ts"
import { ProviderSessions } from "../../ports/ProviderSessions.ts"
import { Api } from "./Api.ts"
import { NotFound } from "./ApiErrors.ts"
import { Caller } from "./ApiFields.ts"
import { orUnavailable, unavailable } from "./Unavailable.ts"

export const layerEnrolment = HttpApiBuilder.group(
  Api,
  "enrolment",
  Effect.fnUntraced(function*(handlers) {
    const exchange = yield* EnrolmentExchange
    return handlers.handleAll({
      registerStart: ({ payload: { address, request } }) =>
        exchange.registerStart(address, request).pipe(
          Effect.map((response) => ({ response })),
          Effect.catchTag("EnrolmentError", unavailable)
        ),
      registerFinish: ({ payload: { address, device, invite, record, wrappedRoot } }) =>
        exchange.registerFinish(address, record, wrappedRoot, device, invite).pipe(
          Effect.map((token) => ({ token })),
          Effect.catchTag("EnrolmentError", unavailable)
        ),
      loginStart: ({ payload: { address, kind, request } }) =>
        exchange.loginStart(address, request, kind).pipe(Effect.catchTag("EnrolmentError", unavailable)),
      loginFinish: ({ payload: { attempt, device, request } }) =>
        exchange.loginFinish(attempt, request, device).pipe(Effect.catchTag("EnrolmentError", unavailable))
    })
  })
)

const noSession = new NotFound({ message: "There is no such session: it was revoked or is over." })

export const layerAccess = HttpApiBuilder.group(
  Api,
  "access",
  Effect.fnUntraced(function*(handlers) {
    const exchange = yield* CredentialExchange
    const accounts = yield* ProviderAccounts
    const credentials = yield* ProviderCredentials
    const sessions = yield* ProviderSessions
    return handlers.handleAll({
      changeStart: Effect.fnUntraced(function*({ params, payload }) {
        const { account } = yield* Caller
        const response = yield* exchange.changeStart(account, params.kind, payload.request).pipe(
          Effect.catchTag("EnrolmentError", unavailable)
        )
        return { response }
      }),
      changeFinish: Effect.fnUntraced(function*({ params, payload: { lifetime, ...credential } }) {
        const { account, session } = yield* Caller
        yield* exchange.changeFinish(account, session.id, params.kind, {
          ...credential,
          lifetime: lifetime ?? undefined
        }).pipe(Effect.catchTag("EnrolmentError", unavailable))
      }),
      dropCredential: Effect.fnUntraced(function*({ params }) {
        const { account } = yield* Caller
        yield* orUnavailable(credentials.dropCredential(account.id, params.kind))
      }),
      sessions: Effect.fnUntraced(function*() {
        const { account, session } = yield* Caller
        const all = yield* orUnavailable(sessions.listSessions(account.id, yield* Clock.currentTimeMillis))
        return all.map((one) => ({ ...one, isCurrent: one.id === session.id }))
      }),
      renameSession: Effect.fnUntraced(function*({ params, payload }) {
        const { account } = yield* Caller
        if (!(yield* orUnavailable(sessions.renameSession(account.id, params.id, payload.device)))) {
          return yield* noSession
        }
      }),
      revokeSession: Effect.fnUntraced(function*({ params }) {
        const { account } = yield* Caller
        if (!(yield* orUnavailable(sessions.revokeSession(account.id, params.id)))) return yield* noSession
      }),
      account: Effect.fnUntraced(function*() {
        const { account: { address, id, quota, used } } = yield* Caller
        return { address, aliases: yield* orUnavailable(accounts.aliases(id)), used, quota: quota ?? null }
      }),
      remove: Effect.fnUntraced(function*() {
        const { account } = yield* Caller
        yield* orUnavailable(removeAccount(account))
      })
    })
  })
)
