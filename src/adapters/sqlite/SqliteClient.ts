/** `effect/sql` on an encrypted SQLite file, beside the raw handle with group commit: both on one connection. */
import { Context, Effect, Layer, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"
import * as SqliteDatabase from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"
import type { SqliteOptions } from "./SqliteFile.ts"
import { keeping } from "./Statements.ts"

const attempt = <A>(operation: string, f: () => A): Effect.Effect<A, SqlError.SqlError> =>
  Effect.try({
    try: f,
    catch: (cause) =>
      new SqlError.SqlError({
        reason: SqlError.classifySqliteError(cause, { message: `The database could not ${operation}`, operation })
      })
  })

const connect = (
  { handle: db, noteWrite }: SqliteDatabase.SqliteDatabase["Service"]
): SqlConnection.Connection => {
  const prepare = keeping(db)
  const rows = (sql: string, params: ReadonlyArray<unknown>, isRaw: boolean): ReadonlyArray<unknown> => {
    const statement = prepare(sql)
    if (!statement.reader) {
      statement.run(...params)
      noteWrite()
      return []
    }
    return statement.raw(isRaw).all(...params)
  }
  const execute: SqlConnection.Connection["execute"] = (sql, params, transform) =>
    attempt("execute", () => {
      const found = rows(sql, params, false) as ReadonlyArray<object>
      return transform === undefined ? found : transform(found)
    })
  const executeValues: SqlConnection.Connection["executeValues"] = (sql, params) =>
    attempt("execute", () => rows(sql, params, true) as ReadonlyArray<ReadonlyArray<unknown>>)
  return {
    execute,
    executeUnprepared: execute,
    executeValues,
    executeValuesUnprepared: executeValues,
    executeRaw: (sql, params) =>
      attempt("execute", () => {
        const statement = prepare(sql)
        if (statement.reader) return statement.raw(false).all(...params)
        const done = statement.run(...params)
        noteWrite()
        return done
      }),
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(execute(sql, params, transform))
  }
}

const make = Effect.fnUntraced(function*(database: SqliteDatabase.SqliteDatabase["Service"]) {
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(connect(database)),
    semaphore: database.lease,
    isTransaction: () => database.handle.inTransaction
  })
  return yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "better-sqlite3-multiple-ciphers",
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

export const layer = (
  options: SqliteOptions
): Layer.Layer<SqliteDatabase.SqliteDatabase | SqlClient.SqlClient, SqliteError> =>
  Layer.effectContext(Effect.gen(function*() {
    const database = yield* SqliteDatabase.make(options)
    const client = yield* make(database)
    return Context.make(SqliteDatabase.SqliteDatabase, database).pipe(Context.add(SqlClient.SqlClient, client))
  })).pipe(Layer.provide(Reactivity.layer))
