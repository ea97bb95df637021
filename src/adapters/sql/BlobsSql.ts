/** ProviderBlobs in SQL: sizes and uses here, bytes in the BlobStore. */
import { Array, Clock, Effect, Layer } from "effect"
import { admit } from "../../domain/document/BlobRoom.ts"
import { ProviderBlobs } from "../../ports/ProviderBlobs.ts"
import { OverQuota } from "../../ports/ProviderStoreError.ts"
import type { SealedBlob } from "../../ports/Replication.ts"
import { gone, orFail } from "./Rows.ts"
import { Store } from "./Store.ts"

export const layer: Layer.Layer<ProviderBlobs, never, Store> = Layer.effect(
  ProviderBlobs,
  Effect.gen(function*() {
    const { blobs, sql, write } = yield* Store

    const size = (account: number, id: string) =>
      sql<{ readonly size: number }>`SELECT size FROM blob WHERE account = ${account} AND id = ${id}`.pipe(
        Effect.map(([row]) => row?.size)
      )

    /** Within a write. */
    const putAll = Effect.fnUntraced(function*(account: number, offered: ReadonlyArray<SealedBlob>) {
      // The account's row is locked until the bytes are there: the sweeper cannot come between.
      const [counter] = yield* sql<{ readonly quota: number | null; readonly used: number }>`
        UPDATE account SET used = used WHERE id = ${account} RETURNING quota, used`
      if (counter === undefined) return yield* gone("putBlobs")
      const known = yield* sql<{ readonly id: string }>`
        SELECT id FROM blob WHERE account = ${account} AND ${sql.in("id", offered.map(({ id }) => id))}`
      const room = { quota: counter.quota ?? undefined, used: counter.used }
      const { growth, news, outcomes } = admit(room, new Set(known.map(({ id }) => id)), offered)
      const rows = news.map(({ id, sealed }) => ({ account, id, size: sealed.length }))
      if (Array.isArrayNonEmpty(rows)) {
        yield* blobs.writeBlobs(account, news)
        yield* sql`INSERT INTO blob ${sql.insert(rows)}`
        yield* sql`UPDATE account SET used = used + ${growth} WHERE id = ${account}`
      }
      return { outcomes, quota: counter.quota ?? 0 }
    })

    return ProviderBlobs.of({
      putBlob: Effect.fn("BlobsSql.putBlob")(function*(account, id, sealed) {
        const { outcomes, quota } = yield* write(putAll(account, [{ id, sealed }]))
        if (outcomes[0] !== "Kept") return yield* new OverQuota({ quota })
      }, orFail("putBlob")),
      putBlobs: Effect.fn("BlobsSql.putBlobs")(function*(account, offered) {
        if (offered.length === 0) return []
        return (yield* write(putAll(account, offered))).outcomes
      }, orFail("putBlobs")),
      getBlob: (account, id, range) => blobs.readBlob(account, id, range),
      blobSize: (account, id) => size(account, id).pipe(orFail("blobSize")),
      missingBlobs: Effect.fn("BlobsSql.missingBlobs")(function*(account, ids) {
        if (ids.length === 0) return []
        const now = yield* Clock.currentTimeMillis
        // Whoever asks is about to refer to them: the sweeper waits another day.
        yield* write(sql`UPDATE blob SET released_at = ${now}
          WHERE account = ${account} AND released_at IS NOT NULL AND ${sql.in("id", ids)}`)
        const rows = yield* sql<{ readonly id: string }>`
          SELECT id FROM blob WHERE account = ${account} AND ${sql.in("id", ids)}`
        const present = new Set(rows.map(({ id }) => id))
        return ids.filter((id) => !present.has(id))
      }, orFail("missingBlobs"))
    })
  })
)
