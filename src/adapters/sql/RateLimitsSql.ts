/** RateLimits counted in the store, by all nodes together. */
import { Clock, Duration, Effect, Layer } from "effect"
import { Base64Url } from "effect/encoding"
import { RateLimits } from "../../ports/RateLimits.ts"
import { Store } from "./Store.ts"

export const layer: Layer.Layer<RateLimits, never, Store> = Layer.effect(
  RateLimits,
  Effect.gen(function*() {
    const { crypto, sql } = yield* Store
    return RateLimits.of({
      take: Effect.fn("RateLimitsSql.take")(
        function*(what, who, { limit, window }) {
          const now = yield* Clock.currentTimeMillis
          const end = now + Duration.toMillis(window)
          // Who it was need not be read in the table.
          const id = Base64Url.encode(yield* crypto.sha256(new TextEncoder().encode(`${what} ${who}`)))
          // A window that would end later than one that begins now: the clock was set back, and nobody waits for it.
          const isOver = sql`(counter.expires_at <= ${now} OR counter.expires_at > ${end})`
          const [counter] = yield* sql<{ readonly taken: number }>`
            INSERT INTO counter (id, taken, expires_at) VALUES (${id}, 1, ${end})
            ON CONFLICT (id) DO UPDATE SET
              taken = CASE WHEN ${isOver} THEN 1 ELSE counter.taken + 1 END,
              expires_at = CASE WHEN ${isOver} THEN ${end} ELSE counter.expires_at END
            RETURNING taken`
          return counter !== undefined && counter.taken <= limit
        },
        // Without its store a provider does nothing that would have to be counted.
        Effect.catchTag("SqlError", (error) => Effect.as(Effect.logWarning("A rate could not be counted", error), true))
      )
    })
  })
)
