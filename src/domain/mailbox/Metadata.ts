/** Annotations of a mailbox, or of the account as a whole ("the server"): small named values that clients keep (RFC 5464). */
import { Result } from "effect"

/** As `/private/comment`: lower case, for names compare without it. */
export type EntryName = string

export type Metadata = ReadonlyMap<EntryName, Uint8Array>

/** undefined removes (NIL). Of a name that comes twice the last counts. */
export type MetadataChange = readonly [entry: EntryName, value: Uint8Array | undefined]

/** RFC 5464 §4.1 demands 1024 at least. Comments, colours and filters stay far below. */
export const MAX_VALUE_BYTES = 64 * 1024
/** Of a mailbox, or of the server. RFC 5464 §4.1 demands 10 at least. */
export const MAX_ENTRIES = 100
const MAX_NAME_LENGTH = 255

export interface Refused {
  readonly code: "badName" | "tooBig" | "tooMany"
  readonly reason: string
}

const badName = (reason: string) => Result.fail<Refused>({ code: "badName", reason })

/** RFC 5464 §3.2: of an entry, or of what has entries below it. In lower case, or why it cannot be one. */
export const parsePath = (text: string): Result.Result<EntryName, Refused> => {
  const name = text.toLowerCase()
  if (name.length > MAX_NAME_LENGTH) return badName(`An entry name has at most ${MAX_NAME_LENGTH} characters`)
  if (!/^[\x20-\x7e]*$/.test(name) || /[*%]/.test(name)) {
    return badName("An entry name is printable ASCII without * and %")
  }
  if (name.includes("//") || name.endsWith("/")) return badName("An entry name has no empty part between slashes")
  const [, scope] = name.split("/")
  return name.startsWith("/") && (scope === "private" || scope === "shared")
    ? Result.succeed(name)
    : badName("An entry name begins with /private/ or /shared/")
}

/** As `parsePath`, of an entry. */
export const parseEntry = (text: string): Result.Result<EntryName, Refused> => {
  const path = parsePath(text)
  if (Result.isFailure(path)) return path
  const [, , ...rest] = path.success.split("/")
  if (rest.length < (rest[0] === "vendor" ? 3 : 1)) {
    return badName("An entry name has a part after its scope, below vendor two more")
  }
  return path
}

/** All of the changes or none. */
export const change = (
  current: Metadata,
  changes: ReadonlyArray<MetadataChange>
): Result.Result<Metadata, Refused> => {
  const next = new Map(current)
  for (const [text, value] of changes) {
    const entry = parseEntry(text)
    if (Result.isFailure(entry)) return Result.fail(entry.failure)
    if (value === undefined) next.delete(entry.success)
    else if (value.length > MAX_VALUE_BYTES) {
      return Result.fail({ code: "tooBig", reason: `A value has at most ${MAX_VALUE_BYTES} octets` })
    } else next.set(entry.success, value.slice())
  }
  return next.size > Math.max(MAX_ENTRIES, current.size)
    ? Result.fail({ code: "tooMany", reason: `There are at most ${MAX_ENTRIES} entries; remove others first` })
    : Result.succeed(next)
}

/** The entries that are not as they were, sorted. */
export const differing = (before: Metadata, after: Metadata): ReadonlyArray<EntryName> =>
  Array.from(new Set([...before.keys(), ...after.keys()]))
    .filter((entry) => {
      const [a, b] = [before.get(entry), after.get(entry)]
      return a?.length !== b?.length || a?.some((octet, index) => octet !== b?.[index])
    })
    .sort()
