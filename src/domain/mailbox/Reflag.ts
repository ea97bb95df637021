/** What STORE makes of placements: chunk by chunk, set by set of flags, not message by message. */
import type { Chunk, FlagSets } from "./Chunk.ts"
import * as Flag from "./Flag.ts"
import { byChunk, type Placements, type Slice, slices } from "./Placements.ts"
import type { ModSeq } from "./Uid.ts"
import * as UidSet from "./UidSet.ts"

export interface Change {
  readonly operation: Flag.FlagOperation
  readonly flags: ReadonlyArray<Flag.Flag>
  /** Of the change. */
  readonly modSeq: ModSeq
  /** Those changed later are left alone (RFC 7162 §3.1.3). */
  readonly unchangedSince: ModSeq
}

/** By how much counters grow. */
interface Growth {
  unseen: number
  deleted: number
  deletedSize: number
}

export interface Reflagged {
  readonly placements: Placements
  /** Those that were free to change. */
  readonly free: UidSet.UidSet
  /** Of these, those whose flags became others. */
  readonly altered: UidSet.UidSet
  /** Those left alone. */
  readonly modified: UidSet.UidSet
  readonly growth: Readonly<Growth>
}

/** Equal sets are changed once, however many chunks have them. */
const changer = ({ flags, operation }: Change) => {
  const results = new Map<ReadonlyArray<Flag.Flag>, ReadonlyArray<Flag.Flag>>()
  return (before: ReadonlyArray<Flag.Flag>): ReadonlyArray<Flag.Flag> => {
    const known = results.get(before)
    if (known !== undefined) return known
    const after = Flag.apply(before, operation, flags)
    results.set(before, after)
    return after
  }
}

/** -1, 0 or 1: by how much those with the flag become more. */
const gained = (flag: Flag.Flag, before: ReadonlyArray<Flag.Flag>, after: ReadonlyArray<Flag.Flag>): number =>
  Number(after.includes(flag)) - Number(before.includes(flag))

/** Numbers the sets anew, without those that nobody has. */
const renumber = (flags: Uint8Array, sets: FlagSets): FlagSets => {
  const numbers = new Map<number, number>()
  for (let at = 0; at < flags.length; at++) {
    const set = flags[at] as number
    const number = numbers.get(set) ?? numbers.size
    numbers.set(set, number)
    flags[at] = number
  }
  return Array.from(numbers.keys(), (set) => sets[set] as ReadonlyArray<Flag.Flag>)
}

export const reflag = (self: Placements, set: UidSet.UidSet, change: Change): Reflagged => {
  const { modSeq, unchangedSince } = change
  const changed = changer(change)
  const free = UidSet.gather()
  const altered = UidSet.gather()
  const modified = UidSet.gather()
  const growth: Growth = { unseen: 0, deleted: 0, deletedSize: 0 }

  const reflagChunk = (chunk: Chunk, found: ReadonlyArray<Slice>): Chunk => {
    const sets = chunk.flagSets.slice()
    const { length } = sets
    const next = chunk.flagSets.map((before, number) => {
      const after = changed(before)
      return after === before ? number : sets.push(after) - 1
    })
    const deleted = next.map((number, before) => gained("\\Deleted", sets[before] ?? [], sets[number] ?? []))
    const counts = Array.from({ length }, () => 0)
    const isWeighed = deleted.some((by) => by !== 0)
    const isFree = unchangedSince === Number.POSITIVE_INFINITY || chunk.maxModSeq <= unchangedSince
    const { flags: flagsBefore, uids } = chunk
    const flags = flagsBefore.slice()
    const modSeqs = chunk.modSeqs.slice()
    for (const { from, to } of found) {
      for (let at = from; at < to; at++) {
        const uid = uids[at] as number
        if (!isFree && (modSeqs[at] as number) > unchangedSince) {
          modified.add(uid)
          continue
        }
        free.add(uid)
        const before = flagsBefore[at] as number
        const number = next[before] as number
        if (number === before) continue
        altered.add(uid)
        flags[at] = number
        modSeqs[at] = modSeq
        counts[before] = (counts[before] as number) + 1
        if (isWeighed) growth.deletedSize += (deleted[before] as number) * (chunk.sizes[at] as number)
      }
    }
    if (counts.every((count) => count === 0)) return chunk
    for (const [before, count] of counts.entries()) {
      growth.unseen -= count * gained("\\Seen", sets[before] ?? [], sets[next[before] ?? 0] ?? [])
      growth.deleted += count * (deleted[before] as number)
    }
    return chunk.withFlags(flags, renumber(flags, sets), modSeqs)
  }

  const touched = byChunk(slices(self, set))
  const placements = self.map((chunk) => {
    const found = touched.get(chunk)
    return found === undefined ? chunk : reflagChunk(chunk, found)
  })
  return { placements, free: free.set(), altered: altered.set(), modified: modified.set(), growth }
}
