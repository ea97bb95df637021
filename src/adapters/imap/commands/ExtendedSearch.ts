/** ESEARCH answers (RFC 4731, RFC 5267 §3, RFC 9394), and what they leave in `$` (RFC 5182). */
import type { Uid } from "../../../domain/mailbox/Uid.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { ExtendedSearch } from "../grammar/Response.ts"
import type { PartialRange, Returns } from "../grammar/SearchCommand.ts"
import { type Selected } from "../State.ts"
import * as View from "../View.ts"

/** Those at the positions of the range. */
export const slice = <A>(items: ReadonlyArray<A>, { from, to }: PartialRange): ReadonlyArray<A> =>
  from > 0 ? items.slice(from - 1, to) : items.slice(from, to === -1 ? undefined : to + 1)

const rangeText = ({ from, to }: PartialRange): string => from > 0 ? `${from}:${to}` : `${to}:${from}`

/** What of the result the answer is about: MODSEQ (RFC 7162 §3.1.10) and SAVE (RFC 5182 §2.1) go by that alone. */
export const concerned = (found: ReadonlyArray<Uid>, returns: Returns): ReadonlyArray<Uid> => {
  const { all, count, max, min, partial } = returns
  if (all || count) return found
  if (partial !== undefined) return slice(found, partial)
  if (!min && !max) return found
  const [first, last] = [found[0], found.at(-1)]
  return [...min && first !== undefined ? [first] : [], ...max && last !== undefined ? [last] : []]
}

/** `found` in the order of the answer; a sorted one keeps it, the others are written as ranges. */
export const extendedSearch = (
  { view }: Selected,
  found: ReadonlyArray<Uid>,
  returns: Returns,
  asked: {
    readonly tag: string
    readonly uid: boolean
    readonly isSorted: boolean
    readonly modSeq: number | undefined
  }
): ExtendedSearch => {
  const { isSorted, modSeq, tag, uid } = asked
  const name = (one: Uid): number => uid ? one : View.numberOf(view, one) ?? 0
  const set = (uids: ReadonlyArray<Uid>): string | undefined =>
    uids.length === 0
      ? undefined
      : isSorted
      ? uids.map(name).join(",")
      : UidSet.encode(UidSet.fromUids(uids.map(name)))
  const [first, last] = [found[0], found.at(-1)]
  return {
    tag,
    uid,
    min: returns.min && first !== undefined ? name(first) : undefined,
    max: returns.max && last !== undefined ? name(last) : undefined,
    all: returns.all ? set(found) : undefined,
    count: returns.count ? found.length : undefined,
    modSeq,
    partial: returns.partial === undefined
      ? undefined
      : { range: rangeText(returns.partial), set: set(slice(found, returns.partial)) }
  }
}
