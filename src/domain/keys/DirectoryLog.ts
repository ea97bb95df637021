/**
 * The log of a directory: each change of an address's certificate, chained by hashes, so that a provider which shows
 * different people different certificates, or takes a change back, must show two logs.
 */
import { Result, Schema } from "effect"

/** Lower-case hex of 32 bytes. */
const Hash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))

export const LogEntry = Schema.Struct({
  /** From 1, without a gap. */
  seq: Schema.Int,
  /** Milliseconds. */
  at: Schema.Int,
  /** Names the address to those who know it and its salt, to nobody else. */
  mark: Hash,
  /** Upper-case hex; empty where the address has no certificate from now on. */
  fingerprint: Schema.String.check(Schema.isPattern(/^[0-9A-F]{0,64}$/)),
  /** SHA-256 of `entryBytes`. */
  hash: Hash
})
export type LogEntry = typeof LogEntry.Type

export interface LogHead {
  readonly seq: number
  readonly hash: string
}

/** Before the first entry. */
export const GENESIS: LogHead = { seq: 0, hash: "0".repeat(64) }

const encoder = new TextEncoder()

/** What an entry's hash is taken of. Each part is of a form that holds no line end. */
export const entryBytes = (previous: string, entry: Omit<LogEntry, "hash">): Uint8Array =>
  encoder.encode(
    ["leap-mail directory log 1", previous, entry.seq, entry.at, entry.mark, entry.fingerprint, ""].join("\n")
  )

/** What the mark of an address is the SHA-256 of. `salt`: lower-case hex, told with each look-up of the address. */
export const markBytes = (salt: string, address: string): Uint8Array =>
  encoder.encode(["leap-mail directory mark 1", salt, address, ""].join("\n"))

export class LogBroken extends Schema.TaggedError<LogBroken>()("LogBroken", {
  /** Where the log does not go on as it should. */
  seq: Schema.Int
}) {
  override get message(): string {
    return `The directory's log does not hold together at entry ${this.seq}: the provider changed what it had said`
  }
}

/** The head after `entries`, whose hashes were computed anew by the reader: `computed[i]` of `entries[i]`. */
export const follow = (
  head: LogHead,
  entries: ReadonlyArray<LogEntry>,
  computed: ReadonlyArray<string>
): Result.Result<LogHead, LogBroken> => {
  let last = head
  for (const [index, { hash, seq }] of entries.entries()) {
    if (seq !== last.seq + 1 || computed[index] !== hash) return Result.fail(new LogBroken({ seq: last.seq + 1 }))
    last = { seq, hash }
  }
  return Result.succeed(last)
}
