/** SEARCH, SORT and THREAD (RFC 3501 §6.4.4, RFC 5256) with their return options (RFC 4731, 5182, 5267, 9394). */
import { Result } from "effect"
import type { SortCriterion } from "../../../domain/mailbox/Sort.ts"
import type { SortKey } from "../../../domain/mailbox/SortKey.ts"
import { astring, bad, badAt, keyword, type Lexer, list, type Parsed, positive, space, take, tooMuch } from "./Lexer.ts"
import { type SearchKey, searchKeys } from "./SearchKey.ts"

/** Positions in the result, from 1; from its end where negative. Inclusive, lower first (RFC 9394). */
export interface PartialRange {
  readonly from: number
  readonly to: number
}

/** What the answer is to tell: an ESEARCH. */
export interface Returns {
  readonly min: boolean
  readonly max: boolean
  readonly all: boolean
  readonly count: boolean
  /** For `$`; alone, nothing is told. */
  readonly save: boolean
  readonly partial: PartialRange | undefined
}

export type Search = {
  readonly _tag: "Search"
  readonly uid: boolean
  readonly returns: Returns | undefined
  readonly charset: string | undefined
  readonly key: SearchKey
}

export type Sort = {
  readonly _tag: "Sort"
  readonly uid: boolean
  readonly returns: Returns | undefined
  readonly criteria: ReadonlyArray<SortCriterion>
  readonly charset: string
  readonly key: SearchKey
}

export type Thread = {
  readonly _tag: "Thread"
  readonly uid: boolean
  readonly algorithm: "references" | "orderedSubject"
  readonly charset: string
  readonly key: SearchKey
}

/** `partial-range = partial-range-first / partial-range-last` (RFC 9394): both ends count from one side. */
export const partialRange = (lexer: Lexer): Parsed<PartialRange> =>
  Result.gen(function*() {
    const sign = take(lexer, "-") ? -1 : 1
    const first = yield* positive(lexer)
    if (!take(lexer, ":") || (sign < 0 && !take(lexer, "-"))) {
      return yield* bad(lexer, "expected a range such as 1:500 or -1:-500")
    }
    const second = yield* positive(lexer)
    const [low, high] = first <= second ? [first, second] : [second, first]
    return sign > 0 ? { from: low, to: high } : { from: -high, to: -low }
  })

const NOTHING: Returns = { min: false, max: false, all: false, count: false, save: false, partial: undefined }

const returnOption = (lexer: Lexer): Parsed<Partial<Returns>> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "MIN":
        return { min: true }
      case "MAX":
        return { max: true }
      case "ALL":
        return { all: true }
      case "COUNT":
        return { count: true }
      case "SAVE":
        return { save: true }
      case "PARTIAL":
        yield* space(lexer)
        return { partial: yield* partialRange(lexer) }
    }
    return yield* badAt(lexer, start, "there is no such return option")
  })

/** `search-return-opts = SP "RETURN" SP "(" [search-return-opt *(SP search-return-opt)] ")"`, and the space after it */
const returns = (lexer: Lexer): Parsed<Returns | undefined> =>
  Result.gen(function*() {
    if (!take(lexer, "RETURN ")) return undefined
    const start = lexer.at
    const options = yield* list(lexer, returnOption, true)
    // RFC 4731 §3.1: () asks for ALL.
    const asked: Returns = options.length === 0 ? { ...NOTHING, all: true } : Object.assign({}, NOTHING, ...options)
    if (asked.all && asked.partial !== undefined) {
      return yield* badAt(lexer, start, "ask for ALL or PARTIAL, not for both")
    }
    yield* space(lexer)
    return asked
  })

/** `search = "SEARCH" [search-return-opts] [SP "CHARSET" SP astring] 1*(SP search-key)` */
export const search = (lexer: Lexer, uid: boolean): Parsed<Search> =>
  Result.gen(function*() {
    yield* space(lexer)
    const asked = yield* returns(lexer)
    let charset: string | undefined
    if (take(lexer, "CHARSET ")) {
      charset = (yield* astring(lexer)).toUpperCase()
      yield* space(lexer)
    }
    return { _tag: "Search", uid, returns: asked, charset, key: yield* searchKeys(lexer) }
  })

/** `charset SP search-criteria` */
const program = (lexer: Lexer): Parsed<{ readonly charset: string; readonly key: SearchKey }> =>
  Result.gen(function*() {
    const charset = (yield* astring(lexer)).toUpperCase()
    yield* space(lexer)
    return { charset, key: yield* searchKeys(lexer) }
  })

export const SORT_NAMES: ReadonlyMap<string, SortKey> = new Map<string, SortKey>([
  ["ARRIVAL", "arrival"],
  ["CC", "cc"],
  ["DATE", "date"],
  ["FROM", "from"],
  ["SIZE", "size"],
  ["SUBJECT", "subject"],
  ["TO", "to"],
  ["DISPLAYFROM", "displayFrom"],
  ["DISPLAYTO", "displayTo"]
])

/** More of them than there are keys, with and without REVERSE, decide nothing. */
const MAX_CRITERIA = 20

/** `sort-criterion = ["REVERSE" SP] sort-key` (RFC 5256, RFC 5957) */
const criterion = (lexer: Lexer): Parsed<SortCriterion> =>
  Result.gen(function*() {
    const reverse = take(lexer, "REVERSE ")
    const start = lexer.at
    const key = SORT_NAMES.get(yield* keyword(lexer))
    if (key !== undefined) return { key, reverse }
    return yield* badAt(lexer, start, "there is no such sort key")
  })

/** `sort = "SORT" [search-return-opts] SP sort-criteria SP search-criteria` (RFC 5267 for the options) */
export const sort = (lexer: Lexer, uid: boolean): Parsed<Sort> =>
  Result.gen(function*() {
    yield* space(lexer)
    const asked = yield* returns(lexer)
    const criteria = yield* list(lexer, criterion)
    if (criteria.length > MAX_CRITERIA) {
      return yield* tooMuch(lexer, "there are too many sort keys")
    }
    yield* space(lexer)
    return { _tag: "Sort", uid, returns: asked, criteria, ...(yield* program(lexer)) }
  })

/** `thread = "THREAD" SP thread-alg SP search-criteria` */
export const thread = (lexer: Lexer, uid: boolean): Parsed<Thread> =>
  Result.gen(function*() {
    yield* space(lexer)
    const start = lexer.at
    const name = yield* keyword(lexer)
    if (name !== "REFERENCES" && name !== "ORDEREDSUBJECT") {
      return yield* badAt(lexer, start, "expected REFERENCES or ORDEREDSUBJECT")
    }
    yield* space(lexer)
    const algorithm = name === "REFERENCES" ? "references" : "orderedSubject"
    return { _tag: "Thread", uid, algorithm, ...(yield* program(lexer)) }
  })
