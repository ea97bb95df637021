/** Group commit: jobs that come in one turn of the event loop share one transaction and so one fsync. */
import { Result } from "effect"
import { performance } from "node:perf_hooks"
import type { Handle } from "./Driver.ts"
import { type SqliteError, sqliteError } from "./SqliteError.ts"

/** Longer than this a transaction does not hold the event loop, where jobs allow. */
const MAX_MILLISECONDS = 15

export interface Job {
  readonly run: (db: Handle) => Result.Result<unknown, unknown>
  readonly afterCommit: ((value: unknown) => void) | undefined
  readonly answer: (result: Result.Result<unknown, unknown>) => void
}

export interface GroupCommit {
  readonly add: (job: Job) => void
  /** No effect once it runs. */
  readonly withdraw: (job: Job) => void
  readonly isIdle: () => boolean
  /** One transaction for the jobs that wait, in their order. SQLite must not be in one already. */
  readonly drain: () => void
  /** Within a job: how to put back what it changed in memory, where it or its transaction comes to nothing. */
  readonly onUndo: (undo: () => void) => void
}

export const make = (db: Handle): GroupCommit => {
  const begin = db.prepare("BEGIN IMMEDIATE")
  const commit = db.prepare("COMMIT")
  const savepoint = db.prepare("SAVEPOINT job")
  const release = db.prepare("RELEASE job")
  const queue: Array<Job> = []
  const undos: Array<() => void> = []

  const undoTo = (mark: number): void => {
    while (undos.length > mark) undos.pop()?.()
  }

  /** A job of its own savepoint: its failure is not its neighbours'. Throws where the transaction itself is lost. */
  const runJob = (job: Job): Result.Result<unknown, unknown> => {
    const mark = undos.length
    savepoint.run()
    let result: Result.Result<unknown, unknown>
    try {
      result = job.run(db)
    } catch (cause) {
      result = Result.fail(sqliteError("write")(cause))
    }
    // A full disk ends the whole transaction by itself.
    if (!db.inTransaction) throw Result.isFailure(result) ? result.failure : new Error("The transaction was ended")
    if (Result.isSuccess(result)) release.run()
    else {
      db.exec("ROLLBACK TO job; RELEASE job")
      undoTo(mark)
    }
    return result
  }

  const drain = (): void => {
    if (queue.length === 0) return
    const done: Array<readonly [Job, Result.Result<unknown, unknown>]> = []
    let failure: SqliteError | undefined
    try {
      begin.run()
      const until = performance.now() + MAX_MILLISECONDS
      do {
        const job = queue.shift()
        if (job === undefined) break
        done.push([job, Result.void])
        done[done.length - 1] = [job, runJob(job)]
      } while (performance.now() < until)
      commit.run()
      undos.length = 0
    } catch (cause) {
      failure = sqliteError("write")(cause)
      if (db.inTransaction) db.exec("ROLLBACK")
      undoTo(0)
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

  return {
    add: (job) => {
      queue.push(job)
    },
    withdraw: (job) => {
      const index = queue.indexOf(job)
      if (index >= 0) queue.splice(index, 1)
    },
    isIdle: () => queue.length === 0,
    drain,
    onUndo: (undo) => {
      undos.push(undo)
    }
  }
}
