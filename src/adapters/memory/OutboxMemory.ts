/** The Outbox port in memory: durable as long as the process. */
import { Effect, Layer, PubSub, Stream } from "effect"
import { type DueItem, Outbox } from "../../ports/Outbox.ts"

interface Row extends DueItem {
  readonly notBefore: number
}

const make = Effect.gen(function*() {
  const rows = new Map<string, Row>()
  const offered = yield* PubSub.sliding<void>(1)
  return Outbox.of({
    offer: (items) =>
      Effect.sync(() => {
        for (const item of items) if (!rows.has(item.id)) rows.set(item.id, { ...item, attempts: 0, notBefore: 0 })
        PubSub.publishUnsafe(offered, undefined)
      }),
    offered: Stream.fromPubSub(offered),
    due: (now, limit) =>
      Effect.sync(() =>
        Array.from(rows.values())
          .filter((row) => row.notBefore <= now)
          .toSorted((a, b) => a.offeredAt - b.offeredAt)
          .slice(0, limit)
          .map(({ notBefore: _, ...item }) => item)
      ),
    waiting: Effect.sync(() =>
      Array.from(rows.values(), ({ bytes, ...row }) => ({ ...row, size: bytes.length }))
        .toSorted((a, b) => a.offeredAt - b.offeredAt)
    ),
    postpone: (id, notBefore, to) =>
      Effect.sync(() => {
        const row = rows.get(id)
        if (row !== undefined) rows.set(id, { ...row, to, notBefore, attempts: row.attempts + 1 })
      }),
    remove: (id) =>
      Effect.sync(() => {
        rows.delete(id)
      })
  })
})

export const layer: Layer.Layer<Outbox> = Layer.effect(Outbox, make)
