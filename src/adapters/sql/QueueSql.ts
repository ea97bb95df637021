/** ProviderQueue in SQL. */
import { Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import type { IncomingItem } from "../../ports/IncomingQueue.ts"
import { ProviderQueue } from "../../ports/ProviderQueue.ts"
import { OverQuota } from "../../ports/ProviderStoreError.ts"
import { gone, orFail, plain } from "./Rows.ts"
import { Store } from "./Store.ts"

export const layer: Layer.Layer<ProviderQueue, never, Store> = Layer.effect(
  ProviderQueue,
  Effect.gen(function*() {
    const { signals, sql, write } = yield* Store

    /** The account's row counts its bytes and its items, and so says who is first. Answers whether there was room. */
    const insert = sql.onDialectOrElse({
      orElse: () => (account: number, item: IncomingItem, bytes: Uint8Array) =>
        write(Effect.gen(function*() {
          const [counted] = yield* sql<{ readonly queued: number }>`
            UPDATE account SET used = used + ${item.size}, queued = queued + 1
            WHERE id = ${account} AND (quota IS NULL OR used + ${item.size} <= quota) RETURNING queued`
          if (counted === undefined) return false
          yield* sql`INSERT INTO incoming (account, seq, id, arrived_at, size, bytes)
            VALUES (${account}, ${counted.queued}, ${item.id}, ${item.arrivedAt}, ${item.size}, ${bytes})`
          return true
        })),
      // One statement, one round trip.
      pg: () => (account: number, item: IncomingItem, bytes: Uint8Array) =>
        sql`WITH counted AS (
            UPDATE account SET used = used + ${item.size}::bigint, queued = queued + 1
            WHERE id = ${account}::bigint AND (quota IS NULL OR used + ${item.size}::bigint <= quota)
            RETURNING id, queued)
          INSERT INTO incoming (account, seq, id, arrived_at, size, bytes)
          SELECT id, queued, ${item.id}::text, ${item.arrivedAt}::bigint, ${item.size}::bigint, ${bytes}::bytea
          FROM counted RETURNING seq`.pipe(Effect.map((rows) => rows.length > 0))
    })

    return ProviderQueue.of({
      enqueue: Effect.fn("QueueSql.enqueue")(function*(account, encrypted, arrivedAt) {
        const item = { id: randomUUID(), arrivedAt, size: encrypted.length }
        if (!(yield* insert(account, item, encrypted))) {
          const [found] = yield* sql<{ readonly quota: number | null }>`SELECT quota FROM account WHERE id = ${account}`
          if (found === undefined) return yield* gone("enqueue")
          return yield* new OverQuota({ quota: found.quota ?? 0 })
        }
        yield* signals.announce(account, { _tag: "Incoming" })
        return item
      }, orFail("enqueue")),
      incoming: (account, limit) =>
        sql<{ readonly id: string; readonly arrived_at: number; readonly size: number }>`
          SELECT id, arrived_at, size FROM incoming WHERE account = ${account} ORDER BY seq LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(({ arrived_at, id, size }) => ({ id, arrivedAt: arrived_at, size }))),
          orFail("incoming")
        ),
      fetchIncoming: (account, id) =>
        sql<{ readonly bytes: Uint8Array }>`SELECT bytes FROM incoming WHERE account = ${account} AND id = ${id}`.pipe(
          Effect.map(([row]) => row === undefined ? undefined : plain(row.bytes)),
          orFail("fetchIncoming")
        ),
      acknowledge: (account, ids) =>
        ids.length === 0
          ? Effect.void
          : write(Effect.gen(function*() {
            const taken = yield* sql<{ readonly size: number }>`
              DELETE FROM incoming WHERE account = ${account} AND ${sql.in("id", ids)} RETURNING size`
            const freed = taken.reduce((sum, { size }) => sum + size, 0)
            if (freed > 0) yield* sql`UPDATE account SET used = used - ${freed} WHERE id = ${account}`
          })).pipe(orFail("acknowledge"))
    })
  })
)
