/**
 * A chunk of placements as the octets that a store keeps:
 *
 *     version 1 (1 octet) | 3 zeros | count (4) | modseqs, internal dates, save dates (8 each)
 *     | uids, messages, sizes (4 each) | flag set numbers (1 each) | flag sets as JSON
 *
 * Numbers are little endian, as on every platform that Node runs on, so that columns are read where they lie.
 */
import * as Flag from "./Flag.ts"
import type { Chunk } from "./Placements.ts"

const VERSION = 1
const HEAD = 8
const WIDTH = 3 * 8 + 3 * 4 + 1

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const isFlags = (value: unknown): value is ReadonlyArray<Flag.Flag> =>
  Array.isArray(value) && value.every((flag) => typeof flag === "string")

/** Most chunks of a mailbox say the same. Bounded, for keywords come from the network. */
const MAX_KNOWN = 1024
const known = new Map<string, Chunk["flagSets"]>()

const decodeSets = (id: number, text: string): Chunk["flagSets"] => {
  const before = known.get(text)
  if (before !== undefined) return before
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every(isFlags)) throw damaged(id)
  const sets = value.map(Flag.setOf)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, sets)
  return sets
}

const damaged = (id: number) => new RangeError(`Chunk ${id} of a mailbox is damaged`)

const highest = (numbers: Float64Array): number => {
  let most = 0
  for (let at = 0; at < numbers.length; at++) most = Math.max(most, numbers[at] as number)
  return most
}

export const encode = (chunk: Chunk): Uint8Array => {
  const count = chunk.uids.length
  const sets = encoder.encode(JSON.stringify(chunk.flagSets))
  const bytes = new Uint8Array(HEAD + count * WIDTH + sets.length)
  const { buffer } = bytes
  bytes[0] = VERSION
  new Uint32Array(buffer, 4, 1)[0] = count
  let at = HEAD
  for (const column of [chunk.modSeqs, chunk.internalDates, chunk.saveDates]) {
    new Float64Array(buffer, at, count).set(column)
    at += count * 8
  }
  for (const column of [chunk.uids, chunk.messages, chunk.sizes]) {
    new Uint32Array(buffer, at, count).set(column)
    at += count * 4
  }
  bytes.set(chunk.flags, at)
  bytes.set(sets, at + count)
  return bytes
}

/** Throws where the octets are none of ours: the store is damaged. */
export const decodeUnsafe = (id: number, stored: Uint8Array): Chunk => {
  // Columns begin at multiples of eight in memory, wherever the driver put the octets.
  const { buffer } = new Uint8Array(stored)
  const count = stored.length < HEAD ? 0 : new Uint32Array(buffer, 4, 1)[0] ?? 0
  if (stored[0] !== VERSION || count === 0 || stored.length < HEAD + count * WIDTH) {
    throw damaged(id)
  }
  const wide = (index: number) => new Float64Array(buffer, HEAD + index * count * 8, count)
  const narrow = (index: number) => new Uint32Array(buffer, HEAD + count * (24 + index * 4), count)
  const flagsAt = HEAD + count * 36
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
    flagSets: decodeSets(id, decoder.decode(new Uint8Array(buffer, flagsAt + count))),
    maxModSeq: highest(modSeqs)
  }
}
