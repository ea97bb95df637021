/** `search-key` (RFC 3501 §6.4.4, RFC 5032, RFC 5182, RFC 7162, RFC 8474, RFC 8514, RFC 9738 §3.2). Text arguments stay octets until the charset is known. */
import { Result } from "effect"
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import { MAX_UID } from "../../../domain/mailbox/MailboxState.ts"
import { date } from "./DateTime.ts"
import { keywordFlag } from "./Flags.ts"
import {
  astring,
  atom,
  bad,
  badAt,
  isAtEnd,
  keyword,
  type Lexer,
  list,
  modSeq,
  number,
  type Parsed,
  peek,
  positive,
  space,
  string,
  take,
  tooMuch
} from "./Lexer.ts"
import { SAVED, type SequenceSet, sequenceSet } from "./SequenceSet.ts"

export type TextField = "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" | "BODY" | "TEXT"

export type SearchKey =
  | { readonly _tag: "All" }
  /** Nothing at all: what asks for \Recent, which is never set. */
  | { readonly _tag: "None" }
  | { readonly _tag: "Sequence"; readonly set: SequenceSet }
  | { readonly _tag: "Uid"; readonly set: SequenceSet }
  | { readonly _tag: "Flag"; readonly flag: Flag; readonly set: boolean }
  | { readonly _tag: "Text"; readonly field: TextField; readonly text: string }
  | { readonly _tag: "Header"; readonly field: string; readonly text: string }
  | {
    readonly _tag: "Date"
    readonly of: "internal" | "sent" | "saved"
    readonly is: "before" | "on" | "since"
    readonly day: number
  }
  | { readonly _tag: "Larger"; readonly octets: number }
  | { readonly _tag: "Smaller"; readonly octets: number }
  /** RFC 5032 */
  | { readonly _tag: "Younger"; readonly seconds: number }
  | { readonly _tag: "Older"; readonly seconds: number }
  | { readonly _tag: "ModSeq"; readonly atLeast: number }
  | { readonly _tag: "EmailId"; readonly id: string }
  | { readonly _tag: "ThreadId"; readonly id: string }
  | { readonly _tag: "Not"; readonly key: SearchKey }
  | { readonly _tag: "Or"; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly _tag: "And"; readonly keys: ReadonlyArray<SearchKey> }

/** Is it so of the key, or of one inside it? */
export const some = (key: SearchKey, isSo: (key: SearchKey) => boolean): boolean => {
  switch (key._tag) {
    case "Not":
      return some(key.key, isSo)
    case "Or":
      return some(key.left, isSo) || some(key.right, isSo)
    case "And":
      return key.keys.some((one) => some(one, isSo))
    default:
      return isSo(key)
  }
}

export const MAX_DEPTH = 50
const MAX_KEYS = 2000

const flag = (name: Flag, set: boolean): SearchKey => ({ _tag: "Flag", flag: name, set })
const plain: ReadonlyMap<string, SearchKey> = new Map<string, SearchKey>([
  ["ALL", { _tag: "All" }],
  // Every mailbox has save dates (RFC 8514 §4.2).
  ["SAVEDATESUPPORTED", { _tag: "All" }],
  ["OLD", { _tag: "All" }],
  ["NEW", { _tag: "None" }],
  ["RECENT", { _tag: "None" }],
  ["ANSWERED", flag("\\Answered", true)],
  ["DELETED", flag("\\Deleted", true)],
  ["DRAFT", flag("\\Draft", true)],
  ["FLAGGED", flag("\\Flagged", true)],
  ["SEEN", flag("\\Seen", true)],
  ["UNANSWERED", flag("\\Answered", false)],
  ["UNDELETED", flag("\\Deleted", false)],
  ["UNDRAFT", flag("\\Draft", false)],
  ["UNFLAGGED", flag("\\Flagged", false)],
  ["UNSEEN", flag("\\Seen", false)]
])

interface Budget {
  keys: number
}

const keyAt = (lexer: Lexer, depth: number, budget: Budget): Parsed<SearchKey> => {
  if (depth > MAX_DEPTH || ++budget.keys > MAX_KEYS) return tooMuch(lexer, "the search is nested too deep or too long")
  const next = peek(lexer)
  if (next === "(") {
    return Result.map(list(lexer, (inner) => keyAt(inner, depth + 1, budget)), (keys) => ({ _tag: "And", keys }))
  }
  if (next === "*" || next === SAVED || (next >= "0" && next <= "9")) {
    return Result.map(sequenceSet(lexer), (set) => ({ _tag: "Sequence", set }))
  }
  return named(lexer, depth, budget)
}

/**
 * `search-modseq-ext = SP entry-name SP entry-type-req` (RFC 7162 §3.1.5). All that changes a message raises its one
 * modseq, whichever flag is named.
 */
const modSeqEntry = (lexer: Lexer): Parsed<void> =>
  Result.gen(function*() {
    const start = lexer.at
    const name = yield* string(lexer)
    if (!name.toLowerCase().startsWith("/flags/")) {
      return yield* badAt(lexer, start, "expected an entry such as \"/flags/\\\\Seen\"")
    }
    yield* space(lexer)
    if (!take(lexer, "PRIV") && !take(lexer, "SHARED") && !take(lexer, "ALL")) {
      return yield* bad(lexer, "expected priv, shared or all")
    }
    yield* space(lexer)
  })

/** `objectid = 1*255(ALPHA / DIGIT / "_" / "-")` (RFC 8474); what is no id of ours finds nothing. */
const objectId = (lexer: Lexer): Parsed<string> => {
  const start = lexer.at
  const id = atom(lexer)
  if (Result.isFailure(id) || /^[A-Za-z0-9_-]{1,255}$/.test(id.success)) return id
  return badAt(lexer, start, "an object id has letters, digits, _ and - only")
}

/** RFC 9738 §3.2 */
const uidsBetween = (from: number, to: number): SearchKey =>
  from > to ? { _tag: "None" } : { _tag: "Uid", set: [{ from, to }] }

const named = (lexer: Lexer, depth: number, budget: Budget): Parsed<SearchKey> =>
  Result.gen(function*() {
    const start = lexer.at
    const word = yield* keyword(lexer)
    const known = plain.get(word)
    if (known !== undefined) return known
    switch (word) {
      case "FROM":
      case "TO":
      case "CC":
      case "BCC":
      case "SUBJECT":
      case "BODY":
      case "TEXT":
        yield* space(lexer)
        return { _tag: "Text", field: word, text: yield* astring(lexer) }
      case "HEADER": {
        yield* space(lexer)
        const field = yield* astring(lexer)
        yield* space(lexer)
        return { _tag: "Header", field, text: yield* astring(lexer) }
      }
      case "KEYWORD":
      case "UNKEYWORD":
        yield* space(lexer)
        return { _tag: "Flag", flag: yield* keywordFlag(lexer), set: word === "KEYWORD" }
      case "BEFORE":
      case "ON":
      case "SINCE":
      case "SENTBEFORE":
      case "SENTON":
      case "SENTSINCE":
      case "SAVEDBEFORE":
      case "SAVEDON":
      case "SAVEDSINCE":
        yield* space(lexer)
        return {
          _tag: "Date",
          of: word.startsWith("SENT") ? "sent" : word.startsWith("SAVED") ? "saved" : "internal",
          is: word.endsWith("BEFORE") ? "before" : word.endsWith("ON") ? "on" : "since",
          day: yield* date(lexer)
        }
      case "LARGER":
      case "SMALLER":
        yield* space(lexer)
        return { _tag: word === "LARGER" ? "Larger" : "Smaller", octets: yield* number(lexer, Number.MAX_SAFE_INTEGER) }
      case "YOUNGER":
      case "OLDER":
        yield* space(lexer)
        return { _tag: word === "OLDER" ? "Older" : "Younger", seconds: yield* positive(lexer) }
      case "MODSEQ":
        yield* space(lexer)
        if (peek(lexer) === "\"") yield* modSeqEntry(lexer)
        return { _tag: "ModSeq", atLeast: yield* modSeq(lexer) }
      case "EMAILID":
      case "THREADID":
        yield* space(lexer)
        return { _tag: word === "EMAILID" ? "EmailId" : "ThreadId", id: yield* objectId(lexer) }
      case "UIDAFTER":
        yield* space(lexer)
        return uidsBetween((yield* positive(lexer)) + 1, MAX_UID)
      case "UIDBEFORE":
        yield* space(lexer)
        return uidsBetween(1, (yield* positive(lexer)) - 1)
      case "UID":
        yield* space(lexer)
        return { _tag: "Uid", set: yield* sequenceSet(lexer) }
      case "NOT":
        yield* space(lexer)
        return { _tag: "Not", key: yield* keyAt(lexer, depth + 1, budget) }
      case "OR": {
        yield* space(lexer)
        const left = yield* keyAt(lexer, depth + 1, budget)
        yield* space(lexer)
        return { _tag: "Or", left, right: yield* keyAt(lexer, depth + 1, budget) }
      }
    }
    return yield* badAt(lexer, start, "there is no such SEARCH key")
  })

/** `search-key *(SP search-key)`; quirk_trailing_space */
export const searchKeys = (lexer: Lexer): Parsed<SearchKey> =>
  Result.gen(function*() {
    const budget: Budget = { keys: 0 }
    const keys: Array<SearchKey> = [yield* keyAt(lexer, 0, budget)]
    while (peek(lexer) === " ") {
      yield* space(lexer)
      if (isAtEnd(lexer)) break
      keys.push(yield* keyAt(lexer, 0, budget))
    }
    return keys.length === 1 && keys[0] !== undefined ? keys[0] : { _tag: "And", keys }
  })
