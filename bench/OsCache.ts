/** The operating system's cache of files, which makes a cold start warm. Only root may empty it, and only Linux's is known. */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"

const SWITCH = "/proc/sys/vm/drop_caches"

export const canDrop: boolean = (() => {
  try {
    fs.accessSync(SWITCH, fs.constants.W_OK)
    return process.getuid?.() === 0
  } catch {
    return false
  }
})()

/** Files, folders and inodes; nothing where it cannot be done. */
export const drop: Effect.Effect<void> = Effect.sync(() => {
  if (!canDrop) return
  execFileSync("sync")
  fs.writeFileSync(SWITCH, "3")
})
