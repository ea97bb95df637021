/** What every RateLimits does. */
import { assert, type Vitest } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { type Rate, RateLimits } from "../../src/ports/RateLimits.ts"
import * as SettableClock from "../SettableClock.ts"

const RATE: Rate = { limit: 3, window: "1 minute" }

export const rateLimitsContract = (it: Vitest.MethodsNonLive<RateLimits>): void => {
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
      const { clock, set } = yield* SettableClock.make
      const one = Effect.provideService(take("login", "eve", RATE), Clock.Clock, clock)
      set(10 * 86_400_000)
      yield* Effect.replicateEffect(one, 4)
      assert.isFalse(yield* one)
      set(0)
      yield* TestClock.adjust("61 seconds")
      assert.isTrue(yield* one)
    }))

  it.effect("counts those that come at a time", () =>
    Effect.gen(function*() {
      const { take } = yield* RateLimits
      const all = yield* Effect.all(Array.from({ length: 50 }, () => take("ask", "x".repeat(10_000), RATE)), {
        concurrency: 50
      })
      assert.lengthOf(all.filter((may) => may), 3)
    }))
}
