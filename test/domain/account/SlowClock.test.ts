import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as SlowClock from "../../../src/domain/account/SlowClock.ts"
import * as SettableClock from "../../SettableClock.ts"

const DAY = 86_400_000

describe("the clock by which things end", () => {
  it.effect("goes on as time does, and follows no clock that is set ahead", () =>
    Effect.gen(function*() {
      const real = yield* Clock.Clock
      const wall = yield* SettableClock.make
      yield* Effect.gen(function*() {
        const now = yield* SlowClock.make
        const start = yield* now
        assert.strictEqual(start, yield* Clock.currentTimeMillis)
        yield* Effect.provideService(TestClock.adjust(DAY), Clock.Clock, real)
        assert.strictEqual(yield* now, start + DAY)
        wall.set(200 * DAY)
        assert.strictEqual(yield* now, start + DAY)
        wall.set(-5)
        assert.strictEqual(yield* now, start + DAY - 5)
      }).pipe(Effect.provideService(Clock.Clock, wall.clock))
    }))
})
