/** The thread that copies what is in a database's log into its file. It loads little, and so starts at once. */
import { parentPort, workerData } from "node:worker_threads"
import * as Driver from "./Driver.ts"

/** Plain data that goes from thread to thread. */
export interface CheckpointTask {
  readonly filename: string
  /** Before anything is read: the cipher, the key. */
  readonly pragmas: ReadonlyArray<string>
  /** Milliseconds. */
  readonly timeout: number
}

/** A word at the end of each copy; a sentence where it failed. */
export type CheckpointSaid = { readonly failed: string | undefined }

const { filename, pragmas, timeout } = workerData as CheckpointTask
const port = parentPort
let db: Driver.Handle | undefined

const open = (): Driver.Handle => {
  const opened = Driver.openUnsafe(filename, timeout)
  for (const pragma of pragmas) opened.pragma(pragma)
  return opened
}

port?.on("message", (word: "copy" | "end") => {
  if (word === "end") {
    db?.close()
    port.close()
    return
  }
  let failed: string | undefined
  try {
    db ??= open()
    // Who reads or writes meanwhile does not wait for it.
    db.pragma("wal_checkpoint(PASSIVE)")
  } catch (cause) {
    failed = String(cause)
  }
  port.postMessage({ failed } satisfies CheckpointSaid)
})
