/**
 * What one session has been told of its mailbox. Message numbers are positions in what was told, so the mailbox may
 * run ahead of it: changes wait until the client may hear of them (RFC 3501 §5.5, §7.4.1).
 */
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"

export interface View {
  /** Told, ascending; position + 1 is the message number. */
  readonly uids: Uint32Array
  /** Gone, but the client was not told yet. */
  readonly vanished: UidSet.UidSet
  /** New, and above all of `uids`. */
  readonly added: UidSet.UidSet
  /** Told ones with new flags. */
  readonly changed: UidSet.UidSet
}

/** What to say now, in this order. */
export interface News {
  /** Message numbers, each counted after those before it were taken away. */
  readonly expunged: ReadonlyArray<number>
  /** The same by uid (RFC 7162 §3.2.10). */
  readonly vanished: UidSet.UidSet
  readonly exists: number | undefined
  /** Their flags are to be told. */
  readonly changed: UidSet.UidSet
}

export const open = (uids: Uint32Array): View => ({
  uids,
  vanished: UidSet.empty,
  added: UidSet.empty,
  changed: UidSet.empty
})

/** First position whose uid is at least `uid`. */
const lowerBound = (uids: Uint32Array, uid: number, start = 0): number => {
  let low = start
  let high = uids.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((uids[middle] as number) < uid) low = middle + 1
    else high = middle
  }
  return low
}

/** Answers message numbers, undefined for a uid that the client was not told of. Uids that ascend cost no search. */
export const numbering = ({ uids }: View): (uid: number) => number | undefined => {
  let next = 0
  return (uid) => {
    if (uids[next] !== uid) {
      const at = lowerBound(uids, uid)
      if (uids[at] !== uid) return undefined
      next = at
    }
    return ++next
  }
}

/** The message number, or undefined for a uid that the client was not told of. */
export const numberOf = (view: View, uid: number): number | undefined => numbering(view)(uid)

export const highest = (view: View): number => view.uids.at(-1) ?? 0

/** The uids at positions [from, to) as ranges. */
const rangesAt = (uids: Uint32Array, from: number, to: number, out: Array<UidSet.UidRange>): void => {
  let start = from
  for (let at = from + 1; at <= to; at++) {
    const last = uids[at - 1] as number
    if (at < to && uids[at] === last + 1) continue
    out.push({ from: uids[start] as number, to: last })
    start = at
  }
}

/** All that the client was told of. */
export const told = ({ uids }: View): UidSet.UidSet => {
  const ranges: Array<UidSet.UidRange> = []
  rangesAt(uids, 0, uids.length, ranges)
  return ranges
}

/** Message numbers (already free of `*`) to uids; undefined where a number is past the end (RFC 3501 §9 seq-number). */
export const uidsOfNumbers = ({ uids }: View, numbers: UidSet.UidSet): UidSet.UidSet | undefined => {
  const ranges: Array<UidSet.UidRange> = []
  for (const { from, to } of numbers) {
    if (from < 1 || to > uids.length) return undefined
    rangesAt(uids, from - 1, to, ranges)
  }
  return UidSet.fromRanges(ranges)
}

/** Of ascending uids those that the client was told of. */
export const among = (view: View, uids: ReadonlyArray<Uid>): ReadonlyArray<Uid> => {
  const numberOf = numbering(view)
  return uids.filter((uid) => numberOf(uid) !== undefined)
}

/** Those of a set that the client was told of. */
const within = ({ uids }: View, set: UidSet.UidSet): UidSet.UidSet => {
  const ranges: Array<UidSet.UidRange> = []
  let at = 0
  for (const { from, to } of set) {
    const start = lowerBound(uids, from, at)
    at = lowerBound(uids, to + 1, start)
    if (at > start) rangesAt(uids, start, at, ranges)
  }
  return UidSet.fromRanges(ranges)
}

const union = (a: UidSet.UidSet, b: UidSet.UidSet): UidSet.UidSet =>
  a.length === 0 ? b : b.length === 0 ? a : UidSet.fromRanges([...a, ...b])

/** Uids that exist now and are new or have new flags. */
export const noteChanged = (view: View, uids: UidSet.UidSet): View => {
  const top = highest(view)
  const added = uids.filter(({ to }) => to > top).map(({ from, to }) => ({ from: Math.max(from, top + 1), to }))
  return {
    ...view,
    added: union(view.added, added),
    changed: union(view.changed, within(view, uids))
  }
}

export const noteVanished = (view: View, uids: UidSet.UidSet): View => ({
  ...view,
  added: UidSet.difference(view.added, uids),
  changed: UidSet.difference(view.changed, uids),
  vanished: union(view.vanished, within(view, uids))
})

export const hasNews = (view: View): boolean =>
  view.added.length > 0 || view.changed.length > 0 || view.vanished.length > 0

/** Without those of `gone`, which are among them; and their numbers, each counted after those before it went. */
const without = (
  uids: Uint32Array,
  gone: UidSet.UidSet
): readonly [left: Uint32Array, numbers: ReadonlyArray<number>] => {
  const left = new Uint32Array(uids.length)
  const numbers: Array<number> = []
  let next = 0
  for (const { from, to } of gone) {
    const start = lowerBound(uids, from, next)
    left.set(uids.subarray(next, start), next - numbers.length)
    const number = start + 1 - numbers.length
    for (next = start; next < uids.length && (uids[next] as number) <= to; next++) numbers.push(number)
  }
  left.set(uids.subarray(next), next - numbers.length)
  return [left.subarray(0, uids.length - numbers.length), numbers]
}

const withAdded = (uids: Uint32Array, added: UidSet.UidSet): Uint32Array => {
  if (added.length === 0) return uids
  const all = new Uint32Array(uids.length + UidSet.size(added))
  all.set(uids)
  let at = uids.length
  for (const { from, to } of added) for (let uid = from; uid <= to; uid++) all[at++] = uid
  return all
}

/** Tells of new messages and no more. */
export const tellAdded = (view: View): View => ({
  ...view,
  uids: withAdded(view.uids, view.added),
  added: UidSet.empty
})

/**
 * Tells what waits. Without `mayExpunge` (during FETCH, STORE and SEARCH, whose numbers must keep their meaning)
 * what is gone goes on waiting.
 */
export const tell = (view: View, mayExpunge: boolean): readonly [News, View] => {
  const vanished = mayExpunge ? view.vanished : UidSet.empty
  const [left, expunged] = vanished.length === 0 ? [view.uids, []] : without(view.uids, vanished)
  const uids = withAdded(left, view.added)
  return [
    { expunged, vanished, exists: view.added.length > 0 ? uids.length : undefined, changed: view.changed },
    { uids, vanished: mayExpunge ? UidSet.empty : view.vanished, added: UidSet.empty, changed: UidSet.empty }
  ]
}
