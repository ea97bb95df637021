/** Ours. */
import { Effect } from "effect"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { version } from "../../src/apps/Version.ts"
import * as Server from "./Server.ts"

const main = fileURLToPath(new URL("LeapMailMain.ts", import.meta.url))

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
    const endpoint = yield* Server.freeEndpoint
    return yield* Server.make({
      name: "leap-mail",
      folder,
      endpoint,
      command: () => [process.execPath, ...profiling(profile), main, folder, String(endpoint.port)],
      // It keeps nothing that a read has left.
      forget: () => Effect.void
    })
  })
})
