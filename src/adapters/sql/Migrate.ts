/** Brings the tables up to date in one transaction, one node at a time. A store of a newer version is refused. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { GENESIS } from "../../domain/keys/DirectoryLog.ts"
import { ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import { inDialect, MIGRATIONS, PLAIN_STORAGE } from "./ProviderSchema.ts"

const COMPONENT = "provider store"
/** PostgreSQL's advisory lock that migrating nodes hold: any number, always the same. */
const LOCK = 7_241_984

const steps = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const dialect = sql.onDialectOrElse({ orElse: () => "sqlite" as const, pg: () => "pg" as const })
  if (dialect === "pg") yield* sql`SELECT pg_advisory_xact_lock(${sql.literal(String(LOCK))})`
  yield* sql.unsafe("CREATE TABLE IF NOT EXISTS component (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
  const rows = yield* sql<{ readonly version: number }>`SELECT version FROM component WHERE name = ${COMPONENT}`
  const version = rows[0]?.version ?? 0
  if (version > MIGRATIONS.length) {
    return yield* new ProviderStoreError({
      operation: "open",
      cause: new Error(`It was written by a newer leap-mail (version ${version}): install that to use it`)
    })
  }
  if (version === MIGRATIONS.length) return
  for (const statement of MIGRATIONS.slice(version).flat()) yield* sql.unsafe(inDialect(statement, dialect))
  if (version === 0) {
    yield* sql`INSERT INTO directory_head (id, seq, hash) VALUES (1, ${GENESIS.seq}, ${GENESIS.hash})`
    if (dialect === "pg") { for (const statement of PLAIN_STORAGE) yield* sql.unsafe(statement) }
  }
  yield* sql`INSERT INTO component (name, version) VALUES (${COMPONENT}, ${MIGRATIONS.length})
    ON CONFLICT (name) DO UPDATE SET version = excluded.version`
})

export const migrate = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(steps)
}).pipe(Effect.catchTag("SqlError", (cause) => new ProviderStoreError({ operation: "open", cause })))
