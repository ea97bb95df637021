/** What every IncomingQueue keeps to. `make` gives one account's queue, and how the provider puts a message into it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { IncomingItem, IncomingQueue } from "../../src/ports/IncomingQueue.ts"

export interface QueueFixture {
  readonly queue: IncomingQueue["Service"]
  readonly enqueue: (encrypted: Uint8Array, arrivedAt: number) => Effect.Effect<IncomingItem>
}

export const incomingQueueContract = <E>(name: string, make: Effect.Effect<QueueFixture, E, Scope.Scope>) =>
  describe(`IncomingQueue: ${name}`, () => {
    it.live("lists what waits, oldest first, and gives its bytes", () =>
      Effect.gen(function*() {
        const { enqueue, queue } = yield* make
        assert.deepStrictEqual(yield* queue.list(10), [])
        const first = yield* enqueue(new Uint8Array([1, 2, 3]), 1000)
        const second = yield* enqueue(new Uint8Array([4]), 2000)
        assert.deepStrictEqual(yield* queue.list(10), [first, second])
        assert.deepStrictEqual(yield* queue.list(1), [first])
        assert.strictEqual(first.size, 3)
        assert.deepStrictEqual(yield* queue.fetch(first.id), new Uint8Array([1, 2, 3]))
      }))

    it.live("forgets what was acknowledged, and takes a second acknowledgement", () =>
      Effect.gen(function*() {
        const { enqueue, queue } = yield* make
        const first = yield* enqueue(new Uint8Array([1]), 1000)
        const second = yield* enqueue(new Uint8Array([2]), 2000)
        yield* queue.acknowledge([first.id])
        yield* queue.acknowledge([first.id, "another"])
        assert.deepStrictEqual(yield* queue.list(10), [second])
        assert.isUndefined(yield* queue.fetch(first.id))
      }))
  })
