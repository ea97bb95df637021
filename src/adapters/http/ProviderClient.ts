/** The provider's API, as the client's ports. */
import { Context, Effect, Layer, type Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { AccountAccess } from "../../ports/AccountAccess.ts"
import { EnrolmentExchange } from "../../ports/EnrolmentExchange.ts"
import { IncomingQueue, IncomingQueueError } from "../../ports/IncomingQueue.ts"
import { KeyDirectory, KeyDirectoryError } from "../../ports/KeyDirectory.ts"
import { Replication } from "../../ports/Replication.ts"
import { isTransient } from "./CallFailure.ts"
import { MAX_IDS } from "./Limits.ts"
import { accountAccess } from "./ProviderAccess.ts"
import { bounded, type Client, enrolmentFailed, makeClient } from "./ProviderCalls.ts"
import { replication } from "./ReplicationClient.ts"

/** Before there is a session. */
export const layerExchange = (baseUrl: string): Layer.Layer<EnrolmentExchange, never, HttpClient.HttpClient> =>
  Layer.effect(
    EnrolmentExchange,
    Effect.gen(function*() {
      const { enrolment } = yield* makeClient(baseUrl)
      const register = enrolmentFailed("register")
      const login = enrolmentFailed("login")
      return EnrolmentExchange.of({
        registerStart: Effect.fn("ProviderClient.registerStart")(
          function*(address, request) {
            const { response } = yield* enrolment.registerStart({ payload: { address, request } })
            return response
          },
          bounded,
          Effect.mapError(register)
        ),
        registerFinish: Effect.fn("ProviderClient.registerFinish")(
          function*(address, record, wrappedRoot, device, invite) {
            const payload = { address, record, wrappedRoot, device, invite }
            const { token } = yield* enrolment.registerFinish({ payload })
            return token
          },
          bounded,
          Effect.mapError(register)
        ),
        loginStart: Effect.fn("ProviderClient.loginStart")(
          function*(address, request, kind) {
            return yield* enrolment.loginStart({ payload: { address, request, kind } })
          },
          bounded,
          Effect.mapError(login)
        ),
        loginFinish: Effect.fn("ProviderClient.loginFinish")(
          function*(attempt, request, device) {
            return yield* enrolment.loginFinish({ payload: { attempt, request, device } })
          },
          bounded,
          Effect.mapError(login)
        )
      })
    })
  )

const incomingQueue = ({ account }: Client): IncomingQueue["Service"] => {
  const failed = (operation: IncomingQueueError["operation"]) => (cause: { readonly _tag: string }) =>
    new IncomingQueueError({ operation, transient: isTransient(cause), cause })
  return {
    list: (limit) =>
      account.incoming({ query: { limit: Math.min(limit, MAX_IDS) } }).pipe(bounded, Effect.mapError(failed("list"))),
    fetch: (id) =>
      account.fetchIncoming({ params: { id } }).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
        bounded,
        Effect.mapError(failed("fetch"))
      ),
    acknowledge: Effect.fn("ProviderClient.acknowledge")(
      function*(ids) {
        for (let at = 0; at < ids.length; at += MAX_IDS) {
          yield* account.acknowledge({ payload: { ids: ids.slice(at, at + MAX_IDS) } })
        }
      },
      bounded,
      Effect.mapError(failed("acknowledge"))
    )
  }
}

const keyDirectory = ({ account, certificate }: Client): KeyDirectory["Service"] => {
  const failed = (operation: KeyDirectoryError["operation"]) => (cause: { readonly _tag: string }) =>
    new KeyDirectoryError({ operation, transient: isTransient(cause), cause })
  return {
    lookup: (address) =>
      certificate({ params: { address } }).pipe(
        Effect.catchTag("NotFound", () => Effect.succeed(undefined)),
        bounded,
        Effect.mapError(failed("lookup"))
      ),
    publish: (payload) => account.publish({ payload }).pipe(bounded, Effect.mapError(failed("publish")))
  }
}

/** The ports of one account, in the session that `token` opens. */
export const layerAccount = (
  baseUrl: string,
  token: Redacted.Redacted<string>
): Layer.Layer<Replication | IncomingQueue | KeyDirectory | AccountAccess, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(makeClient(baseUrl, token), (client) =>
      Context.make(Replication, replication(client)).pipe(
        Context.add(IncomingQueue, incomingQueue(client)),
        Context.add(KeyDirectory, keyDirectory(client)),
        Context.add(AccountAccess, accountAccess(client))
      ))
  )
