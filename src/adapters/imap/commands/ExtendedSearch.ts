/** ESEARCH answers (RFC 4731, RFC 5267 §3, RFC 9394), and what they leave in `$` (RFC 5182). */
import * as Steps from "../../../domain/mailbox/Steps.ts"
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

/** What stands for a uid: itself, or the message number. */
export const nameOf = (view: View.View, isByUid: boolean): (uid: Uid) => number => {
  if (isByUid) return (uid) => uid
  const numberOf = View.numbering(view)
  return (uid) => numberOf(uid) ?? 0
}

/** Of a hundred thousand, others wait for a step only. */
export function* listed(
  found: ReadonlyArray<Uid>,
  name: (uid: Uid) => number,
  between: " " | ","
): Steps.Steps<string> {
  let text = ""
  for (const [at, uid] of found.entries()) {
    text += at === 0 ? name(uid) : between + name(uid)
    if (at % Steps.STEP === Steps.STEP - 1) yield
  }
  return text
}

/** `found` in the order of the answer; a sorted one keeps it, the others are written as ranges. */
export function* extendedSearch(
  { view }: Selected,
  found: ReadonlyArray<Uid>,
  returns: Returns,
  asked: {
    readonly tag: string
    readonly uid: boolean
    readonly isSorted: boolean
    readonly modSeq: number | undefined
  }
): Steps.Steps<ExtendedSearch> {
  const { isSorted, modSeq, tag, uid } = asked
  const name = nameOf(view, uid)
  function* set(uids: ReadonlyArray<Uid>): Steps.Steps<string | undefined> {
    if (uids.length === 0) return undefined
    if (isSorted) return yield* listed(uids, name, ",")
    const ranges = UidSet.gather()
    for (const [at, one] of uids.entries()) {
      ranges.add(name(one))
      if (at % Steps.STEP === Steps.STEP - 1) yield
    }
    return UidSet.encode(ranges.set())
  }
  const [first, last] = [found[0], found.at(-1)]
  return {
    tag,
    uid,
    min: returns.min && first !== undefined ? name(first) : undefined,
    max: returns.max && last !== undefined ? name(last) : undefined,
    all: returns.all ? yield* set(found) : undefined,
    count: returns.count ? found.length : undefined,
    modSeq,
    partial: returns.partial === undefined
      ? undefined
      : { range: rangeText(returns.partial), set: yield* set(slice(found, returns.partial)) }
  }
}
