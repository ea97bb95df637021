/** A store that fails is logged here; the client hears only that it may come again. */
import { Effect } from "effect"
import type { ProviderStoreError } from "../../ports/ProviderStore.ts"
import { Unavailable } from "./ApiErrors.ts"

export const unavailable = Effect.fnUntraced(function*(error: { readonly operation: string }) {
  yield* Effect.logError("The provider's store failed", error)
  return yield* new Unavailable({ message: "The provider cannot do this now. Try again in a minute." })
})

export const orUnavailable = <A, R>(
  effect: Effect.Effect<A, ProviderStoreError, R>
): Effect.Effect<A, Unavailable, R> => Effect.catch(effect, unavailable)
