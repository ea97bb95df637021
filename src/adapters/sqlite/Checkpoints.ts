/**
 * When what is in the write-ahead log goes into the file (https://sqlite.org/wal.html, section 3.3): in a thread of its
 * own, when nobody writes or much has come together. Who commits waits for the log alone, and nobody for the copy.
 */
import { Effect, type Scope } from "effect"
import { performance } from "node:perf_hooks"
import { Worker } from "node:worker_threads"
import type { CheckpointSaid, CheckpointTask } from "./CheckpointThread.ts"
import type { Handle } from "./Driver.ts"

/** Pages in the log. With fewer nothing is done; what is written again and again is copied once. */
const FEW = 1000
/** With so many it is done even while others write. */
const MANY = 4000
/** With so many, whoever commits does it: the thread does not get on. */
export const MOST = 8000

/** Milliseconds: nobody writes. */
const QUIET = 250
/** Between two looks at a log that others write to. */
const LOOK = 50
/** Nobody wrote: the thread and its memory are given back. */
const REST = 30_000

const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "CheckpointThread.ts" : "CheckpointThread.js",
  import.meta.url
)

export interface Checkpoints {
  /** After each commit. */
  readonly noteWrite: () => void
}

/** Nothing that goes wrong here loses anything: the log stays, and at `MOST` SQLite copies it without us. */
const make = (db: Handle, task: CheckpointTask, warn: (reason: string) => void) => {
  const state = db.prepare("PRAGMA wal_checkpoint(NOOP)").raw(true)
  let thread: Worker | undefined
  let resting: NodeJS.Timeout | undefined
  let quiet: NodeJS.Timeout | undefined
  let isCopying = false
  let isClosed = false
  let wroteAt = 0
  let lookedAt = 0

  const start = (): Worker => {
    const started = new Worker(THREAD, { workerData: task })
    const isOver = (): void => {
      if (thread !== started) return
      thread = undefined
      isCopying = false
    }
    started
      .on("message", ({ failed }: CheckpointSaid) => {
        isCopying = false
        if (failed !== undefined) warn(failed)
      })
      .on("error", (cause) => {
        isOver()
        warn(String(cause))
      })
      .on("exit", isOver)
      // No reason for the program to go on.
      .unref()
    return started
  }

  const end = (then?: () => void): void => {
    const ending = thread
    thread = undefined
    isCopying = false
    clearTimeout(resting)
    if (ending === undefined) return then?.()
    ending.ref()
    ending.once("exit", () => then?.())
    ending.postMessage("end")
  }

  /** Pages that are in the log only. */
  const waiting = (): number => {
    const [, log = 0, copied = 0] = state.get() as ReadonlyArray<number>
    return log - copied
  }

  const look = (least: number): void => {
    lookedAt = performance.now()
    if (isCopying || waiting() < least) return
    isCopying = true
    thread ??= start()
    thread.postMessage("copy")
    clearTimeout(resting)
    resting = setTimeout(end, REST).unref()
  }

  const whenQuiet = (): void => {
    quiet = undefined
    if (!db.inTransaction && performance.now() - wroteAt >= QUIET) look(FEW)
    else wait()
  }
  const wait = (): void => {
    quiet = setTimeout(whenQuiet, QUIET).unref()
  }

  return {
    noteWrite: (): void => {
      if (isClosed || db.inTransaction) return
      wroteAt = performance.now()
      if (wroteAt - lookedAt > LOOK) look(MANY)
      if (quiet === undefined) wait()
    },
    close: (then: () => void): void => {
      isClosed = true
      clearTimeout(quiet)
      end(then)
    }
  }
}

/** Before the database is closed: the last to close makes the log one with the file, and that is not the thread. */
export const scoped = (
  db: Handle,
  task: CheckpointTask,
  warn: (reason: string) => void
): Effect.Effect<Checkpoints, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => make(db, task, warn)),
    ({ close }) => Effect.callback((resume) => close(() => resume(Effect.void)))
  )
