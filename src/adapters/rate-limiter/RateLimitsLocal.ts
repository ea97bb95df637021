/** RateLimits over `effect/persistence`, counted by this process: for a provider that is one. */
import { Clock, Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import { RateLimits } from "../../ports/RateLimits.ts"

/** Who is counted is chosen by strangers: the one counted longest ago is forgotten. */
const MAX_COUNTERS = 100_000

interface Counter {
  readonly count: number
  /** Milliseconds of a clock that only goes on. */
  readonly expiresAt: number
}

const layerStore = Layer.sync(RateLimiter.RateLimiterStore, () => {
  const counters = new Map<string, Counter>()
  const put = (key: string, counter: Counter): void => {
    counters.delete(key)
    counters.set(key, counter)
    const oldest = counters.size > MAX_COUNTERS ? counters.keys().next().value : undefined
    if (oldest !== undefined) counters.delete(oldest)
  }
  const unused = Effect.die(new Error("Only fixed windows are used here"))
  return RateLimiter.RateLimiterStore.of({
    fixedWindow: ({ key, limit, refillRate, tokens }) =>
      // Not the wall clock: where that is set back by a day, nobody waits for a day.
      Effect.map(Clock.monotonicTimeNanos, (nanos) => {
        const now = Number(nanos / 1_000_000n)
        const kept = counters.get(key)
        const { count, expiresAt } = kept === undefined || kept.expiresAt <= now ? { count: 0, expiresAt: now } : kept
        const next = count + tokens
        if (limit !== undefined && next > limit) return [next, expiresAt - now] as const
        const end = expiresAt + Duration.toMillis(refillRate) * tokens
        put(key, { count: next, expiresAt: end })
        return [next, end - now] as const
      }),
    tokenBucket: () => unused,
    adaptiveConsume: () => unused,
    adaptiveFeedback: () => unused
  })
})

export const layer: Layer.Layer<RateLimits> = Layer.effect(
  RateLimits,
  Effect.map(RateLimiter.RateLimiter, (limiter) =>
    RateLimits.of({
      take: (what, who, { limit, window }) =>
        limiter.consume({ key: `${what} ${who}`, limit, window, algorithm: "fixed-window", onExceeded: "fail" }).pipe(
          Effect.as(true),
          Effect.catchTag("RateLimiterError", () => Effect.succeed(false))
        )
    }))
).pipe(Layer.provide(RateLimiter.layer), Layer.provide(layerStore))
