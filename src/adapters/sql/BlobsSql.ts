/** ProviderBlobs in SQL: sizes and uses here, bytes in the BlobStore. */
import { Clock, Effect, Layer } from "effect"
import { ProviderBlobs } from "../../ports/ProviderBlobs.ts"
import { OverQuota } from "../../ports/ProviderStoreError.ts"
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

    return ProviderBlobs.of({
      putBlob: Effect.fn("BlobsSql.putBlob")(function*(account, id, sealed) {
        yield* write(Effect.gen(function*() {
          // The account's row is locked until the bytes are there: the sweeper cannot come between.
          const [counter] = yield* sql<{ readonly quota: number | null; readonly used: number }>`
            UPDATE account SET used = used WHERE id = ${account} RETURNING quota, used`
          if (counter === undefined) return yield* gone("putBlob")
          if ((yield* size(account, id)) !== undefined) return
          if (counter.quota !== null && counter.used + sealed.length > counter.quota) {
            return yield* new OverQuota({ quota: counter.quota })
          }
          yield* blobs.writeBlob(account, id, sealed)
          yield* sql`INSERT INTO blob ${sql.insert({ account, id, size: sealed.length })}`
          yield* sql`UPDATE account SET used = used + ${sealed.length} WHERE id = ${account}`
        }))
      }, orFail("putBlob")),
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
