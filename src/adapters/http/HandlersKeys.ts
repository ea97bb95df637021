/** Of the client's HTTP API, what runs on an account's keys: what would happen to a message, and what is known of whom. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { Address } from "../../domain/account/Address.ts"
import { compared, confirmed, rejected } from "../../domain/keys/Decide.ts"
import * as ShownKeys from "../../domain/keys/ShownKeys.ts"
import { levelName } from "../../domain/keys/ValidationLevel.ts"
import { ownKeys } from "../../domain/outgoing/Outgoing.ts"
import { preflight } from "../../domain/outgoing/Preflight.ts"
import { AccountPrograms, type AccountServices } from "../../ports/AccountPrograms.ts"
import { NotFound, Unavailable } from "./ApiErrors.ts"
import { ClientApi, CurrentMail } from "./ClientApi.ts"

export const unavailable = (error: { readonly message: string }) =>
  Effect.andThen(
    Effect.logError("The client's HTTP API failed", error),
    new Unavailable({ message: "The accounts cannot be asked now. Try again in a minute." })
  )

/** Runs a program on the account that logged in. What it may refuse is for the caller to say before. */
const makeWithin = Effect.map(
  AccountPrograms,
  ({ within }) =>
    Effect.fnUntraced(function*<A, E extends { readonly message: string }>(
      program: Effect.Effect<A, E, AccountServices>
    ) {
      return yield* Effect.catch(within(yield* CurrentMail, program), unavailable)
    })
)

export const layerOutgoing = HttpApiBuilder.group(
  ClientApi,
  "outgoing",
  Effect.fnUntraced(function*(handlers) {
    const within = yield* makeWithin
    return handlers.handleAll({
      preflight: Effect.fnUntraced(function*({ payload: { policy, to } }) {
        const plan = yield* within(Effect.flatMap(ownKeys, (own) => preflight(own, to, policy)))
        return {
          refused: plan.isRefused,
          recipients: plan.prospects.map(({ key, reason, ...prospect }) => ({
            ...prospect,
            key: key === undefined ? null : { ...key, level: levelName(key.level) },
            reason: reason ?? null
          }))
        }
      })
    })
  })
)

const list = Effect.gen(function*() {
  const { address, certificate } = yield* ownKeys
  const own = yield* ShownKeys.own(address, certificate)
  return { own, others: yield* ShownKeys.bindings(), waiting: (yield* ShownKeys.candidates()).length }
})

export const layerKeys = HttpApiBuilder.group(
  ClientApi,
  "keys",
  Effect.fnUntraced(function*(handlers) {
    const within = yield* makeWithin
    /** Answers what is known of the address then. */
    const decided = Effect.fnUntraced(function*<A, E extends { readonly _tag: string; readonly message: string }>(
      address: Address,
      decide: Effect.Effect<A, E, AccountServices>
    ) {
      const outcome = yield* within(
        Effect.andThen(decide, ShownKeys.page(address)).pipe(
          Effect.catchIf(({ _tag }) => _tag === "NoSuchKey", ({ message }) => Effect.succeed(message))
        )
      )
      return typeof outcome === "string" ? yield* new NotFound({ message: outcome }) : outcome
    })
    return handlers.handleAll({
      list: () => within(list),
      pending: () => within(ShownKeys.candidates()),
      show: ({ params: { address } }) => within(ShownKeys.page(address)),
      accept: ({ params: { address } }) => decided(address, confirmed(address)),
      compare: ({ params: { address }, payload: { fingerprint } }) => decided(address, compared(address, fingerprint)),
      reject: ({ params: { address }, payload: { fingerprint } }) => decided(address, rejected(address, fingerprint))
    })
  })
)
