/** Opens an SQLite file with its key and its settings, for its owner's eyes only. */
import { Redacted } from "effect"
import { chmodSync, closeSync, existsSync, openSync } from "node:fs"
import * as Driver from "./Driver.ts"
import { SqliteError } from "./SqliteError.ts"

export interface SqliteOptions {
  /** A path, or `:memory:`. */
  readonly filename: string
  /** 32 bytes. Absent, the file is not encrypted. */
  readonly key?: Redacted.Redacted<Uint8Array>
  /** `aegis` (AEGIS-256) unless said otherwise. */
  readonly cipher?: "aegis" | "sqlcipher"
}

export const IN_MEMORY = ":memory:"
/** Milliseconds. */
export const BUSY_TIMEOUT = 5000
const KEY_BYTES = 32

/** Random already: taken as it is, without the slow derivation that a passphrase needs. */
const rawKeyUnsafe = (key: Uint8Array): string => {
  if (key.length === KEY_BYTES) return `raw:${Buffer.from(key).toString("hex")}`
  throw new SqliteError({ operation: "be opened", reason: `Its key must have ${KEY_BYTES} bytes`, cause: undefined })
}

const OWNER_ONLY = 0o600

/** Before SQLite makes them readable for all. What cannot be made or changed, SQLite says in better words. */
const makePrivate = (filename: string): void => {
  if (filename === IN_MEMORY) return
  try {
    // Not opened when it is there: closing it again would drop the locks that this process holds on it.
    if (!existsSync(filename)) closeSync(openSync(filename, "ax", OWNER_ONLY))
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(filename + suffix)) chmodSync(filename + suffix, OWNER_ONLY)
    }
  } catch {
    return
  }
}

/** Pages in memory are decrypted ones: with SQLite's two megabytes each message that comes decrypts twenty again. */
const CACHE_KIB = 16 * 1024

/** Before anything is read. */
export const unlocking = ({ cipher, key }: SqliteOptions): ReadonlyArray<string> =>
  key === undefined
    ? []
    : [`cipher='${cipher === "sqlcipher" ? "sqlcipher" : "aegis"}'`, `key='${rawKeyUnsafe(Redacted.value(key))}'`]

/** Throws what SQLite throws. */
export const openUnsafe = (options: SqliteOptions): Driver.Handle => {
  makePrivate(options.filename)
  const db = Driver.openUnsafe(options.filename, BUSY_TIMEOUT)
  try {
    for (const pragma of unlocking(options)) db.pragma(pragma)
    // The first page is read here: a wrong key ends in SQLITE_NOTADB before anything is written.
    db.prepare("SELECT count(*) FROM sqlite_schema").get()
    db.pragma("auto_vacuum = INCREMENTAL") // of a file that is new: room can be given back in small steps
    db.pragma("journal_mode = WAL")
    db.pragma("synchronous = FULL")
    db.pragma("foreign_keys = ON")
    db.pragma("temp_store = MEMORY") // temporary files would lie beside the encrypted one in clear
    db.pragma("secure_delete = FAST")
    db.pragma(`cache_size = -${CACHE_KIB}`)
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}
