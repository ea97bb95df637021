import { assert, describe, it } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber } from "effect"
import * as Logins from "../../../src/adapters/imap/Logins.ts"

describe("Logins", () => {
  it.effect("each next wrong one for a name waits longer, up to ten seconds, until the right one comes", () =>
    Effect.gen(function*() {
      const logins = yield* Logins.make
      const wrong = (user: string) => Duration.toMillis(logins.wrong(user))
      assert.deepStrictEqual(
        Array.from({ length: 7 }, () => wrong("alice@leap.test")),
        [500, 1000, 2000, 4000, 8000, 10_000, 10_000]
      )
      assert.strictEqual(wrong("ALICE@leap.test"), 10_000)
      assert.strictEqual(wrong("bob@leap.test"), 500)
      logins.right("Alice@leap.test")
      assert.strictEqual(wrong("alice@leap.test"), 500)
      for (let at = 0; at < 1000; at++) assert.isAtMost(wrong("alice@leap.test"), 10_000)
    }))

  it.effect("names that nobody has cost a bounded memory: the oldest are forgotten", () =>
    Effect.gen(function*() {
      const logins = yield* Logins.make
      const wrong = (user: string) => Duration.toMillis(logins.wrong(user))
      wrong("first")
      for (let at = 0; at < 9999; at++) wrong(`${at}`)
      assert.strictEqual(wrong("first"), 1000)
      for (let at = 0; at < 10_000; at++) wrong(`again ${at}`)
      assert.strictEqual(wrong("first"), 500)
    }))

  it.effect("two passwords are checked at a time", () =>
    Effect.gen(function*() {
      const logins = yield* Logins.make
      const gate = yield* Deferred.make<void>()
      let begun = 0
      const check = logins.check(Effect.andThen(Effect.sync(() => begun++), Deferred.await(gate)))
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(check, { startImmediately: true }))
      assert.strictEqual(begun, 2)
      yield* Deferred.succeed(gate, undefined)
      for (const fiber of fibers) yield* Fiber.join(fiber)
      assert.strictEqual(begun, 3)
    }))
})
