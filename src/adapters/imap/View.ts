/**
 * What one session has been told of its mailbox. Message numbers are positions in what was told, so the mailbox may
 * run ahead of it: changes wait until the client may hear of them (RFC 3501 §5.5, §7.4.1).
 */
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"

export interface View {
  /** Told, ascending; position + 1 is the message number. */
  readonly uids: ReadonlyArray<Uid>
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

export const open = (uids: ReadonlyArray<Uid>): View => ({
  uids,
  vanished: UidSet.empty,
  added: UidSet.empty,
  changed: UidSet.empty
})

const lowerBound = (uids: ReadonlyArray<Uid>, uid: number): number => {
  let low = 0
  let high = uids.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((uids[middle] as number) < uid) low = middle + 1
    else high = middle
  }
  return low
}

/** The message number, or undefined for a uid that the client was not told of. */
export const numberOf = (view: View, uid: number): number | undefined => {
  const index = lowerBound(view.uids, uid)
  return view.uids[index] === uid ? index + 1 : undefined
}

export const highest = (view: View): number => view.uids.at(-1) ?? 0

/** Message numbers (already free of `*`) to uids; undefined where a number is past the end (RFC 3501 §9 seq-number). */
export const uidsOfNumbers = (view: View, numbers: UidSet.UidSet): UidSet.UidSet | undefined => {
  const ranges: Array<UidSet.UidRange> = []
  for (const { from, to } of numbers) {
    if (from < 1 || to > view.uids.length) return undefined
    let start = view.uids[from - 1] as number
    let last = start
    for (let i = from; i < to; i++) {
      const uid = view.uids[i] as number
      if (uid !== last + 1) {
        ranges.push({ from: start, to: last })
        start = uid
      }
      last = uid
    }
    ranges.push({ from: start, to: last })
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
    changed: union(view.changed, UidSet.fromUids(UidSet.select(uids, view.uids)))
  }
}

export const noteVanished = (view: View, uids: UidSet.UidSet): View => ({
  ...view,
  added: UidSet.difference(view.added, uids),
  changed: UidSet.difference(view.changed, uids),
  vanished: union(view.vanished, UidSet.fromUids(UidSet.select(uids, view.uids)))
})

export const hasNews = (view: View): boolean =>
  view.added.length > 0 || view.changed.length > 0 || view.vanished.length > 0

const withAdded = (uids: ReadonlyArray<Uid>, added: UidSet.UidSet): ReadonlyArray<Uid> => {
  if (added.length === 0) return uids
  const all = uids.slice()
  for (const { from, to } of added) for (let uid = from; uid <= to; uid++) all.push(uid as Uid)
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
  const expunged: Array<number> = []
  let uids = view.uids
  const vanished = mayExpunge ? view.vanished : UidSet.empty
  if (vanished.length > 0) {
    uids = view.uids.filter((uid, index) => {
      if (!UidSet.has(vanished, uid)) return true
      expunged.push(index + 1 - expunged.length)
      return false
    })
  }
  uids = withAdded(uids, view.added)
  return [
    { expunged, vanished, exists: view.added.length > 0 ? uids.length : undefined, changed: view.changed },
    { uids, vanished: mayExpunge ? UidSet.empty : view.vanished, added: UidSet.empty, changed: UidSet.empty }
  ]
}
