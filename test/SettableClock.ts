/** A wall clock that can be set forward and back, as people and time servers do. */
import { Clock, Effect } from "effect"

/** Over the clock that there is: what is waited for passes as it does. */
export const make = Effect.map(Clock.Clock, (real) => {
  let shift = 0
  const now = () => real.currentTimeMillisUnsafe() + shift
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: () => BigInt(now()) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(now()) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration)
  }
  return {
    clock,
    /** So many milliseconds away from what it was at first. */
    set: (to: number): void => {
      shift = to
    }
  }
})
