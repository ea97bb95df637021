/** What stands before every handler: a bound for the body, the session, the schema. */
import { ByteSize, Clock, Effect, Layer, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware } from "effect/http-api"
import { Crypto } from "../../ports/Crypto.ts"
import { type AccountId, ProviderStore } from "../../ports/ProviderStore.ts"
import { Authorization, CurrentAccount, Validation } from "./Api.ts"
import { Malformed, TooMany, Unauthorized } from "./ApiErrors.ts"
import { MAX_CALLS_AT_ONCE, maxRequestBytes } from "./Limits.ts"
import { orUnavailable } from "./Unavailable.ts"

/** As the exchange makes it: 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/

const pathOf = (url: string): string => url.split("?", 1)[0] ?? url

/** A body past it is answered 413, and no more of it is read. */
export const bounded = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(
    HttpServerRequest.HttpServerRequest,
    ({ url }) =>
      Effect.provideService(effect, HttpServerRequest.MaxBodySize, ByteSize.bytes(maxRequestBytes(pathOf(url))))
  )

const unauthorized = () =>
  new Unauthorized({ message: "The session is over or was never there. Log in again with the password." })

const makeTurnstile = () => {
  const calls = new Map<AccountId, number>()
  const enter = (account: AccountId): Effect.Effect<void, TooMany> =>
    Effect.suspend(() => {
      const others = calls.get(account) ?? 0
      if (others >= MAX_CALLS_AT_ONCE) {
        return Effect.fail(new TooMany({ message: "This account makes too many calls at once. Wait for one to end." }))
      }
      calls.set(account, others + 1)
      return Effect.void
    })
  const leave = (account: AccountId): void => {
    const others = (calls.get(account) ?? 1) - 1
    if (others === 0) calls.delete(account)
    else calls.set(account, others)
  }
  return <A, E, R>(account: AccountId, call: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(enter(account), () => call, () => Effect.sync(() => leave(account)))
}

export const layerAuthorization = Layer.effect(
  Authorization,
  Effect.gen(function*() {
    const store = yield* ProviderStore
    const crypto = yield* Crypto
    const counted = makeTurnstile()
    const find = Effect.fnUntraced(function*(token: Redacted.Redacted<string>) {
      const text = Redacted.value(token)
      if (!TOKEN.test(text)) return yield* unauthorized()
      const hash = yield* crypto.sha256(new TextEncoder().encode(text))
      return (yield* orUnavailable(store.findSession(hash, yield* Clock.currentTimeMillis))) ?? (yield* unauthorized())
    })
    return Authorization.of({
      bearer: Effect.fnUntraced(function*(call, { credential }) {
        const account = yield* find(credential)
        return yield* counted(account.id, Effect.provideService(call, CurrentAccount, account))
      })
    })
  })
)

/** Where in the call, never with its values: they may be secrets. */
export const layerValidation = HttpApiMiddleware.layerSchemaErrorTransform(
  Validation,
  ({ kind }) => Effect.fail(new Malformed({ message: `The ${kind.toLowerCase()} of this call cannot be read.` }))
)
