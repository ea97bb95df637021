/**
 * One open SQLite file: its key, its settings, and group commit. SQLite calls are synchronous, so jobs are kept short;
 * those that come in one turn of the event loop share one transaction and so one fsync.
 */
import { Context, Effect, Redacted, Result, type Scope, Semaphore } from "effect"
import { performance } from "node:perf_hooks"
import * as Driver from "./Driver.ts"
import { type SqliteError, sqliteError } from "./SqliteError.ts"

export type Handle = Driver.Handle

export interface SqliteOptions {
  /** A path, or `:memory:`. */
  readonly filename: string
  /** 32 bytes. Absent, the file is not encrypted. */
  readonly key?: Redacted.Redacted<Uint8Array>
  /** `aegis` (AEGIS-256) unless said otherwise. */
  readonly cipher?: "aegis" | "sqlcipher"
}

export class SqliteDatabase extends Context.Service<SqliteDatabase, {
  /** For statements prepared once and for `SqlClient`; writes go through `write`. */
  readonly handle: Handle
  /** One holder of a transaction that outlives a turn of the event loop (`SqlClient`). */
  readonly lease: Semaphore.Semaphore
  /** All of `f` or nothing, on disk when answered. `afterCommit` runs then, in the order of the commits. */
  write<A>(f: (db: Handle) => A, afterCommit?: (value: A) => void): Effect.Effect<A, SqliteError>
  /** As `write`; a failure leaves nothing behind. */
  writeResult<A, E>(
    f: (db: Handle) => Result.Result<A, E>,
    afterCommit?: (value: A) => void
  ): Effect.Effect<A, E | SqliteError>
  read<A>(f: (db: Handle) => A): Effect.Effect<A, SqliteError>
}>()("leap-mail/adapters/sqlite/SqliteDatabase") {}

const BUSY_TIMEOUT = 5000
/** Longer than this a drain does not hold the event loop, where jobs allow. */
const MAX_DRAIN_MILLISECONDS = 40

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

/** Throws what SQLite throws. */
const openUnsafe = (options: SqliteOptions): Handle => {
  const db = Driver.openUnsafe(options.filename, BUSY_TIMEOUT)
  try {
    if (options.key !== undefined) {
      db.pragma(`cipher='${options.cipher === "sqlcipher" ? "sqlcipher" : "aegis"}'`)
      db.pragma(`hexkey='${hex(Redacted.value(options.key))}'`)
    }
    // The first page is read here: a wrong key ends in SQLITE_NOTADB before anything is written.
    db.prepare("SELECT count(*) FROM sqlite_schema").get()
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = FULL")
    db.pragma("foreign_keys = ON")
    db.pragma("temp_store = MEMORY") // temporary files would lie beside the encrypted one in clear
    db.pragma("secure_delete = FAST")
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

interface Job {
  readonly run: (db: Handle) => Result.Result<unknown, unknown>
  readonly afterCommit: ((value: unknown) => void) | undefined
  readonly answer: (result: Result.Result<unknown, unknown>) => void
}

/** Runs the jobs from the front of `queue` in one transaction and answers them. */
const drainUnsafe = (db: Handle, begin: Driver.Statement, queue: Array<Job>): void => {
  const done: Array<readonly [Job, Result.Result<unknown, unknown>]> = []
  let failure: SqliteError | undefined
  try {
    begin.run()
    const until = performance.now() + MAX_DRAIN_MILLISECONDS
    do {
      const job = queue.shift()
      if (job === undefined) break
      done.push([job, runJob(db, job)])
    } while (performance.now() < until)
    db.exec("COMMIT")
  } catch (cause) {
    failure = sqliteError("write")(cause)
    if (db.inTransaction) db.exec("ROLLBACK")
    // Nothing begun: all that waits would meet the same.
    if (done.length === 0) done.push(...queue.splice(0).map((job) => [job, Result.fail(failure)] as const))
  }
  for (const [job, result] of done) {
    if (failure !== undefined) job.answer(Result.fail(failure))
    else {
      if (Result.isSuccess(result)) job.afterCommit?.(result.success)
      job.answer(result)
    }
  }
}

/** A job of its own savepoint: its failure is not its neighbours'. Throws where the transaction itself is lost. */
const runJob = (db: Handle, job: Job): Result.Result<unknown, unknown> => {
  db.exec("SAVEPOINT job")
  let result: Result.Result<unknown, unknown>
  try {
    result = job.run(db)
  } catch (cause) {
    result = Result.fail(sqliteError("write")(cause))
  }
  // A full disk ends the whole transaction by itself.
  if (!db.inTransaction) throw Result.isFailure(result) ? result.failure : new Error("The transaction was ended")
  db.exec(Result.isFailure(result) ? "ROLLBACK TO job; RELEASE job" : "RELEASE job")
  return result
}

export const make = (
  options: SqliteOptions
): Effect.Effect<SqliteDatabase["Service"], SqliteError, Scope.Scope> =>
  Effect.gen(function*() {
    const db = yield* Effect.acquireRelease(
      Effect.try({ try: () => openUnsafe(options), catch: sqliteError("be opened") }),
      (db) => Effect.sync(() => db.close())
    )
    const lease = yield* Semaphore.make(1)
    const context = yield* Effect.context<never>()
    const begin = db.prepare("BEGIN IMMEDIATE")
    const queue: Array<Job> = []
    let isScheduled = false

    const schedule = (): void => {
      if (isScheduled || queue.length === 0) return
      isScheduled = true
      setImmediate(drain)
    }
    const drainNow = (): void => {
      isScheduled = false
      if (queue.length > 0) drainUnsafe(db, begin, queue)
      schedule()
    }
    const drain = (): void => {
      // Only SqlClient keeps a transaction open across turns; it holds the lease meanwhile.
      if (db.inTransaction) Effect.runForkWith(context)(lease.withPermit(Effect.sync(drainNow)))
      else drainNow()
    }

    const writeResult = <A, E>(
      f: (db: Handle) => Result.Result<A, E>,
      afterCommit?: (value: A) => void
    ): Effect.Effect<A, E | SqliteError> =>
      Effect.callback<A, E | SqliteError>((resume) => {
        const job: Job = {
          run: f,
          afterCommit: afterCommit as ((value: unknown) => void) | undefined,
          answer: (result) => resume(Effect.fromResult(result as Result.Result<A, E | SqliteError>))
        }
        queue.push(job)
        schedule()
        return Effect.sync(() => {
          const index = queue.indexOf(job)
          if (index >= 0) queue.splice(index, 1)
        })
      })

    // What was accepted before the close is written, what comes later fails in SQLite with a sentence.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (!db.inTransaction) { while (queue.length > 0) drainUnsafe(db, begin, queue) }
      })
    )

    const readNow = <A>(f: (db: Handle) => A): Effect.Effect<A, SqliteError> =>
      Effect.try({ try: () => f(db), catch: sqliteError("read") })

    return SqliteDatabase.of({
      handle: db,
      lease,
      writeResult,
      write: (f, afterCommit) => writeResult((db) => Result.succeed(f(db)), afterCommit),
      read: (f) => Effect.suspend(() => db.inTransaction ? lease.withPermit(readNow(f)) : readNow(f))
    })
  })
