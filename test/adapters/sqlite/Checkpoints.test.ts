/** What is written lies in the log, and is copied into the file by somebody else. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { existsSync } from "node:fs"
import { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import { key, makeFile, withDatabase } from "./Files.ts"

const PAGE = 4096
/** More than is left in the log while others write, less than makes SQLite do it at the commit. */
const PAGES = 5000

const inLog = Effect.flatMap(SqliteDatabase, ({ read }) =>
  read((db) => {
    const [[, log = 0, copied = 0] = []] = db.prepare("PRAGMA wal_checkpoint(NOOP)").raw(true).all() as ReadonlyArray<
      ReadonlyArray<number>
    >
    return { log, copied }
  }))

describe("Checkpoints", () => {
  it.live("copies a long log while the database is in use, and leaves none behind", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* withDatabase(
        { filename, key },
        Effect.gen(function*() {
          const { write } = yield* SqliteDatabase
          yield* write((db) => {
            db.exec("CREATE TABLE t (x BLOB)")
            db.prepare("INSERT INTO t VALUES (zeroblob(?))").run(PAGE * PAGES)
          })
          const { log } = yield* inLog
          assert.isAbove(log, PAGES)
          yield* inLog.pipe(
            Effect.filterOrFail(({ copied }) => copied >= log),
            Effect.retry(Schedule.spaced("5 millis")),
            Effect.timeout("20 seconds")
          )
        })
      )
      assert.isFalse(existsSync(`${filename}-wal`))
      const octets = yield* withDatabase(
        { filename, key },
        Effect.flatMap(SqliteDatabase, ({ read }) => read((db) => db.prepare("SELECT length(x) FROM t").pluck().get()))
      )
      assert.strictEqual(octets, PAGE * PAGES)
    }))
})
