/** Ours. */
import { Effect } from "effect"
import * as path from "node:path"
import { version } from "../../src/apps/Version.ts"
import * as Bundle from "../Bundle.ts"
import * as LoopProbe from "./LoopProbe.ts"
import * as Server from "./Server.ts"

const bundle = Bundle.make("leap-mail", {
  LeapMailMain: path.join(import.meta.dirname, "LeapMailMain.ts"),
  CheckpointThread: Bundle.CHECKPOINT_THREAD
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
    const { environment, folder: program } = yield* bundle
    const main = path.join(program, "LeapMailMain.js")
    const endpoint = yield* Server.freeEndpoint
    return yield* Server.make({
      name: "leap-mail",
      folder,
      endpoint,
      environment,
      command: () => [process.execPath, ...profiling(profile), main, folder, String(endpoint.port)],
      // It keeps nothing that a read has left.
      forget: () => Effect.void,
      heldFile: LoopProbe.fileIn(folder)
    })
  })
})
