/** A provider forgets what is over: sessions, codes, invitations, and blobs that no document refers to. */
import { Effect } from "effect"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"

const EVERY = "1 hour"

/** Never ends. `now` in milliseconds. Several nodes may do it on one store. */
export const sweeping = (now: Effect.Effect<number>): Effect.Effect<never, never, ProviderUpkeep> =>
  Effect.gen(function*() {
    yield* Effect.sleep(EVERY)
    const upkeep = yield* ProviderUpkeep
    yield* upkeep.sweep(yield* now).pipe(
      Effect.catch((error) =>
        Effect.logWarning("What is over could not be removed: it is tried again in an hour", error)
      )
    )
  }).pipe(Effect.forever)
