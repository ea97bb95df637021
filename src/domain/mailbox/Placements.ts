/**
 * The placements of a mailbox in the order of their uids, as columns in chunks. Immutable: a change makes new chunks of
 * those that it touches and shares the others, so that readers keep what they hold, and a store writes what is new.
 */
import { build, type Chunk, type Placement, placementAt, placementsOf } from "./Chunk.ts"
import type { ModSeq, Uid } from "./Uid.ts"
import { gather, type UidSet } from "./UidSet.ts"

export type Placements = ReadonlyArray<Chunk>

export const empty: Placements = []

/** A change of one flag writes a chunk, a change of all writes all: this many keep both cheap. */
export const CHUNK = 128
/** A chunk and its neighbour that together are no more become one. */
const SPARSE = CHUNK / 2

/** Positions [from, to) of a chunk. */
export interface Slice {
  readonly chunk: Chunk
  readonly from: number
  readonly to: number
}

/** First position whose uid is at least `uid`. */
const lowerBound = (uids: Uint32Array, uid: number): number => {
  let low = 0
  let high = uids.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((uids[middle] as number) < uid) low = middle + 1
    else high = middle
  }
  return low
}

const lastUid = ({ uids }: Chunk): number => uids[uids.length - 1] as number

/** First chunk, from `start` on, that reaches `uid`. */
const chunkReaching = (self: Placements, uid: number, start = 0): number => {
  let low = start
  let high = self.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (lastUid(self[middle] as Chunk) < uid) low = middle + 1
    else high = middle
  }
  return low
}

/** Those in the set, ascending. The cost follows what is found, never the width of a range. */
export const slices = (self: Placements, set: UidSet): ReadonlyArray<Slice> => {
  const found: Array<Slice> = []
  let index = 0
  for (const range of set) {
    index = chunkReaching(self, range.from, index)
    for (let at = index; at < self.length; at++) {
      const chunk = self[at] as Chunk
      if ((chunk.uids[0] as number) > range.to) break
      const from = lowerBound(chunk.uids, range.from)
      const to = lastUid(chunk) <= range.to ? chunk.count : lowerBound(chunk.uids, range.to + 1)
      if (from < to) found.push({ chunk, from, to })
    }
  }
  return found
}

/** How many positions they have. */
export const count = (all: ReadonlyArray<Slice>): number => all.reduce((sum, { from, to }) => sum + to - from, 0)

/** The first `count` positions, and what is left. */
export const splitSlices = (
  all: ReadonlyArray<Slice>,
  count: number
): readonly [taken: ReadonlyArray<Slice>, left: ReadonlyArray<Slice>] => {
  let room = count
  for (const [index, { chunk, from, to }] of all.entries()) {
    if (to - from > room) {
      const taken = all.slice(0, index)
      if (room > 0) taken.push({ chunk, from, to: from + room })
      return [taken, [{ chunk, from: from + room, to }, ...all.slice(index + 1)]]
    }
    room -= to - from
  }
  return [all, []]
}

export const find = (self: Placements, uid: number): Placement | undefined => {
  const chunk = self[chunkReaching(self, uid)]
  if (chunk === undefined) return undefined
  const at = lowerBound(chunk.uids, uid)
  return chunk.uids[at] === uid ? placementAt(chunk, at) : undefined
}

/** Those in the set, ascending. */
export const list = (self: Placements, set: UidSet): Array<Placement> => {
  const found: Array<Placement> = []
  for (const { chunk, from, to } of slices(self, set)) {
    for (let at = from; at < to; at++) found.push(placementAt(chunk, at))
  }
  return found
}

/** Where a message lies; undefined where it does not. Looks at every placement. */
export const uidOf = (self: Placements, message: number): Uid | undefined => {
  for (const { messages, uids } of self) {
    const at = messages.indexOf(message)
    if (at >= 0) return uids[at] as Uid
  }
  return undefined
}

/** Placements of any of the messages, ascending by uid. Looks at every placement, though never closely. */
export const ofMessages = (
  self: Placements,
  wanted: ReadonlySet<number>
): ReadonlyArray<Pick<Placement, "uid" | "message">> => {
  const found: Array<Pick<Placement, "uid" | "message">> = []
  const [only] = wanted.size === 1 ? wanted : []
  for (const { messages, uids } of self) {
    for (let at = only === undefined ? 0 : messages.indexOf(only); at >= 0 && at < messages.length; at++) {
      const message = messages[at] as number
      if (wanted.has(message)) found.push({ uid: uids[at] as Uid, message })
    }
  }
  return found
}

export const firstUnseen = (self: Placements): Uid | undefined => {
  for (const chunk of self) {
    const isSeen = chunk.flagSets.map((flags) => flags.includes("\\Seen"))
    if (isSeen.every(Boolean)) continue
    const at = chunk.flags.findIndex((set) => isSeen[set] === false)
    if (at >= 0) return chunk.uids[at] as Uid
  }
  return undefined
}

const uidsOf = new WeakMap<Placements, Uint32Array>()

/** Ascending. All who ask share the array: nobody writes to it. */
export const uids = (self: Placements): Uint32Array => {
  const known = uidsOf.get(self)
  if (known !== undefined) return known
  const all = new Uint32Array(self.reduce((sum, { count }) => sum + count, 0))
  let at = 0
  for (const chunk of self) {
    chunk.copyUids(all, at)
    at += chunk.count
  }
  uidsOf.set(self, all)
  return all
}

/** Changed after `modSeq`, ascending by uid. A chunk without any costs nothing more than its look. */
export const changedSince = (self: Placements, modSeq: ModSeq): Array<Placement> => {
  const changed: Array<Placement> = []
  for (const chunk of self) {
    if (chunk.maxModSeq <= modSeq) continue
    for (let at = 0; at < chunk.count; at++) {
      if ((chunk.modSeqs[at] as number) > modSeq) changed.push(placementAt(chunk, at))
    }
  }
  return changed
}

/** The uids of those. */
export const uidsChangedSince = (self: Placements, modSeq: ModSeq): UidSet => {
  const changed = gather()
  for (const { count, maxModSeq, modSeqs, uids } of self) {
    if (maxModSeq <= modSeq) continue
    for (let at = 0; at < count; at++) if ((modSeqs[at] as number) > modSeq) changed.add(uids[at] as number)
  }
  return changed.set()
}

/** `added` ascending, and above all uids that there ever were. */
export const append = (self: Placements, added: ReadonlyArray<Placement>): Placements => {
  if (added.length === 0) return self
  const chunks = self.slice()
  const last = chunks.at(-1)
  let taken = 0
  if (last !== undefined && last.count < CHUNK) {
    taken = CHUNK - last.count
    chunks[chunks.length - 1] = build(last.id, [...placementsOf(last), ...added.slice(0, taken)])
  }
  for (; taken < added.length; taken += CHUNK) {
    const next = added.slice(taken, taken + CHUNK)
    chunks.push(build((next[0] as Placement).uid, next))
  }
  return chunks
}

/** Slices of one chunk follow each other. */
export const byChunk = (found: ReadonlyArray<Slice>): Map<Chunk, Array<Slice>> =>
  Map.groupBy(found, ({ chunk }) => chunk)

/** Together with sparse neighbours where a chunk has become sparse, so that few messages never lie in many chunks. */
const joined = (chunks: Array<Chunk>): Placements => {
  const out: Array<Chunk> = []
  for (const chunk of chunks) {
    const before = out.at(-1)
    if (before === undefined || before.count + chunk.count > SPARSE) out.push(chunk)
    else out[out.length - 1] = build(before.id, [...placementsOf(before), ...placementsOf(chunk)])
  }
  return out
}

/** Without those of `set` for which `isGone`; answers them, ascending. */
export const remove = (
  self: Placements,
  set: UidSet,
  isGone: (chunk: Chunk, at: number) => boolean
): readonly [Placements, ReadonlyArray<Placement>] => {
  const touched = byChunk(slices(self, set))
  const removed: Array<Placement> = []
  const chunks: Array<Chunk> = []
  for (const chunk of self) {
    const kept: Array<Placement> = []
    let next = 0
    const before = removed.length
    for (const { from, to } of touched.get(chunk) ?? []) {
      for (; next < from; next++) kept.push(placementAt(chunk, next))
      for (; next < to; next++) {
        if (isGone(chunk, next)) removed.push(placementAt(chunk, next))
        else kept.push(placementAt(chunk, next))
      }
    }
    if (removed.length === before) chunks.push(chunk)
    else {
      for (; next < chunk.count; next++) kept.push(placementAt(chunk, next))
      if (kept.length > 0) chunks.push(build(chunk.id, kept))
    }
  }
  return removed.length === 0 ? [self, removed] : [joined(chunks), removed]
}
