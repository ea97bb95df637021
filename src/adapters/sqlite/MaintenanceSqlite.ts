/** `Maintenance` of an SQLite file: what reads everything in a thread of its own, what writes in small transactions. */
import { Cause, Effect, Layer, Option, Queue, Redacted, Stream } from "effect"
import { Worker } from "node:worker_threads"
import { Maintenance, MaintenanceError } from "../../ports/Maintenance.ts"
import * as FreePages from "./FreePages.ts"
import type { Job, Said, Task } from "./MaintenanceTask.ts"
import { SqliteDatabase } from "./SqliteDatabase.ts"
import { IN_MEMORY, type SqliteOptions } from "./SqliteFile.ts"

const THREAD = new URL(
  import.meta.url.endsWith(".ts") ? "MaintenanceThread.ts" : "MaintenanceThread.js",
  import.meta.url
)

type Operation = MaintenanceError["operation"]

const failure = (operation: Operation, reason: string, cause?: unknown) =>
  new MaintenanceError({ operation, reason, cause })

/** What a thread says until it is done, or has failed. It ends with the scope at the latest. */
const saidBy = (operation: Operation, task: Task): Stream.Stream<Exclude<Said, { _tag: "Failed" }>, MaintenanceError> =>
  Stream.callback((queue) => {
    const fail = (reason: string, cause?: unknown): void => {
      Queue.failCauseUnsafe(queue, Cause.fail(failure(operation, reason, cause)))
    }
    return Effect.acquireRelease(
      Effect.sync(() =>
        new Worker(THREAD, { workerData: task })
          .on("message", (said: Said) => {
            if (said._tag === "Failed") return fail(said.reason)
            Queue.offerUnsafe(queue, said)
            if (said._tag === "Done") Queue.endUnsafe(queue)
          })
          .on("error", (cause) => fail("Its thread failed. Look at the logs", cause))
          .on("exit", () => fail("Its thread ended before it was done. Try again"))
      ),
      (worker) => Effect.promise(() => worker.terminate())
    )
  })

const make = Effect.fnUntraced(function*({ cipher = "aegis", filename, key }: SqliteOptions) {
  const database = yield* SqliteDatabase

  const run = (operation: Operation, job: Job) =>
    filename === IN_MEMORY
      ? Stream.fail(failure(operation, "It is in memory only: there is no file"))
      : saidBy(operation, { filename, cipher, key: key && Redacted.value(key), job })

  const step = database.write(FreePages.giveBack)

  return Maintenance.of({
    backup: (to) =>
      Stream.runLast(run("be backed up", { _tag: "Backup", to })).pipe(
        Effect.map((last) => Option.isSome(last) && last.value._tag === "Done" ? last.value.octets : 0)
      ),
    verify: run("be verified", { _tag: "Verify" }).pipe(
      Stream.flatMap((said) => said._tag === "Found" ? Stream.succeed(said.finding) : Stream.empty)
    ),
    vacuum: Effect.gen(function*() {
      const size = (yield* database.read((db) => db.pragma("page_size", { simple: true }))) as number
      let given = 0
      for (;;) {
        const pages = yield* step
        if (pages === 0) return given * size
        given += pages
        yield* Effect.yieldNow
      }
    }).pipe(Effect.mapError((cause) => failure("give back room", cause.reason, cause)))
  })
})

/** `options`: those with which the database was opened. */
export const layer = (options: SqliteOptions): Layer.Layer<Maintenance, never, SqliteDatabase> =>
  Layer.effect(Maintenance, make(options))
