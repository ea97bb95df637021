/**
 * By this clock ends what ends with time at a provider, and cannot be had back: sessions, and blobs that nobody needs. It is
 * that of the wall, but no further on than this process has been running: one that is set months ahead and back again has
 * logged nobody out. After a start it believes what it finds.
 */
import { Clock, Effect } from "effect"

/** Answers milliseconds. */
export const make: Effect.Effect<Effect.Effect<number>> = Effect.gen(function*() {
  const start = yield* Clock.currentTimeMillis
  const began = yield* Clock.monotonicTimeNanos
  return Effect.gen(function*() {
    const running = Number((yield* Clock.monotonicTimeNanos) - began) / 1e6
    return Math.floor(Math.min(yield* Clock.currentTimeMillis, start + running))
  })
})
