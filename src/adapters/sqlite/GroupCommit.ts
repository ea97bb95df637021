/** Group commit: jobs that come in a few turns of the event loop share one transaction and so one fsync. */
import { Result } from "effect"
import { performance } from "node:perf_hooks"
import type { Handle } from "./Driver.ts"
import { sqliteError } from "./SqliteError.ts"

/** Longer than this a transaction does not hold the event loop, where jobs allow. */
const MAX_MILLISECONDS = 15

type Outcome = Result.Result<unknown, unknown>

export interface Job {
  /** Run a second time, alone, where the transaction it shared was lost. */
  readonly run: (db: Handle) => Outcome
  readonly afterCommit: ((value: unknown) => void) | undefined
  readonly answer: (outcome: Outcome) => void
}

export interface GroupCommit {
  readonly add: (job: Job) => void
  /** No effect once it runs. */
  readonly withdraw: (job: Job) => void
  readonly isIdle: () => boolean
  /** How many wait. */
  readonly waiting: () => number
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

  const rollBack = (): void => {
    try {
      if (db.inTransaction) db.exec("ROLLBACK")
    } catch {
      // The disk fails: what was written has no COMMIT and counts for nothing.
    }
    undoTo(0)
  }

  /**
   * A job's failure is not its neighbours': each has a savepoint, unless the transaction is its own. Throws where the
   * transaction itself is lost.
   */
  const runJob = (job: Job, isAlone: boolean): Outcome => {
    const mark = undos.length
    if (!isAlone) savepoint.run()
    let result: Outcome
    try {
      result = job.run(db)
    } catch (cause) {
      result = Result.fail(sqliteError("write")(cause))
    }
    // A full disk ends the whole transaction by itself.
    if (!db.inTransaction) throw Result.isFailure(result) ? result.failure : new Error("The transaction was ended")
    if (isAlone && Result.isFailure(result)) rollBack()
    else if (Result.isFailure(result)) {
      db.exec("ROLLBACK TO job; RELEASE job")
      undoTo(mark)
    } else if (!isAlone) release.run()
    return result
  }

  const drainFrom = (jobs: Array<Job>): void => {
    try {
      begin.run()
    } catch (cause) {
      // All that waits would meet the same.
      const failed = Result.fail(sqliteError("write")(cause))
      for (const job of jobs.splice(0)) job.answer(failed)
      return
    }
    const isAlone = jobs.length === 1
    const done: Array<Job> = []
    const outcomes: Array<Outcome> = []
    try {
      const until = performance.now() + MAX_MILLISECONDS
      do {
        const job = jobs.shift()
        if (job === undefined) break
        done.push(job)
        outcomes.push(runJob(job, isAlone))
      } while (performance.now() < until)
      if (db.inTransaction) commit.run()
      undos.length = 0
    } catch (cause) {
      rollBack()
      // One of them needs more than the disk has: each gets a transaction of its own, and the others their room.
      if (done.length > 1) { for (const job of done) drainFrom([job]) }
      else done[0]?.answer(Result.fail(sqliteError("write")(cause)))
      return
    }
    for (const [index, outcome] of outcomes.entries()) {
      const job = done[index]
      if (Result.isSuccess(outcome)) job?.afterCommit?.(outcome.success)
      job?.answer(outcome)
    }
  }

  const drain = (): void => {
    if (queue.length > 0) drainFrom(queue)
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
    waiting: () => queue.length,
    drain,
    onUndo: (undo) => {
      undos.push(undo)
    }
  }
}
