/** Sets of uids as sorted, disjoint, non-adjacent ranges: the cost of an operation follows the ranges, not the uids. */
import type { Uid } from "./Uid.ts"

export interface UidRange {
  readonly from: number
  /** Inclusive. */
  readonly to: number
}
export type UidSet = ReadonlyArray<UidRange>

export const empty: UidSet = []
export const all: UidSet = [{ from: 1, to: 0xffff_ffff }]

/** Any ranges, in any order, overlapping or reversed. */
export const fromRanges = (ranges: Iterable<UidRange>): UidSet => {
  const sorted = Array.from(ranges, ({ from, to }) => from <= to ? { from, to } : { from: to, to: from })
    .sort((a, b) => a.from - b.from)
  const out: Array<{ from: number; to: number }> = []
  for (const range of sorted) {
    const last = out[out.length - 1]
    if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to)
    else out.push({ ...range })
  }
  return out
}

/** Any order, duplicates allowed. Those that ascend cost no sorting. */
export const fromUids = (uids: Iterable<number>): UidSet => {
  const sorted = Uint32Array.from(uids)
  if (sorted.some((uid, at) => at > 0 && uid < (sorted[at - 1] as number))) sorted.sort()
  const out: Array<{ from: number; to: number }> = []
  for (const uid of sorted) {
    const last = out[out.length - 1]
    if (last !== undefined && uid <= last.to + 1) last.to = uid
    else out.push({ from: uid, to: uid })
  }
  return out
}

/** Of uids that come in ascending order. */
export interface Gathering {
  readonly add: (uid: number) => void
  readonly set: () => UidSet
}

export const gather = (): Gathering => {
  const ranges: Array<UidRange> = []
  let from = 0
  let to = -1
  return {
    add: (uid) => {
      if (uid !== to + 1) {
        if (to >= from) ranges.push({ from, to })
        from = uid
      }
      to = uid
    },
    set: () => to >= from ? [...ranges, { from, to }] : ranges
  }
}

export const has = (set: UidSet, uid: number): boolean => {
  let low = 0
  let high = set.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = set[middle] as UidRange
    if (uid < range.from) high = middle - 1
    else if (uid > range.to) low = middle + 1
    else return true
  }
  return false
}

/** How many uids the set spans. */
export const size = (set: UidSet): number => set.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** Every uid that the set spans: see how many those are before. */
export const members = (set: UidSet): ReadonlyArray<number> =>
  set.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))

export const intersection = (a: UidSet, b: UidSet): UidSet => {
  const out: Array<UidRange> = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, other] = [a[i] as UidRange, b[j] as UidRange]
    const from = Math.max(one.from, other.from)
    const to = Math.min(one.to, other.to)
    if (from <= to) out.push({ from, to })
    if (one.to < other.to) i++
    else j++
  }
  return out
}

/** Those of `set` that are not in `removed`. */
export const difference = (set: UidSet, removed: UidSet): UidSet => {
  const out: Array<UidRange> = []
  let index = 0
  for (const { from, to } of set) {
    let start = from
    while (index < removed.length && (removed[index] as UidRange).to < start) index++
    for (let i = index; i < removed.length && (removed[i] as UidRange).from <= to; i++) {
      const gap = removed[i] as UidRange
      if (gap.from > start) out.push({ from: start, to: gap.from - 1 })
      start = Math.max(start, gap.to + 1)
    }
    if (start <= to) out.push({ from: start, to })
  }
  return out
}

/** The members of a sorted list of existing uids that are in the set. Never enumerates a range: `1:*` is cheap. */
export const select = (set: UidSet, existing: ReadonlyArray<Uid> | Uint32Array): Array<Uid> => {
  const out: Array<Uid> = []
  let index = 0
  for (const range of set) {
    let low = index
    let high = existing.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((existing[middle] as number) < range.from) low = middle + 1
      else high = middle
    }
    for (index = low; index < existing.length && (existing[index] as number) <= range.to; index++) {
      out.push(existing[index] as Uid)
    }
  }
  return out
}

/** `1:3,7` (RFC 9051 `sequence-set`, uids only). */
export const encode = (set: UidSet): string =>
  set.map(({ from, to }) => from === to ? `${from}` : `${from}:${to}`).join(",")
