import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { Connection } from "../../../src/adapters/imap/Connection.ts"
import * as Dialogue from "../../../src/adapters/imap/Dialogue.ts"
import type { Response } from "../../../src/adapters/imap/grammar/Response.ts"

const PATIENCE = Duration.minutes(2)
const limits = { maxLine: 100, maxLiteral: 100, maxAppend: 100 }

const exists: Response = { _tag: "Exists", count: 1 }

/** Neither speaks nor reads. */
const dead: Connection = { isPrivate: true, isLocal: true, read: Effect.never, write: () => Effect.never }

describe("Dialogue", () => {
  it.effect("gathers what is said until the client's turn comes, or there is much of it", () =>
    Effect.gen(function*() {
      const written: Array<number> = []
      const dialogue = Dialogue.make({
        ...dead,
        write: (octets) => Effect.sync(() => void written.push(octets.reduce((sum, { length }) => sum + length, 0)))
      }, Effect.succeed(PATIENCE))
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
      const dialogue = Dialogue.make(dead, Effect.succeed(PATIENCE))
      const waiting = yield* Effect.forkChild(Effect.flip(Effect.andThen(dialogue.send([exists]), dialogue.flush)))
      yield* TestClock.adjust("119 seconds")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).reason, "The client read nothing for too long")
    }))

  it.effect("does not wait long for a goodbye to be read", () =>
    Effect.gen(function*() {
      const dialogue = Dialogue.make(dead, Effect.succeed(PATIENCE))
      const waiting = yield* Effect.forkChild(Effect.flip(dialogue.receive(limits)))
      yield* TestClock.adjust("121 seconds")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "ConnectionEnded")
    }))
})
