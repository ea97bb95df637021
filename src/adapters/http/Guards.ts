/** What stands before every handler: a bound for the body, the session, the schema. */
import { ByteSize, Effect, Layer, Redacted } from "effect"
import { HttpRouter, HttpServerError, HttpServerRequest } from "effect/http"
import { HttpApiMiddleware } from "effect/http-api"
import { parse } from "../../domain/account/SessionToken.ts"
import * as SlowClock from "../../domain/account/SlowClock.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { ProviderSessions } from "../../ports/ProviderSessions.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import { Malformed, TooMany } from "./ApiErrors.ts"
import { Authorization, Caller, Validation } from "./ApiFields.ts"
import { challenge } from "./Challenge.ts"
import { MAX_CALLS_AT_ONCE, maxRequestBytes } from "./Limits.ts"
import { refuse } from "./Refusal.ts"
import { orUnavailable } from "./Unavailable.ts"

const pathOf = (url: string): string => url.split("?", 1)[0] ?? url

const isTooLarge = (defect: unknown): boolean =>
  defect instanceof HttpServerError.HttpServerError && defect.reason._tag === "RequestParseError" &&
  defect.reason.reason === "BodyTooLarge"

/** A body past the bound is answered 413, and no more of it is kept. */
export const layerBounded = HttpRouter.middleware(
  (call) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers, url }) => {
      const limit = maxRequestBytes(pathOf(url))
      const tooLarge = Effect.succeed(
        refuse(413, "TooLarge", `This call may carry ${limit} bytes. Send less at a time.`)
      )
      if (Number(headers["content-length"]) > limit) return tooLarge
      return call.pipe(
        Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.bytes(limit)),
        Effect.catchDefect((defect) => isTooLarge(defect) ? tooLarge : Effect.die(defect))
      )
    }),
  { global: true }
)

const makeTurnstile = () => {
  const calls = new Map<AccountId, number>()
  const leave = (account: AccountId): void => {
    const others = (calls.get(account) ?? 1) - 1
    if (others === 0) calls.delete(account)
    else calls.set(account, others)
  }
  /** Until the scope closes: that of a request is open as long as its answer is on its way. */
  return Effect.fnUntraced(function*(account: AccountId) {
    const others = calls.get(account) ?? 0
    if (others >= MAX_CALLS_AT_ONCE) {
      return yield* new TooMany({ message: "This account makes too many calls at once. Wait for one to end." })
    }
    calls.set(account, others + 1)
    yield* Effect.addFinalizer(() => Effect.sync(() => leave(account)))
  }, Effect.uninterruptible)
}

export const layerAuthorization = Layer.effect(
  Authorization,
  Effect.gen(function*() {
    const { findSession } = yield* ProviderSessions
    const crypto = yield* Crypto
    const enter = makeTurnstile()
    const now = yield* SlowClock.make
    // RFC 6750 §3
    const unauthorized = challenge(
      `Bearer realm="leap-mail"`,
      "The session is over or was never there. Log in again with the password."
    )
    const find = Effect.fnUntraced(function*(token: Redacted.Redacted<string>) {
      const parsed = parse(Redacted.value(token))
      if (parsed === undefined) return yield* unauthorized
      const hash = yield* crypto.sha256(new TextEncoder().encode(parsed.secret))
      const look = Effect.flatMap(now, (at) => findSession(parsed.account, hash, at))
      const current = (yield* orUnavailable(look)) ?? (yield* unauthorized)
      const isLoggedIn = look.pipe(
        Effect.map((found) => found !== undefined),
        Effect.catch(() => Effect.succeed(false))
      )
      return { ...current, isLoggedIn }
    })
    return Authorization.of({
      bearer: Effect.fnUntraced(function*(call, { credential }) {
        const caller = yield* find(credential)
        yield* enter(caller.account.id)
        return yield* Effect.provideService(call, Caller, caller)
      })
    })
  })
)

/** Where in the call, never with its values: they may be secrets. */
export const layerValidation = HttpApiMiddleware.layerSchemaErrorTransform(
  Validation,
  ({ kind }) => Effect.fail(new Malformed({ message: `The ${kind.toLowerCase()} of this call cannot be read.` }))
)
