/** Ours. */
import { Effect } from "effect"
import * as path from "node:path"
import { build } from "rolldown"
import bundled from "../../rolldown.config.ts"
import { version } from "../../src/apps/Version.ts"
import { BenchError } from "../BenchError.ts"
import * as LoopProbe from "./LoopProbe.ts"
import * as Server from "./Server.ts"

/** Not in git; below the repository, for its libraries. */
const PROGRAM = path.join(import.meta.dirname, "../results/program")

/** As the installed program is made (`npm run build`). */
const bundle = Effect.tryPromise({
  try: () =>
    build({
      ...bundled,
      input: {
        LeapMailMain: path.join(import.meta.dirname, "LeapMailMain.ts"),
        CheckpointThread: path.join(import.meta.dirname, "../../src/adapters/sqlite/CheckpointThread.ts")
      },
      output: { dir: PROGRAM },
      logLevel: "warn"
    }),
  catch: (cause) => new BenchError({ reason: `Our server cannot be built: ${String(cause)}` })
})

/** Where the processor profile of the next run goes, if it should be taken. */
export interface Profile {
  file: string | undefined
}

const profiling = ({ file }: Profile): ReadonlyArray<string> =>
  file === undefined
    ? []
    : ["--cpu-prof", `--cpu-prof-dir=${path.dirname(file)}`, `--cpu-prof-name=${path.basename(file)}`]

export const kind = (profile: Profile): Server.Kind => ({
  name: "leap-mail",
  version,
  open: Effect.fnUntraced(function*(folder) {
    yield* bundle
    const main = path.join(PROGRAM, "LeapMailMain.js")
    const endpoint = yield* Server.freeEndpoint
    return yield* Server.make({
      name: "leap-mail",
      folder,
      endpoint,
      // As the client does (src/apps/CompileCache.ts).
      environment: { NODE_COMPILE_CACHE: path.join(PROGRAM, "compiled") },
      command: () => [process.execPath, ...profiling(profile), main, folder, String(endpoint.port)],
      // It keeps nothing that a read has left.
      forget: () => Effect.void,
      heldFile: LoopProbe.fileIn(folder)
    })
  })
})
