import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Queue } from "effect"
import { TestClock } from "effect/testing"
import type { Connection } from "../../../src/adapters/imap/Connection.ts"
import * as Dialogue from "../../../src/adapters/imap/Dialogue.ts"
import type { Response } from "../../../src/adapters/imap/grammar/Response.ts"

const PATIENCE = 120_000
const limits = { maxLine: 100, maxLiteral: 100, maxAppend: 100 }

const exists: Response = { _tag: "Exists", count: 1 }

/** Neither speaks nor reads. */
const dead: Connection = { isPrivate: true, isLocal: true, read: Effect.never, write: () => Effect.never }

const make = (connection: Connection) =>
  Effect.map(Clock.Clock, (clock) => Dialogue.make(connection, clock, (now) => now + PATIENCE))

describe("Dialogue", () => {
  it.effect("gathers what is said until the client's turn comes, or there is much of it", () =>
    Effect.gen(function*() {
      const written: Array<number> = []
      const dialogue = yield* make({
        ...dead,
        write: (octets) => Effect.sync(() => void written.push(octets.reduce((sum, { length }) => sum + length, 0)))
      })
      yield* dialogue.send([exists])
      yield* dialogue.send([exists, exists])
      assert.deepStrictEqual(written, [])
      yield* dialogue.flush
      yield* dialogue.flush
      assert.deepStrictEqual(written, [3 * "* 1 EXISTS\r\n".length])
      const line = "* 1 EXISTS\r\n".length
      const many = Math.ceil(65_536 / line)
      yield* Effect.forEach(Array.from({ length: many }), () => dialogue.send([exists]))
      assert.deepStrictEqual(written.slice(1), [many * line])
      const waiting = yield* Effect.forkChild(Effect.andThen(dialogue.send([exists]), dialogue.receive(limits)))
      yield* Effect.yieldNow
      assert.strictEqual(written.length, 3)
      yield* Fiber.interrupt(waiting)
    }))

  it.effect("leaves a client that does not read", () =>
    Effect.gen(function*() {
      const dialogue = yield* make(dead)
      const said = Effect.andThen(dialogue.send([exists]), dialogue.flush)
      const waiting = yield* Effect.forkChild(Effect.flip(Effect.raceFirst(said, dialogue.watch)))
      yield* TestClock.adjust("119 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "The client read nothing for too long")
    }))

  it.effect("does not wait long for a goodbye to be read", () =>
    Effect.gen(function*() {
      const dialogue = yield* make(dead)
      const waiting = yield* Effect.forkChild(Effect.flip(Effect.raceFirst(dialogue.receive(limits), dialogue.watch)))
      yield* TestClock.adjust("121 seconds")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "ConnectionEnded")
    }))

  it.effect("counts from each time that the client is waited for, not what the server takes to answer", () =>
    Effect.gen(function*() {
      const heard = yield* Queue.unbounded<Uint8Array>()
      const dialogue = yield* make({ ...dead, read: Queue.take(heard), write: () => Effect.void })
      const session = Effect.gen(function*() {
        yield* dialogue.receive(limits)
        yield* Effect.sleep("10 minutes")
        yield* dialogue.send([exists])
        return yield* dialogue.receive(limits)
      })
      const waiting = yield* Effect.forkChild(Effect.flip(Effect.raceFirst(session, dialogue.watch)))
      yield* TestClock.adjust("119 seconds")
      yield* Queue.offer(heard, Uint8Array.of(97, 10))
      yield* TestClock.adjust("10 minutes")
      yield* TestClock.adjust("119 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "Nothing was heard for too long")
    }))
})
