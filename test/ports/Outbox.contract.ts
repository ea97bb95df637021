/** What every adapter of the Outbox port must do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Layer, Option, Stream } from "effect"
import { Outbox, type OutboxItem } from "../../src/ports/Outbox.ts"

const item = (id: string, offeredAt: number): OutboxItem => ({
  id,
  from: "ann@leap.test",
  to: ["bob@leap.test", "cy@leap.test"],
  bytes: new TextEncoder().encode(`message ${id}`),
  offeredAt
})

const waiting = (id: string, offeredAt: number) => {
  const { bytes, ...rest } = item(id, offeredAt)
  return { ...rest, size: bytes.length }
}

const ids = (items: ReadonlyArray<OutboxItem>): ReadonlyArray<string> => items.map((one) => one.id)

export const outboxContract = <E>(name: string, layer: Layer.Layer<Outbox, E>): void => {
  describe(`Outbox: ${name}`, () => {
    it.effect("tells whoever listens that something was offered", () =>
      Effect.gen(function*() {
        const outbox = yield* Outbox
        const told = yield* outbox.offered.pipe(Stream.runHead, Effect.forkChild({ startImmediately: true }))
        yield* outbox.offer([item("a", 1)])
        assert.isTrue(Option.isSome(yield* Fiber.join(told)))
      }).pipe(Effect.provide(layer)))

    it.effect("gives what was offered, oldest first, at most the limit", () =>
      Effect.gen(function*() {
        const outbox = yield* Outbox
        yield* outbox.offer([item("c", 3), item("a", 1)])
        yield* outbox.offer([item("b", 2)])
        assert.deepStrictEqual(ids(yield* outbox.due(10, 10)), ["a", "b", "c"])
        assert.deepStrictEqual(ids(yield* outbox.due(10, 2)), ["a", "b"])
        const [first] = yield* outbox.due(10, 1)
        assert.deepStrictEqual(first && { ...first, bytes: Uint8Array.from(first.bytes) }, {
          ...item("a", 1),
          attempts: 0
        })
      }).pipe(Effect.provide(layer)))

    it.effect("leaves an item that is there already as it is", () =>
      Effect.gen(function*() {
        const outbox = yield* Outbox
        yield* outbox.offer([item("a", 1)])
        yield* outbox.offer([{ ...item("a", 9), to: [] }])
        assert.deepStrictEqual((yield* outbox.due(10, 10)).map((one) => [one.offeredAt, one.to.length]), [[1, 2]])
      }).pipe(Effect.provide(layer)))

    it.effect("postpones for those who still wait and counts attempts; removes", () =>
      Effect.gen(function*() {
        const outbox = yield* Outbox
        yield* outbox.offer([item("a", 1), item("b", 2)])
        yield* outbox.postpone("a", 100, ["cy@leap.test"])
        assert.deepStrictEqual(ids(yield* outbox.due(99, 10)), ["b"])
        assert.deepStrictEqual(yield* outbox.waiting, [
          { ...waiting("a", 1), to: ["cy@leap.test"], attempts: 1, notBefore: 100 },
          { ...waiting("b", 2), attempts: 0, notBefore: 0 }
        ])
        const [again] = yield* outbox.due(100, 10)
        assert.deepStrictEqual([again?.attempts, again?.to], [1, ["cy@leap.test"]])
        yield* outbox.remove("a")
        yield* outbox.remove("a")
        yield* outbox.postpone("a", 1, [])
        assert.deepStrictEqual(ids(yield* outbox.due(1000, 10)), ["b"])
      }).pipe(Effect.provide(layer)))
  })
}
