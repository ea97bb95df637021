/** BlobStore in the database itself. Its statements join the transaction they are called in. */
import { Array, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { BlobStore } from "../../ports/BlobStore.ts"
import { orFail, plain } from "./Rows.ts"

export const layer: Layer.Layer<BlobStore, never, SqlClient.SqlClient> = Layer.effect(
  BlobStore,
  Effect.map(SqlClient.SqlClient, (sql) =>
    BlobStore.of({
      writeBlobs: (account, blobs) => {
        const rows = blobs.map(({ id, sealed }) => ({ account, id, bytes: sealed }))
        return Array.isArrayNonEmpty(rows)
          ? sql`INSERT INTO blob_bytes ${sql.insert(rows)} ON CONFLICT DO NOTHING`.pipe(
            Effect.asVoid,
            orFail("writeBlobs")
          )
          : Effect.void
      },
      readBlob: (account, id, range) => {
        const what = range === undefined
          ? sql.literal("bytes")
          : sql`substr(bytes, ${sql.literal(String(range.first + 1))}, ${
            sql.literal(String(range.last - range.first + 1))
          }) AS bytes`
        return sql<{ readonly bytes: Uint8Array }>`
          SELECT ${what} FROM blob_bytes WHERE account = ${account} AND id = ${id}`.pipe(
          Effect.map(([row]) => row === undefined ? undefined : plain(row.bytes)),
          orFail("readBlob")
        )
      },
      eraseBlobs: (account, ids) =>
        ids.length === 0
          ? Effect.void
          : sql`DELETE FROM blob_bytes WHERE account = ${account} AND ${sql.in("id", ids)}`.pipe(
            Effect.asVoid,
            orFail("eraseBlobs")
          ),
      eraseAccount: (account) =>
        sql`DELETE FROM blob_bytes WHERE account = ${account}`.pipe(Effect.asVoid, orFail("eraseAccount"))
    }))
)
