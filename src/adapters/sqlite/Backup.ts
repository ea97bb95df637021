/** A consistent copy of a database that is in use. Takes seconds for a large one: for a thread of its own. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { SqliteError } from "./SqliteError.ts"
import { openUnsafe, type SqliteOptions } from "./SqliteFile.ts"

const OWNER_ONLY = 0o600

const refuse = (reason: string): SqliteError => new SqliteError({ operation: "be copied", reason, cause: undefined })

const syncUnsafe = (path: string): void => {
  const descriptor = openSync(path, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Reads every page of it, under the key. */
const checkUnsafe = (options: SqliteOptions): void => {
  const db = openUnsafe(options)
  try {
    const said = db.pragma("integrity_check(1)", { simple: true })
    if (said !== "ok") throw refuse(`The store is damaged, and so is its copy (${String(said)}). Verify the store`)
  } finally {
    db.close()
  }
}

/** Until the copy is whole it has another name; nothing is left of one that fails. Answers its octets. */
export const backupUnsafe = (options: SqliteOptions, to: string): number => {
  if (existsSync(to)) throw refuse(`${to} is there already. Choose another name`)
  const part = `${to}.part`
  try {
    rmSync(part, { force: true })
    // Empty, SQLite takes it as it is; made by SQLite, others could read it.
    closeSync(openSync(part, "wx", OWNER_ONLY))
    const db = openUnsafe(options)
    try {
      // A read transaction: who writes meanwhile does not wait, and is not in the copy. Same cipher, same key.
      db.prepare("VACUUM INTO ?").run(part)
    } finally {
      db.close()
    }
    checkUnsafe({ ...options, filename: part })
    syncUnsafe(part)
    renameSync(part, to)
    syncUnsafe(dirname(to))
    return statSync(to).size
  } catch (cause) {
    rmSync(part, { force: true })
    throw cause
  }
}
