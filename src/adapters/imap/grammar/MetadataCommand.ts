/** GETMETADATA and SETMETADATA (RFC 5464 §4). */
import { Result } from "effect"
import {
  type EntryName,
  type MetadataChange,
  parseEntry,
  parsePath,
  type Refused
} from "../../../domain/mailbox/Metadata.ts"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import {
  astring,
  bad,
  badAt,
  keyword,
  type Lexer,
  list,
  literal8,
  nstring,
  number,
  type Parsed,
  peek,
  space,
  take
} from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"

/** How far below an entry: not at all, its children, or all. */
export type Depth = 0 | 1 | "infinity"

export type GetMetadata = {
  readonly _tag: "GetMetadata"
  /** Empty: the server's. */
  readonly mailbox: string
  readonly maxSize: number | undefined
  readonly depth: Depth
  readonly entries: ReadonlyArray<EntryName>
}

export type SetMetadata = {
  readonly _tag: "SetMetadata"
  readonly mailbox: string
  readonly changes: ReadonlyArray<MetadataChange>
}

/** Each costs a look through all that there are. */
const MAX_ENTRIES = 100

/** `entry = astring`, read by a rule of names: a bad one is BAD (RFC 5464 §3.2). */
const named = (rule: (text: string) => Result.Result<EntryName, Refused>) => (lexer: Lexer): Parsed<EntryName> => {
  const start = lexer.at
  const text = astring(lexer)
  if (Result.isFailure(text)) return text
  const name = rule(text.success)
  return Result.isSuccess(name) ? Result.succeed(name.success) : badAt(lexer, start, name.failure.reason)
}

export const entry = named(parseEntry)
const path = named(parsePath)

type Options = Partial<Pick<GetMetadata, "maxSize" | "depth">>

/** `"MAXSIZE" SP number / "DEPTH" SP ("0" / "1" / "infinity")` */
const option = (lexer: Lexer): Parsed<Options> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "MAXSIZE":
        yield* space(lexer)
        return { maxSize: yield* number(lexer) }
      case "DEPTH":
        yield* space(lexer)
        if (take(lexer, "0")) return { depth: 0 }
        if (take(lexer, "1")) return { depth: 1 }
        if (take(lexer, "INFINITY")) return { depth: "infinity" }
        return yield* bad(lexer, "expected 0, 1 or infinity")
    }
    return yield* badAt(lexer, start, "there is no such GETMETADATA option")
  })

/** An entry begins with a slash, or is quoted. */
const areOptions = (lexer: Lexer): boolean => {
  const next = lexer.bytes[lexer.at + 1] ?? 0
  return peek(lexer) === "(" && ((next >= 65 && next <= 90) || (next >= 97 && next <= 122))
}

/** `getmetadata-options SP`, where they are */
const options = (lexer: Lexer): Parsed<Options> =>
  Result.gen(function*() {
    if (!areOptions(lexer)) return {}
    const given = yield* list(lexer, option)
    yield* space(lexer)
    return Object.assign({}, ...given)
  })

/** `entries = entry / "(" entry *(SP entry) ")"`. quirk_bare_entries: the RFC's own examples leave out the parentheses. */
const entries = (lexer: Lexer): Parsed<ReadonlyArray<EntryName>> =>
  Result.gen(function*() {
    const names: Array<EntryName> = []
    if (peek(lexer) === "(") names.push(...yield* list(lexer, path))
    else {
      do names.push(yield* path(lexer))
      while (take(lexer, " "))
    }
    if (names.length > MAX_ENTRIES) return yield* bad(lexer, "there are too many entries")
    return [...new Set(names)]
  })

/**
 * `getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries`. quirk_late_options: in the RFC's own
 * examples they stand behind the mailbox (erratum 2785).
 */
export const getMetadata = (lexer: Lexer): Parsed<GetMetadata> =>
  Result.gen(function*() {
    yield* space(lexer)
    const before = yield* options(lexer)
    const name = yield* mailbox(lexer)
    yield* space(lexer)
    const { depth = 0, maxSize } = { ...before, ...(yield* options(lexer)) }
    return { _tag: "GetMetadata", mailbox: name, maxSize, depth, entries: yield* entries(lexer) }
  })

/** `value = nstring / literal8` */
const value = (lexer: Lexer): Parsed<Uint8Array | undefined> =>
  peek(lexer) === "~"
    ? literal8(lexer)
    : Result.map(nstring(lexer), (text) => text === undefined ? text : fromLatin1(text))

/** `entry-value = entry SP value` */
const entryValue = (lexer: Lexer): Parsed<MetadataChange> =>
  Result.gen(function*() {
    const name = yield* entry(lexer)
    yield* space(lexer)
    return [name, yield* value(lexer)]
  })

/** `setmetadata = "SETMETADATA" SP mailbox SP "(" entry-value *(SP entry-value) ")"` */
export const setMetadata = (lexer: Lexer): Parsed<SetMetadata> =>
  Result.gen(function*() {
    yield* space(lexer)
    const name = yield* mailbox(lexer)
    yield* space(lexer)
    return { _tag: "SetMetadata", mailbox: name, changes: yield* list(lexer, entryValue) }
  })
