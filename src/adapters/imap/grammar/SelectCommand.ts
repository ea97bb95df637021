/** SELECT and EXAMINE with the parameters of RFC 7162 §3.2.5. */
import { Result } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import {
  bad,
  badAt,
  keyword,
  type Lexer,
  modSeq,
  parameters,
  type Parsed,
  peek,
  positive,
  space,
  take
} from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"
import { resolve, sequenceRanges } from "./SequenceSet.ts"

/** What a client knows of a mailbox from an earlier session. */
export interface Known {
  readonly uidValidity: number
  readonly modSeq: number
  /** All that there were, where undefined. */
  readonly uids: UidSet.UidSet | undefined
  /** Message numbers of then, ascending, and their uids. */
  readonly matches: ReadonlyArray<{ readonly number: number; readonly uid: number }>
}

export type Select = {
  readonly _tag: "Select"
  readonly mailbox: string
  readonly readOnly: boolean
  readonly condstore: boolean
  readonly known: Known | undefined
}

/** Without `*`: a client knows what it knows. */
const knownSet = (lexer: Lexer): Parsed<UidSet.UidSet> => Result.map(sequenceRanges(lexer), (set) => resolve(set, 0))

/** Enough to find where two lists part; a client sends a few. */
const MAX_MATCHES = 10_000

const members = (set: UidSet.UidSet): ReadonlyArray<number> | undefined =>
  UidSet.size(set) > MAX_MATCHES ? undefined : UidSet.members(set)

/** `seq-match-data = "(" known-sequence-set SP known-uid-set ")"` */
const matchData = (lexer: Lexer): Parsed<Known["matches"]> =>
  Result.gen(function*() {
    const start = lexer.at
    if (!take(lexer, "(")) return yield* bad(lexer, "expected message numbers and their uids in parentheses")
    const numbers = members(yield* knownSet(lexer))
    yield* space(lexer)
    const uids = members(yield* knownSet(lexer))
    if (!take(lexer, ")")) return yield* bad(lexer, "expected the closing parenthesis")
    if (numbers === undefined || uids === undefined || numbers.length !== uids.length) {
      return yield* badAt(lexer, start, "expected as many uids as message numbers, and not too many")
    }
    return numbers.map((number, at) => ({ number, uid: uids[at] ?? 0 }))
  })

/** `"(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"` */
const known = (lexer: Lexer): Parsed<Known> =>
  Result.gen(function*() {
    if (!take(lexer, "(")) return yield* bad(lexer, "expected what is known in parentheses")
    const uidValidity = yield* positive(lexer)
    yield* space(lexer)
    const since = yield* modSeq(lexer)
    let uids: UidSet.UidSet | undefined
    let matches: Known["matches"] = []
    while (take(lexer, " ")) {
      if (peek(lexer) === "(") {
        matches = yield* matchData(lexer)
        break
      }
      if (uids !== undefined) return yield* bad(lexer, "the known uids were given already")
      uids = yield* knownSet(lexer)
    }
    if (!take(lexer, ")")) return yield* bad(lexer, "expected the closing parenthesis")
    return { uidValidity, modSeq: since, uids, matches }
  })

/** `select-param = "CONDSTORE" / "QRESYNC" SP (...)` */
const parameter = (lexer: Lexer): Parsed<Known | "CONDSTORE"> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "CONDSTORE":
        return "CONDSTORE"
      case "QRESYNC":
        yield* space(lexer)
        return yield* known(lexer)
    }
    return yield* badAt(lexer, start, "there is no such SELECT parameter")
  })

/** `select = "SELECT" SP mailbox [SP "(" select-param *(SP select-param) ")"]` (RFC 4466) */
export const select = (readOnly: boolean) => (lexer: Lexer): Parsed<Select> =>
  Result.gen(function*() {
    yield* space(lexer)
    const name = yield* mailbox(lexer)
    const given = yield* parameters(lexer, parameter)
    return {
      _tag: "Select",
      mailbox: name,
      readOnly,
      condstore: given.includes("CONDSTORE"),
      known: given.find((one) => one !== "CONDSTORE")
    }
  })
