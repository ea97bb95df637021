/** Writes in groups: each is kept whole or not at all, whatever happens to those beside it. */
import { assert, describe, it } from "@effect/vitest"
import { Data, Deferred, Effect, Fiber, Result } from "effect"
import { SqlClient } from "effect/sql"
import type { Handle } from "../../../src/adapters/sqlite/Driver.ts"
import { make, SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import { handle, makeFile, withDatabase } from "./Files.ts"

class Refused extends Data.TaggedError("Refused")<{}> {}

const createTable = Effect.flatMap(handle, (db) => Effect.sync(() => db.exec("CREATE TABLE t (x)")))

const onFile = <A, E>(body: Effect.Effect<A, E, SqliteDatabase | SqlClient.SqlClient>) =>
  Effect.scoped(
    Effect.flatMap(makeFile, (filename) => withDatabase({ filename }, Effect.andThen(createTable, body)))
  )

const add = (db: Handle, x: unknown): void => void db.prepare("INSERT INTO t VALUES (?)").run(x)

const insert = (x: unknown, afterCommit?: () => void) =>
  Effect.flatMap(SqliteDatabase, (database) => database.write((db) => add(db, x), afterCommit))

const rows = Effect.flatMap(
  SqliteDatabase,
  (database) => database.read((db) => db.prepare("SELECT x FROM t ORDER BY rowid").pluck().all())
)

/** Asked in one turn of the event loop, and so in one transaction. Answers how each ended. */
const together = <E extends { readonly _tag: string }, R>(...writes: ReadonlyArray<Effect.Effect<unknown, E, R>>) =>
  Effect.map(
    Effect.all(writes.map(Effect.result), { concurrency: "unbounded" }),
    (results) => results.map((result) => Result.isSuccess(result) ? "done" : result.failure._tag)
  )

/** A full disk, as SQLite knows it. */
const leaveRoom = (pages: number) =>
  Effect.map(handle, (db) => {
    const used = db.pragma("page_count", { simple: true }) as number
    db.pragma(`max_page_count = ${used + pages}`)
  })
const makeRoom = Effect.map(handle, (db) => db.pragma("max_page_count = 1000000"))

describe("SqliteDatabase", () => {
  it.effect("keeps a job's failure from its neighbours", () =>
    onFile(Effect.gen(function*() {
      const database = yield* SqliteDatabase
      const throwing = database.write((db) => {
        add(db, "thrown away")
        db.exec("INSERT INTO nowhere VALUES (1)")
      })
      const refusing = database.writeResult((db) => {
        add(db, "refused")
        return Result.fail(new Refused())
      })
      const outcomes = yield* together(insert(1), throwing, insert(2), refusing, insert(3))
      assert.deepStrictEqual(outcomes, ["done", "SqliteError", "done", "Refused", "done"])
      assert.deepStrictEqual(yield* rows, [1, 2, 3])
    })))

  it.effect("takes into a transaction what comes a turn later, too", () =>
    onFile(Effect.gen(function*() {
      const { write } = yield* SqliteDatabase
      const told: Array<string> = []
      const tell = (name: string) =>
        write((db) => {
          add(db, name)
          told.push(name)
        }, () => told.push(`${name} is kept`))
      const aTurnLater = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      yield* Effect.all([tell("one"), Effect.andThen(aTurnLater, tell("two"))], { concurrency: "unbounded" })
      assert.deepStrictEqual(told, ["one", "two", "one is kept", "two is kept"])
    })))

  it.effect("leaves nothing of a job that fails alone, on disk or in memory", () =>
    onFile(Effect.gen(function*() {
      const database = yield* SqliteDatabase
      let undone = 0
      const begin = (db: Handle) => {
        database.onUndo(() => undone++)
        add(db, "left over")
      }
      const refused = yield* Effect.flip(database.writeResult((db) => {
        begin(db)
        return Result.fail(new Refused())
      }))
      const thrown = yield* Effect.flip(database.write((db) => {
        begin(db)
        db.exec("INSERT INTO nowhere VALUES (1)")
      }))
      assert.deepStrictEqual([refused._tag, thrown._tag, undone], ["Refused", "SqliteError", 2])
      yield* insert(1)
      assert.deepStrictEqual(yield* rows, [1])
    })))

  it.effect("runs the others again where one takes the transaction down", () =>
    onFile(Effect.gen(function*() {
      const database = yield* SqliteDatabase
      const told: Array<number> = []
      const tell = (x: number) => () => void told.push(x)
      const ending = database.write((db) => {
        add(db, "lost")
        db.exec("ROLLBACK")
      })
      const outcomes = yield* together(insert(1, tell(1)), insert(2, tell(2)), ending, insert(3, tell(3)))
      assert.deepStrictEqual(outcomes, ["done", "done", "SqliteError", "done"])
      assert.deepStrictEqual(yield* rows, [1, 2, 3])
      assert.deepStrictEqual(told, [1, 2, 3])
      assert.deepStrictEqual(yield* together(ending), ["SqliteError"])
      assert.deepStrictEqual(yield* together(insert(4)), ["done"])
    })))

  it.effect("says that the disk is full to whom it concerns, and goes on when there is room", () =>
    onFile(Effect.gen(function*() {
      yield* leaveRoom(3)
      const large = new Uint8Array(100_000)
      assert.deepStrictEqual(yield* together(insert(1), insert(large), insert(2)), ["done", "SqliteError", "done"])
      const error = yield* Effect.flip(insert(large))
      assert.strictEqual(error.message, "The database could not write: The disk is full. Make room and try again")
      assert.deepStrictEqual(yield* rows, [1, 2])
      yield* makeRoom
      yield* insert(large)
      assert.strictEqual((yield* rows).length, 3)
    })))

  it.effect("tells after the commit, in the order of the jobs, and of no job that failed", () =>
    onFile(Effect.gen(function*() {
      const database = yield* SqliteDatabase
      const db = yield* handle
      const told: Array<unknown> = []
      const wait = Array.from({ length: 2000 }, (_, index) =>
        database.writeResult<number, Refused>(
          (db) => {
            add(db, index)
            return index % 7 === 0 ? Result.fail(new Refused()) : Result.succeed(index)
          },
          (value) => void told.push([value, db.inTransaction])
        ))
      yield* together(...wait)
      const kept = Array.from({ length: 2000 }, (_, index) => index).filter((index) => index % 7 !== 0)
      assert.deepStrictEqual(told, kept.map((index) => [index, false]))
      assert.deepStrictEqual(yield* rows, kept)
    })))

  it.effect("puts memory back where a job comes to nothing, latest first, and only there", () =>
    onFile(Effect.gen(function*() {
      const database = yield* SqliteDatabase
      const undone: Array<string> = []
      const change = (name: string, end: (db: Handle) => Result.Result<void, Refused>) =>
        database.writeResult((db) => {
          database.onUndo(() => void undone.push(`${name} first`))
          database.onUndo(() => void undone.push(`${name} second`))
          return end(db)
        })
      const kept = () => Result.void
      yield* together(change("a", kept), change("b", () => Result.fail(new Refused())), change("c", kept))
      assert.deepStrictEqual(undone, ["b second", "b first"])
      undone.length = 0
      let isFirst = true
      const losing = change("e", (db): Result.Result<void, Refused> => {
        if (isFirst) db.exec("ROLLBACK")
        isFirst = false
        return Result.void
      })
      assert.deepStrictEqual(yield* together(change("d", kept), losing), ["done", "done"])
      assert.deepStrictEqual(undone, ["e second", "e first", "d second", "d first"])
    })))

  it.effect("leaves out what is interrupted before its turn", () =>
    onFile(Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(insert("never"), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      yield* insert(1)
      assert.deepStrictEqual(yield* rows, [1])
    })))

  it.effect("writes what it accepted before it closes, and nothing after", () =>
    Effect.scoped(Effect.gen(function*() {
      const filename = yield* makeFile
      const [closed, fiber] = yield* Effect.scoped(Effect.gen(function*() {
        const database = yield* make({ filename })
        database.handle.exec("CREATE TABLE t (x)")
        const fiber = yield* Effect.forkDetach(database.write((db) => add(db, 1)), { startImmediately: true })
        return [database, fiber] as const
      }))
      yield* Fiber.join(fiber)
      const late = yield* Effect.flip(closed.write((db) => add(db, 2)))
      assert.strictEqual(late._tag, "SqliteError")
      assert.deepStrictEqual(yield* withDatabase({ filename }, rows), [1])
    })))

  it.effect("keeps out of a transaction that is open across turns", () =>
    onFile(Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const isOpen = yield* Deferred.make<void>()
      const mayFail = yield* Deferred.make<void>()
      const transaction = sql.withTransaction(Effect.gen(function*() {
        yield* sql`INSERT INTO t VALUES ('rolled back')`
        yield* Deferred.succeed(isOpen, undefined)
        yield* Deferred.await(mayFail)
        return yield* new Refused()
      }))
      const open = yield* Effect.forkChild(Effect.flip(transaction))
      yield* Deferred.await(isOpen)
      const write = yield* Effect.forkChild(insert(1), { startImmediately: true })
      const read = yield* Effect.forkChild(rows, { startImmediately: true })
      yield* Deferred.succeed(mayFail, undefined)
      assert.strictEqual((yield* Fiber.join(open))._tag, "Refused")
      yield* Fiber.join(write)
      assert.notInclude(yield* Fiber.join(read), "rolled back")
      assert.deepStrictEqual(yield* rows, [1])
    })))
})
