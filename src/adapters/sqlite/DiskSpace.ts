/** How much the disk under a database has left. */
import { Effect, Option } from "effect"
import { statfs } from "node:fs/promises"
import type { Handle } from "./SqliteDatabase.ts"

/** Octets; undefined in memory, and where the system does not say. */
export const make = (db: Handle): Effect.Effect<number | undefined> => {
  const filename = db.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").pluck().get()
  if (typeof filename !== "string" || filename === "") return Effect.succeed(undefined)
  return Effect.tryPromise(() => statfs(filename)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.option,
    Effect.map(Option.getOrUndefined)
  )
}
