/** One open SQLite file: reads at once, writes in groups. SQLite calls are synchronous: jobs are short. */
import { Context, Effect, Result, type Scope, Semaphore } from "effect"
import * as Checkpoints from "./Checkpoints.ts"
import type * as Driver from "./Driver.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { type SqliteError, sqliteError } from "./SqliteError.ts"
import { BUSY_TIMEOUT, IN_MEMORY, openUnsafe, type SqliteOptions, unlocking } from "./SqliteFile.ts"

export type Handle = Driver.Handle

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
  /** Within a write: puts back what was changed in memory, where the job or its transaction comes to nothing. */
  onUndo(undo: () => void): void
  /** After what was written past `write`. */
  noteWrite(): void
}>()("leap-mail/adapters/sqlite/SqliteDatabase") {}

/** Jobs, and turns of the event loop, before a transaction begins. */
const MOST_GATHERED = 32
const MOST_TURNS = 8

const checkpoints = Effect.fnUntraced(function*(db: Handle, options: SqliteOptions) {
  if (options.filename === IN_MEMORY) return { noteWrite: () => {} }
  db.pragma(`wal_autocheckpoint = ${Checkpoints.MOST}`)
  const context = yield* Effect.context<never>()
  const task = { filename: options.filename, pragmas: unlocking(options), timeout: BUSY_TIMEOUT }
  return yield* Checkpoints.scoped(db, task, (reason) => {
    Effect.runForkWith(context)(Effect.logWarning("The database's log could not be copied into its file", reason))
  })
})

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
    const { noteWrite } = yield* checkpoints(db, options)
    const commits = GroupCommit.make(db)
    let isScheduled = false

    const schedule = (): void => {
      if (isScheduled || commits.isIdle()) return
      isScheduled = true
      gather(0, 0)
    }
    /** While each turn of the event loop brings more, they go together: a commit costs as much as many jobs. */
    const gather = (known: number, turns: number): void => {
      setImmediate(() => {
        const waiting = commits.waiting()
        if (waiting > known && waiting < MOST_GATHERED && turns < MOST_TURNS) gather(waiting, turns + 1)
        else drain()
      })
    }
    const drainNow = (): void => {
      isScheduled = false
      commits.drain()
      noteWrite()
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
        const job: GroupCommit.Job = {
          run: f,
          afterCommit: afterCommit as ((value: unknown) => void) | undefined,
          answer: (result) => resume(Effect.fromResult(result as Result.Result<A, E | SqliteError>))
        }
        commits.add(job)
        schedule()
        return Effect.sync(() => commits.withdraw(job))
      })

    // What was accepted before the close is written, what comes later fails in SQLite with a sentence.
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        if (!db.inTransaction) { while (!commits.isIdle()) commits.drain() }
      })
    )

    const readNow = <A>(f: (db: Handle) => A): Effect.Effect<A, SqliteError> =>
      Effect.try({ try: () => f(db), catch: sqliteError("read") })

    return SqliteDatabase.of({
      handle: db,
      lease,
      onUndo: commits.onUndo,
      noteWrite,
      writeResult,
      write: (f, afterCommit) => writeResult((db) => Result.succeed(f(db)), afterCommit),
      read: (f) => Effect.suspend(() => db.inTransaction ? lease.withPermit(readNow(f)) : readNow(f))
    })
  })
