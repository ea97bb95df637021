/** The program as `npm run build` makes it: it starts in a third of the time that its sources take. */
import { Effect } from "effect"
import { join } from "node:path"
import { env } from "node:process"
import { build } from "rolldown"
import bundled, { input } from "../../rolldown.config.ts"

/** One for each worker of vitest; as deep below the root as the installed program is, for its version and its libraries. */
const folder = join(import.meta.dirname, `../../node_modules/.program-${env["VITEST_POOL_ID"] ?? "0"}`)

let made: Promise<unknown> | undefined

/** The launcher's file. */
export const program = Effect.promise(async () => {
  made ??= build({
    ...bundled,
    input: { ...input, "leap-mail": "src/apps/leap-mail.ts" },
    output: { dir: folder },
    logLevel: "warn"
  })
  await made
  return join(folder, "leap-mail.js")
})
