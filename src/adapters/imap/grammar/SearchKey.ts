/** `search-key` (RFC 3501 §6.4.4). Text arguments stay octets until the charset is known. */
import { Result } from "effect"
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import { date } from "./DateTime.ts"
import { keywordFlag } from "./Flags.ts"
import { astring, bad, isAtEnd, keyword, type Lexer, list, number, type Parsed, peek, space } from "./Lexer.ts"
import { type SequenceSet, sequenceSet } from "./SequenceSet.ts"

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
    readonly of: "internal" | "sent"
    readonly is: "before" | "on" | "since"
    readonly day: number
  }
  | { readonly _tag: "Larger"; readonly octets: number }
  | { readonly _tag: "Smaller"; readonly octets: number }
  | { readonly _tag: "Not"; readonly key: SearchKey }
  | { readonly _tag: "Or"; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly _tag: "And"; readonly keys: ReadonlyArray<SearchKey> }

export const MAX_DEPTH = 50
const MAX_KEYS = 2000

const flag = (name: Flag, set: boolean): SearchKey => ({ _tag: "Flag", flag: name, set })
const plain: ReadonlyMap<string, SearchKey> = new Map<string, SearchKey>([
  ["ALL", { _tag: "All" }],
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
  if (depth > MAX_DEPTH || ++budget.keys > MAX_KEYS) return bad(lexer, "the search is nested too deep or too long")
  const next = peek(lexer)
  if (next === "(") {
    return Result.map(list(lexer, (inner) => keyAt(inner, depth + 1, budget)), (keys) => ({ _tag: "And", keys }))
  }
  if (next === "*" || (next >= "0" && next <= "9")) {
    return Result.map(sequenceSet(lexer), (set) => ({ _tag: "Sequence", set }))
  }
  return named(lexer, depth, budget)
}

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
        yield* space(lexer)
        return {
          _tag: "Date",
          of: word.startsWith("SENT") ? "sent" : "internal",
          is: word.endsWith("BEFORE") ? "before" : word.endsWith("ON") ? "on" : "since",
          day: yield* date(lexer)
        }
      case "LARGER":
      case "SMALLER":
        yield* space(lexer)
        return { _tag: word === "LARGER" ? "Larger" : "Smaller", octets: yield* number(lexer, Number.MAX_SAFE_INTEGER) }
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
    lexer.at = start
    return yield* bad(lexer, "there is no such SEARCH key")
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
