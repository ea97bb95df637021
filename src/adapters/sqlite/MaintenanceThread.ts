/** The thread of one maintenance job: it has a connection of its own, so that the daemon's loop does not wait. */
import { Redacted } from "effect"
import { parentPort, workerData } from "node:worker_threads"
import { backupUnsafe } from "./Backup.ts"
import type { Said, Task } from "./MaintenanceTask.ts"
import { sqliteError } from "./SqliteError.ts"
import type { SqliteOptions } from "./SqliteFile.ts"
import { verifyUnsafe } from "./Verify.ts"

const say = (said: Said): void => parentPort?.postMessage(said)

const run = ({ cipher, filename, job, key }: Task): void => {
  const options: SqliteOptions = key === undefined ? { filename } : { filename, cipher, key: Redacted.make(key) }
  switch (job._tag) {
    case "Backup":
      return say({ _tag: "Done", octets: backupUnsafe(options, job.to) })
    case "Verify":
      for (const finding of verifyUnsafe(options)) say({ _tag: "Found", finding })
      return say({ _tag: "Done", octets: 0 })
  }
}

try {
  run(workerData as Task)
} catch (cause) {
  say({ _tag: "Failed", reason: sqliteError("be read")(cause).reason })
}
