/**
 * A chunk of placements as the octets that a store keeps, some ten for each:
 *
 *     version 2 (1 octet) | count (2) | uids, messages, sizes, modseqs, internal dates, save dates, flag set numbers,
 *     each as PackedNumbers | flag sets as JSON
 *
 * Version 1 had the numbers in their full width. It is read, and becomes version 2 with the chunk's next change.
 */
import * as Flag from "./Flag.ts"
import * as PackedNumbers from "./PackedNumbers.ts"
import { type Chunk, type Columns, emptyColumns } from "./Placements.ts"

const VERSION = 2
const HEAD = 3

/** In the order of the octets. */
const listed = (columns: Columns) =>
  [
    columns.uids,
    columns.messages,
    columns.sizes,
    columns.modSeqs,
    columns.internalDates,
    columns.saveDates,
    columns.flags
  ] as const

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const damaged = (id: number) => new RangeError(`Chunk ${id} of a mailbox is damaged`)

const isFlags = (value: unknown): value is ReadonlyArray<Flag.Flag> =>
  Array.isArray(value) && value.every((flag) => typeof flag === "string")

/** Most chunks of a mailbox say the same. Bounded, for keywords come from the network. */
const MAX_KNOWN = 1024
const known = new Map<string, Chunk["flagSets"]>()

const decodeSets = (text: string): Chunk["flagSets"] => {
  const before = known.get(text)
  if (before !== undefined) return before
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every(isFlags)) throw new TypeError("Not flags")
  const sets = value.map(Flag.setOf)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, sets)
  return sets
}

const highest = (numbers: Float64Array): number => {
  let most = 0
  for (let at = 0; at < numbers.length; at++) most = Math.max(most, numbers[at] as number)
  return most
}

export const encode = (chunk: Chunk): Uint8Array => {
  const count = chunk.uids.length
  const pieces = [
    Uint8Array.of(VERSION, count % 256, count >> 8),
    ...listed(chunk).map(PackedNumbers.encode),
    encoder.encode(JSON.stringify(chunk.flagSets))
  ]
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

const decodePacked = (id: number, stored: Uint8Array): Chunk => {
  const columns = emptyColumns((stored[1] ?? 0) + (stored[2] ?? 0) * 256)
  let at = HEAD
  for (const column of listed(columns)) at = PackedNumbers.decodeUnsafe(stored, at, column)
  const flagSets = decodeSets(decoder.decode(stored.subarray(at)))
  return { id, ...columns, flagSets, maxModSeq: highest(columns.modSeqs) }
}

/**
 * Version 1: 1 octet | 3 zeros | count (4) | modseqs, internal dates, save dates (8 each) | uids, messages, sizes
 * (4 each) | flag set numbers (1 each) | flag sets as JSON
 */
const decodeWide = (id: number, stored: Uint8Array): Chunk => {
  const { buffer } = new Uint8Array(stored)
  const [count = 0] = new Uint32Array(buffer, 4, 1)
  const wide = (index: number) => new Float64Array(buffer, 8 + index * count * 8, count)
  const narrow = (index: number) => new Uint32Array(buffer, 8 + count * (24 + index * 4), count)
  const flagsAt = 8 + count * 36
  const modSeqs = wide(0)
  return {
    id,
    modSeqs,
    internalDates: wide(1),
    saveDates: wide(2),
    uids: narrow(0),
    messages: narrow(1),
    sizes: narrow(2),
    flags: new Uint8Array(buffer, flagsAt, count),
    flagSets: decodeSets(decoder.decode(new Uint8Array(buffer, flagsAt + count))),
    maxModSeq: highest(modSeqs)
  }
}

/** Throws where the octets are none of ours: the store is damaged. */
export const decodeUnsafe = (id: number, stored: Uint8Array): Chunk => {
  const [version] = stored
  if (version !== VERSION && version !== 1) throw damaged(id)
  try {
    const chunk = version === 1 ? decodeWide(id, stored) : decodePacked(id, stored)
    if (chunk.uids.length > 0 && chunk.flags.every((set) => set < chunk.flagSets.length)) return chunk
  } catch {
    // As below.
  }
  throw damaged(id)
}
