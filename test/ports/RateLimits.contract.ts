/** What every RateLimits does. */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, type Layer } from "effect"
import { TestClock } from "effect/testing"
import { type Rate, RateLimits } from "../../src/ports/RateLimits.ts"

let monotonic = 0n

/** A wall clock that stands there, beside one that only goes on. */
const wallAt = (millis: number): Clock.Clock => ({
  currentTimeMillisUnsafe: () => millis,
  currentTimeMillis: Effect.succeed(millis),
  currentTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
  currentTimeNanos: Effect.succeed(BigInt(millis) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => monotonic,
  monotonicTimeNanos: Effect.sync(() => monotonic),
  sleep: () => Effect.void
})

const RATE: Rate = { limit: 3, window: "1 minute" }

export const rateLimitsContract = <E>(name: string, limits: Layer.Layer<RateLimits, E>) =>
  layer(limits)(`RateLimits: ${name}`, (it) => {
    it.effect("allows as many as the rate says, to each for each", () =>
      Effect.gen(function*() {
        const { take } = yield* RateLimits
        const takes = (what: string, who: string) => Effect.all(Array.from({ length: 5 }, () => take(what, who, RATE)))
        assert.deepStrictEqual(yield* takes("look-up", "192.0.2.1"), [true, true, true, false, false])
        assert.isTrue(yield* take("look-up", "2001:db8::1", RATE))
        assert.isTrue(yield* take("login", "192.0.2.1", RATE))
      }))

    it.effect("begins anew when the window is over", () =>
      Effect.gen(function*() {
        const { take } = yield* RateLimits
        const one = take("send", "ann", RATE)
        yield* Effect.replicateEffect(one, 4)
        yield* TestClock.adjust("59 seconds")
        assert.isFalse(yield* one)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(yield* Effect.replicateEffect(one, 4), [true, true, true, false])
      }))

    it.effect("lets nobody wait for a wall clock that was set back", () =>
      Effect.gen(function*() {
        const { take } = yield* RateLimits
        const one = take("login", "eve", RATE)
        const at = (millis: number) => Effect.provideService(one, Clock.Clock, wallAt(millis))
        yield* Effect.replicateEffect(at(10 * 86_400_000), 4)
        assert.isFalse(yield* at(10 * 86_400_000))
        monotonic += 61_000_000_000n
        assert.isTrue(yield* at(0))
      }))

    it.effect("counts those that come at a time", () =>
      Effect.gen(function*() {
        const { take } = yield* RateLimits
        const all = yield* Effect.all(Array.from({ length: 50 }, () => take("ask", "x".repeat(10_000), RATE)), {
          concurrency: 50
        })
        assert.lengthOf(all.filter((may) => may), 3)
      }))
  })
