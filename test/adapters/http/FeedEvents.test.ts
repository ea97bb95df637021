import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { decode, encode } from "../../../src/adapters/http/FeedEvents.ts"
import type { FeedEvent } from "../../../src/ports/Replication.ts"

const text = (...chunks: ReadonlyArray<string>) => Stream.fromIterable(chunks.map((chunk) => Buffer.from(chunk)))

/** What came, and what it ended with. */
const read = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Effect.gen(function*() {
    const events: Array<FeedEvent> = []
    const end = yield* Effect.flip(Stream.runForEach(decode(bytes), (event) => Effect.sync(() => events.push(event))))
    return { events, end: String(end) }
  })

describe("FeedEvents", () => {
  it.effect("come as they went, however the connection cuts them", () =>
    Effect.gen(function*() {
      const events: Array<FeedEvent> = [
        { _tag: "Generation", generation: 0 },
        { _tag: "Incoming" },
        { _tag: "Generation", generation: 9_007_199_254_740 }
      ]
      const bytes = Buffer.concat(yield* Stream.runCollect(encode(Stream.fromIterable(events))))
      for (const size of [1, 3, bytes.length]) {
        const cut = Array.chunksOf(Array.fromIterable(bytes), size).map((chunk) => Uint8Array.from(chunk))
        const came = yield* read(Stream.fromIterable(cut))
        assert.deepStrictEqual(came.events, events)
        assert.include(came.end, "The provider has ended the feed")
      }
    }))

  it.effect("of a later provider are passed over; of a line without end none is kept", () =>
    Effect.gen(function*() {
      const { events } = yield* read(
        text(": hello\n\n", "event: x\ndata: 1\n\n", "data: fresh\n\ndata: -1\n\n", "data: 2\n\n")
      )
      assert.deepStrictEqual(events.at(-1), { _tag: "Generation", generation: 2 })
      assert.notDeepInclude(events, { _tag: "Incoming" })
      const { end } = yield* read(text("data: ", "x".repeat(4096), "x".repeat(4096)))
      assert.notInclude(end, "ended the feed")
    }))

  it.effect("keep a quiet feed alive, and one that hangs is over within a minute", () =>
    Effect.gen(function*() {
      const bytes = yield* Queue.unbounded<Uint8Array>()
      const reading = yield* Effect.forkChild(read(Stream.fromQueue(bytes)), { startImmediately: true })
      const quiet = yield* Effect.forkChild(
        Stream.runForEach(encode(Stream.never), (beat) => Queue.offer(bytes, beat)),
        { startImmediately: true }
      )
      for (let minute = 0; minute < 10; minute++) yield* TestClock.adjust("1 minute")
      assert.isUndefined(reading.pollUnsafe())
      yield* Fiber.interrupt(quiet)
      yield* TestClock.adjust("61 seconds")
      assert.include((yield* Fiber.join(reading)).end, "The provider has not been heard of for a minute")
    }))
})
