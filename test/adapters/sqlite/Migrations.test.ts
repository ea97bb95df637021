/** A file comes to the newest layout, or stays exactly as it was. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { migrate, type Migration } from "../../../src/adapters/sqlite/Migrations.ts"
import { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import { handle, makeFile, withDatabase } from "./Files.ts"

const migrated = (filename: string, component: string, steps: ReadonlyArray<Migration>) =>
  withDatabase({ filename }, Effect.flatMap(SqliteDatabase, (database) => migrate(database, component, steps)))

const execute = (filename: string, sql: string) =>
  withDatabase({ filename }, Effect.flatMap(handle, (db) => Effect.sync(() => void db.exec(sql))))

/** Tables, their rows, and the layout of the file. */
const look = (filename: string) =>
  withDatabase(
    { filename },
    Effect.map(handle, (db) => {
      const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()
      return {
        format: db.pragma("user_version", { simple: true }),
        tables: Object.fromEntries(
          tables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).raw(true).all()])
        )
      }
    })
  )

const ONE = "CREATE TABLE one (x); INSERT INTO one VALUES (1)"
const TWO: Migration = (db) => {
  db.exec("CREATE TABLE two (x)")
  db.prepare("INSERT INTO two SELECT x + 1 FROM one").run()
}

describe("migrate", () => {
  it.effect("takes each step once, in order, and each component's for itself", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* migrated(filename, "mail", [ONE])
      yield* migrated(filename, "mail", [ONE, TWO])
      yield* migrated(filename, "mail", [ONE, TWO])
      yield* migrated(filename, "outbox", ["CREATE TABLE other (x)"])
      assert.deepStrictEqual(yield* look(filename), {
        format: 1,
        tables: { component: [["mail", 2], ["outbox", 1]], one: [[1]], two: [[2]], other: [] }
      })
    }))

  it.effect("leaves nothing of a step that fails, nor of those before it", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const broken: Migration = (db) => {
        db.exec("CREATE TABLE half (x)")
        db.exec("INSERT INTO nowhere VALUES (1)")
      }
      const error = yield* Effect.flip(migrated(filename, "mail", [ONE, TWO, broken]))
      assert.include(error.message, "nowhere")
      assert.deepStrictEqual(yield* look(filename), { format: 0, tables: {} })
      yield* migrated(filename, "mail", [ONE])
      const before = yield* look(filename)
      yield* Effect.flip(migrated(filename, "mail", [ONE, TWO, "CREATE TABLE half (x); no SQL"]))
      assert.deepStrictEqual(yield* look(filename), before)
      yield* migrated(filename, "mail", [ONE, TWO])
      assert.deepStrictEqual((yield* look(filename)).tables["two"], [[2]])
    }))

  it.effect("refuses a file and a component of a newer version, and leaves them as they are", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* migrated(filename, "mail", [ONE, TWO])
      const before = yield* look(filename)
      const sentence = (what: string) =>
        `The database could not be opened: It was written by a newer leap-mail (${what}). ` +
        "Install the newer version to use it"
      assert.strictEqual((yield* Effect.flip(migrated(filename, "mail", [ONE]))).message, sentence("mail version 2"))
      assert.deepStrictEqual(yield* look(filename), before)
      yield* execute(filename, "PRAGMA user_version = 2")
      const newer = yield* Effect.flip(migrated(filename, "mail", [ONE, TWO, "CREATE TABLE three (x)"]))
      assert.strictEqual(newer.message, sentence("file format 2"))
      assert.deepStrictEqual(yield* look(filename), { ...before, format: 2 })
    }))
})
