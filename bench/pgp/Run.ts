/** Programs of this folder as processes of their own, held to as many processors as are measured. */
import { Effect, Schema } from "effect"
import { execFile } from "node:child_process"
import * as path from "node:path"
import { BenchError } from "../BenchError.ts"
import * as Bundle from "../Bundle.ts"

const Printed = Schema.fromJsonString(Schema.Struct({
  milliseconds: Schema.Finite,
  count: Schema.Int,
  /** Milliseconds of the letters before those that count: the first of the process. */
  first: Schema.optional(Schema.Finite),
  /** Milliseconds of processor time, of all threads, meanwhile. */
  processor: Schema.optional(Schema.Finite),
  /** Octets at the most. */
  memory: Schema.optional(Schema.Int),
  /** Messages that the search index had not seen when the last one was stored, and the milliseconds that they took. */
  backlog: Schema.optional(Schema.Int),
  indexing: Schema.optional(Schema.Finite)
}))

export type Figures = typeof Printed.Type

/** `cores`: of the first so many (util-linux's taskset). */
export const exec = (
  cores: number,
  [command, ...args]: readonly [string, ...ReadonlyArray<string>],
  environment: Readonly<Record<string, string>> = {}
): Effect.Effect<string, BenchError> =>
  Effect.callback((resume) => {
    const child = execFile(
      "taskset",
      ["-c", `0-${cores - 1}`, command, ...args],
      { env: { ...process.env, ...environment }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) =>
        resume(
          error === null
            ? Effect.succeed(stdout)
            : new BenchError({ reason: `${path.basename(command)}: ${error.message} ${stderr}`.slice(0, 1000) })
        )
    )
    return Effect.sync(() => child.kill())
  })

export interface Program {
  readonly main: string
  readonly environment: Readonly<Record<string, string>>
}

/** The library alone, in one file: there is nothing to bundle. */
export const RAW: Program = { main: path.join(import.meta.dirname, "RawMain.ts"), environment: {} }

/** As it is installed. */
export const ours: Effect.Effect<Program, BenchError> = Effect.map(
  Bundle.make("pgp-program", {
    OursMain: path.join(import.meta.dirname, "OursMain.ts"),
    CheckpointThread: Bundle.CHECKPOINT_THREAD,
    EngineWorker: Bundle.ENGINE_WORKER
  }),
  ({ environment, folder }) => ({ main: path.join(folder, "OursMain.js"), environment })
)

interface Task {
  readonly program: Program
  readonly task: "incoming" | "outgoing"
  readonly folder: string
  readonly count: number
  readonly cores: number
}

export const run = Effect.fn("Run.run")(function*({ cores, count, folder, program, task }: Task) {
  const { environment, main } = program
  const printed = yield* exec(cores, [process.execPath, main, task, folder, String(count)], environment)
  const figures = yield* Effect.mapError(
    Schema.decodeUnknownEffect(Printed)(printed),
    () => new BenchError({ reason: `${path.basename(main)} printed no figures: ${printed.slice(0, 500)}` })
  )
  if (figures.count !== count) {
    return yield* new BenchError({ reason: `${path.basename(main)} ${task}: ${figures.count} of ${count} messages` })
  }
  return figures
})
