import { assert, describe, it } from "@effect/vitest"
import { Effect, Latch } from "effect"
import { TestClock } from "effect/testing"
import { makeStage } from "./Transcript.ts"

describe("RFC 9585 INPROGRESS", () => {
  it.effect("a client that waits for long hears every ten seconds that its command goes on", () =>
    Effect.gen(function*() {
      const [asked, found] = [yield* Latch.make(), yield* Latch.make()]
      const { peer, play } = yield* makeStage({
        begin: "selected",
        watched: (store) => ({
          ...store,
          search: (...wanted) => asked.open.pipe(Effect.andThen(found.await), Effect.andThen(store.search(...wanted)))
        })
      })
      const client = yield* peer(1)
      yield* client.send("A1 SEARCH TEXT needle\r\n")
      yield* asked.await
      assert.deepStrictEqual(yield* client.heard, [])
      for (let times = 0; times < 2; times++) {
        yield* TestClock.adjust("10 seconds")
        yield* play(`S: * OK [INPROGRESS ("A1" NIL NIL)] Still at it`)
      }
      yield* found.open
      yield* play("S: * SEARCH\nS: A1 OK …")
      yield* TestClock.adjust("1 minute")
      yield* play("C: b NOOP\nS: b OK …")
    }))
})
