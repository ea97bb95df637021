/** Which documents refer to which blobs, within the transaction that changes the documents. */
import { Array, Effect } from "effect"
import type { SqlClient } from "effect/sql"

interface Using {
  readonly id: string
  readonly blobs: ReadonlyArray<string>
}

/** `known`: the documents that were there before. Answers the blobs whose uses changed. */
export const replaceUses = Effect.fnUntraced(function*(
  sql: SqlClient.SqlClient,
  account: number,
  documents: ReadonlyArray<Using>,
  known: ReadonlyMap<string, unknown>
) {
  const touched = new Set<string>()
  const old = documents.filter(({ id }) => known.has(id)).map(({ id }) => id)
  if (old.length > 0) {
    const released = yield* sql<{ readonly blob: string }>`
      DELETE FROM blob_use WHERE account = ${account} AND ${sql.in("document", old)} RETURNING blob`
    for (const { blob } of released) touched.add(blob)
  }
  const uses = documents.flatMap(({ blobs, id }) =>
    Array.dedupe(blobs).map((blob) => ({ account, document: id, blob }))
  )
  if (Array.isArrayNonEmpty(uses)) yield* sql`INSERT INTO blob_use ${sql.insert(uses)}`
  for (const { blob } of uses) touched.add(blob)
  return [...touched]
})

export const countUses = Effect.fnUntraced(
  function*(sql: SqlClient.SqlClient, account: number, blobs: ReadonlyArray<string>, now: number) {
    if (blobs.length === 0) return
    yield* sql`UPDATE blob SET uses = (SELECT count(*) FROM blob_use
        WHERE blob_use.account = blob.account AND blob_use.blob = blob.id)
      WHERE account = ${account} AND ${sql.in("id", blobs)}`
    yield* sql`UPDATE blob SET released_at = CASE WHEN uses > 0 THEN NULL ELSE ${sql.literal(String(now))} END
      WHERE account = ${account} AND ${sql.in("id", blobs)}`
  }
)
