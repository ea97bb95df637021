/** A program of a bench as the installed one is made (`npm run build`): in a few files, without types to strip. */
import { Effect } from "effect"
import * as path from "node:path"
import { build } from "rolldown"
import bundled from "../rolldown.config.ts"
import { BenchError } from "./BenchError.ts"

/** Not in git; below the repository, for its libraries. */
const PROGRAMS = path.join(import.meta.dirname, "results")

const source = (file: string): string => path.join(import.meta.dirname, "../src", file)

/** Programs of threads, which lie beside whoever starts them. */
export const CHECKPOINT_THREAD = source("adapters/sqlite/CheckpointThread.ts")
export const ENGINE_WORKER = source("adapters/openpgp/EngineWorker.ts")

export interface Bundled {
  readonly folder: string
  /** What the engine compiled is kept for the next start, as the client does (src/apps/CompileCache.ts). */
  readonly environment: Readonly<Record<string, string>>
}

/** `input`: sources by the name of what is made of each. */
export const make = (name: string, input: Readonly<Record<string, string>>): Effect.Effect<Bundled, BenchError> => {
  const folder = path.join(PROGRAMS, name)
  return Effect.as(
    Effect.tryPromise({
      try: () => build({ ...bundled, input: { ...input }, output: { dir: folder }, logLevel: "warn" }),
      catch: (cause) => new BenchError({ reason: `Our program cannot be built: ${String(cause)}` })
    }),
    { folder, environment: { NODE_COMPILE_CACHE: path.join(folder, "compiled") } }
  )
}
