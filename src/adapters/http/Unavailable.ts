/** A store that fails is logged here; the caller hears only that it may come again. */
import { Effect } from "effect"
import { NotFound, Unavailable } from "./ApiErrors.ts"

export const unavailable = Effect.fnUntraced(function*(error: { readonly operation: string }) {
  yield* Effect.logError("A store failed", error)
  return yield* new Unavailable({ message: "This cannot be done now. Try again in a minute." })
})

export const orUnavailable = <A, E extends { readonly operation: string }, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Unavailable, R> => Effect.catch(effect, unavailable)

export const orNotFound = (what: string) => <A, E, R>(effect: Effect.Effect<A | undefined, E, R>) =>
  Effect.flatMap(
    effect,
    (found) =>
      found === undefined ? Effect.fail(new NotFound({ message: `There is no ${what}.` })) : Effect.succeed(found)
  )
