/** Most of a start is compiling the sources: what the engine made of them is kept for the next one. */
import { mkdirSync } from "node:fs"
import * as module from "node:module"
import { homedir, platform } from "node:os"
import { join } from "node:path"
import { env } from "node:process"

/** Node writes at the end, too; but kill -9 is a normal end. */
const WRITTEN_AFTER = 3000

/** The user's own: whoever writes there decides what runs here. Node's choice, the temporary folder, is everybody's. */
const folder = (): string => {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = env
  switch (platform()) {
    case "darwin":
      return join(homedir(), "Library", "Caches")
    case "win32":
      return LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
    default:
      return XDG_CACHE_HOME || join(homedir(), ".cache")
  }
}

/** Where it cannot be kept (a read-only home, NODE_DISABLE_COMPILE_CACHE) the start takes longer, and that is all. */
export const keep = (): void => {
  const directory = join(folder(), "leap-mail", "compiled")
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch {
    return
  }
  module.enableCompileCache(directory)
  // Threads load the same sources.
  env.NODE_COMPILE_CACHE ??= directory
  setTimeout(module.flushCompileCache, WRITTEN_AFTER).unref()
}
