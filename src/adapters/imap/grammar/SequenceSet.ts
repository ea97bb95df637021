/** `sequence-set` (RFC 3501 §9, RFC 5182): message numbers or uids, `*` being the highest in the mailbox; or `$`. */
import { Result } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { bad, type Lexer, type Parsed, positive, take } from "./Lexer.ts"

/** A number, or `*` as 0. */
export interface SequenceRange {
  readonly from: number
  readonly to: number
}
export type Ranges = ReadonlyArray<SequenceRange>

/** What the last SEARCH with SAVE found (RFC 5182). */
export const SAVED = "$"
export type SequenceSet = Ranges | typeof SAVED

const STAR = 0

/** `seq-number = nz-number / "*"` */
export const number = (lexer: Lexer): Parsed<number> => take(lexer, "*") ? Result.succeed(STAR) : positive(lexer)

/** `(seq-number / seq-range) *("," sequence-set)` */
export const sequenceRanges = (lexer: Lexer): Parsed<Ranges> => {
  const ranges: Array<SequenceRange> = []
  do {
    const from = number(lexer)
    if (Result.isFailure(from)) return bad(lexer, "expected message numbers such as 1:3,7 or 5:*")
    const to = take(lexer, ":") ? number(lexer) : from
    if (Result.isFailure(to)) return bad(lexer, "expected the end of the range")
    ranges.push({ from: from.success, to: to.success })
  } while (take(lexer, ","))
  return Result.succeed(ranges)
}

/** `sequence-set = ranges / seq-last-command`; `seq-last-command = "$"` */
export const sequenceSet = (lexer: Lexer): Parsed<SequenceSet> =>
  take(lexer, SAVED) ? Result.succeed(SAVED) : sequenceRanges(lexer)

const isStarred = ({ from, to }: SequenceRange): boolean => from === STAR || to === STAR

/** With `*` as `highest`; `9:*` names the highest message even where that is below 9. Without any message, `*` is none. */
export const resolve = (set: Ranges, highest: number): UidSet.UidSet =>
  UidSet.fromRanges(
    set.filter((range) => highest > 0 || !isStarred(range))
      .map(({ from, to }) => ({ from: from === STAR ? highest : from, to: to === STAR ? highest : to }))
  )
