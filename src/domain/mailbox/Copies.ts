/** Placements of copies: column by column, not message by message. */
import { Chunk, columnsOf, type FlagNumbers, numberIn, type Placement, placementAt } from "./Chunk.ts"
import type { Flag } from "./Flag.ts"
import { append, CHUNK, count, type Placements, type Slice, splitSlices } from "./Placements.ts"
import type { ModSeq, Uid } from "./Uid.ts"

/** What copies have anew. */
export interface Copying {
  /** Of the first; the others count up. */
  readonly uid: number
  readonly modSeq: ModSeq
  readonly saveDate: number
}

const copyChunks = (found: ReadonlyArray<Slice>, { modSeq, saveDate, uid }: Copying): Array<Chunk> => {
  const chunks: Array<Chunk> = []
  let waiting = count(found)
  let first = uid
  let columns = columnsOf(Math.min(CHUNK, waiting))
  let sets: FlagNumbers = new Map()
  let to = 0
  for (const { chunk, from, to: end } of found) {
    for (let at = from; at < end;) {
      const next = Math.min(end, at + columns.uids.length - to)
      columns.messages.set(chunk.messages.subarray(at, next), to)
      columns.sizes.set(chunk.sizes.subarray(at, next), to)
      columns.internalDates.set(chunk.internalDates.subarray(at, next), to)
      const { flagSets, flags } = chunk
      const numbers = flagSets.map((): number | undefined => undefined)
      for (; at < next; at++) {
        const before = flags[at] as number
        const number = numbers[before] ??= numberIn(sets, flagSets[before] as ReadonlyArray<Flag>)
        columns.flags[to++] = number
      }
      if (to < columns.uids.length) continue
      for (let one = 0; one < to; one++) columns.uids[one] = first + one
      columns.modSeqs.fill(modSeq)
      columns.saveDates.fill(saveDate)
      chunks.push(new Chunk(first, to, Array.from(sets.keys()), columns))
      first += to
      waiting -= to
      columns = columnsOf(Math.min(CHUNK, waiting))
      sets = new Map()
      to = 0
    }
  }
  return chunks
}

/** With copies of `found`, whose uids are above all that there ever were. */
export const appendCopies = (self: Placements, found: ReadonlyArray<Slice>, copying: Copying): Placements => {
  const room = CHUNK - (self.at(-1)?.count ?? CHUNK)
  const [first, rest] = splitSlices(found, room)
  const filling: Array<Placement> = []
  for (const { chunk, from, to } of first) {
    for (let at = from; at < to; at++) {
      const uid = copying.uid + filling.length as Uid
      filling.push({ ...placementAt(chunk, at), uid, modSeq: copying.modSeq, saveDate: copying.saveDate })
    }
  }
  const { length } = filling
  return [...append(self, filling), ...copyChunks(rest, { ...copying, uid: copying.uid + length })]
}
