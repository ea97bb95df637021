/** What a person is told when the database file, its key or the disk fails. */
import { Schema } from "effect"

export class SqliteError extends Schema.TaggedError<SqliteError>()("SqliteError", {
  operation: Schema.String,
  /** A sentence that says what to do, where something can be done. */
  reason: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The database could not ${this.operation}: ${this.reason}`
  }
}

/** SQLite's result code by name, as `SQLITE_NOTADB`. */
export const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

const CANNOT_OPEN = "The file cannot be opened. Check that its folder exists and may be written"

/** By the beginning of SQLite's code, or of what was said where there is none. */
const REASONS: ReadonlyArray<readonly [prefix: string, reason: string]> = [
  ["SQLITE_NOTADB", "The key does not fit this file, or it is no database. Check the passphrase and the path"],
  ["SQLITE_CANTOPEN", CANNOT_OPEN],
  ["Cannot open database", CANNOT_OPEN], // the driver's own words, without a code
  ["SQLITE_BUSY", "Another process holds the file. Stop it and try again"],
  ["SQLITE_FULL", "The disk is full. Make room and try again"],
  ["SQLITE_READONLY", "The file may not be written. Check its permissions"],
  ["SQLITE_CORRUPT", "The file is damaged. Restore it from a backup or from the provider"],
  ["SQLITE_IOERR", "The disk failed to read or write. Check the disk"]
]

export const sqliteError = (operation: string) => (cause: unknown): SqliteError => {
  if (cause instanceof SqliteError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  const said = codeOf(cause) || message
  const reason = REASONS.find(([prefix]) => said.startsWith(prefix))?.[1] ?? message
  return new SqliteError({ operation, reason, cause })
}
