/** What STORE makes of placements: chunk by chunk, set by set of flags, not message by message. */
import * as Flag from "./Flag.ts"
import { byChunk, type Chunk, type Placements, type Slice, slices } from "./Placements.ts"
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

type Sets = ReadonlyArray<ReadonlyArray<Flag.Flag>>

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

/** Without sets that nobody has. */
const compact = (chunk: Chunk, sets: Sets): Chunk => {
  const { flags } = chunk
  const numbers = new Map<number, number>()
  for (let at = 0; at < flags.length; at++) {
    const set = flags[at] as number
    const number = numbers.get(set) ?? numbers.size
    numbers.set(set, number)
    flags[at] = number
  }
  return { ...chunk, flagSets: Array.from(numbers.keys(), (set) => sets[set] as ReadonlyArray<Flag.Flag>) }
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
    const { flags, modSeqs, sizes, uids } = chunk
    const isFree = chunk.maxModSeq <= unchangedSince
    const after = { ...chunk, flags: flags.slice(), modSeqs: modSeqs.slice() }
    for (const { from, to } of found) {
      for (let at = from; at < to; at++) {
        const uid = uids[at] as number
        const before = flags[at] as number
        const number = next[before] as number
        if (!isFree && (modSeqs[at] as number) > unchangedSince) {
          modified.add(uid)
          continue
        }
        free.add(uid)
        if (number === before) continue
        altered.add(uid)
        after.flags[at] = number
        after.modSeqs[at] = modSeq
        counts[before] = (counts[before] as number) + 1
        growth.deletedSize += (deleted[before] as number) * (sizes[at] as number)
      }
    }
    if (counts.every((count) => count === 0)) return chunk
    for (const [before, count] of counts.entries()) {
      growth.unseen -= count * gained("\\Seen", sets[before] ?? [], sets[next[before] ?? 0] ?? [])
      growth.deleted += count * (deleted[before] as number)
    }
    return compact({ ...after, maxModSeq: modSeq }, sets)
  }

  const touched = byChunk(slices(self, set))
  const placements = self.map((chunk) => {
    const found = touched.get(chunk)
    return found === undefined ? chunk : reflagChunk(chunk, found)
  })
  return { placements, free: free.set(), altered: altered.set(), modified: modified.set(), growth }
}
