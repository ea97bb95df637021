/**
 * Forward-only schema steps, in one transaction. Each component of a file (mail, outbox ...) counts its own steps;
 * `user_version` counts how the file as a whole is laid out. A file from a newer version of the program is refused.
 */
import { Effect } from "effect"
import type { Handle, SqliteDatabase } from "./SqliteDatabase.ts"
import { SqliteError } from "./SqliteError.ts"

const FORMAT = 1

/** A step is SQL, or a function where SQL will not do. Steps are never changed, only added. */
export type Migration = string | ((db: Handle) => void)

const refuse = (what: string): SqliteError =>
  new SqliteError({
    operation: "be opened",
    reason: `It was written by a newer leap-mail (${what}). Install the newer version to use it`,
    cause: undefined
  })

const migrateUnsafe = (db: Handle, component: string, migrations: ReadonlyArray<Migration>): void => {
  const format = db.pragma("user_version", { simple: true }) as number
  if (format > FORMAT) throw refuse(`file format ${format}`)
  if (format < FORMAT) {
    db.exec("CREATE TABLE component (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID")
    db.pragma(`user_version = ${FORMAT}`)
  }
  const row = db.prepare("SELECT version FROM component WHERE name = ?").get(component) as
    | { readonly version: number }
    | undefined
  const version = row?.version ?? 0
  if (version > migrations.length) throw refuse(`${component} version ${version}`)
  for (const migration of migrations.slice(version)) {
    if (typeof migration === "string") db.exec(migration)
    else migration(db)
  }
  if (version < migrations.length) {
    db.prepare("INSERT INTO component VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version")
      .run(component, migrations.length)
  }
}

export const migrate = (
  database: SqliteDatabase["Service"],
  component: string,
  migrations: ReadonlyArray<Migration>
): Effect.Effect<void, SqliteError> => database.write((db) => migrateUnsafe(db, component, migrations))
