/**
 * A chunk of placements as the octets that a store keeps, some ten for each:
 *
 *     version 2 (1 octet) | count (2) | uids, messages, sizes, modseqs, internal dates, save dates, flag set numbers,
 *     each as PackedNumbers | flag sets as JSON
 *
 * Version 1 had the numbers in their full width. It is read, and becomes version 2 with the chunk's next change.
 */
import { Chunk, type FlagSets, NAMES } from "./Chunk.ts"
import * as Flag from "./Flag.ts"
import * as PackedNumbers from "./PackedNumbers.ts"

const VERSION = 2
const HEAD = 3

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const damaged = (id: number) => new RangeError(`Chunk ${id} of a mailbox is damaged`)

const isFlags = (value: unknown): value is ReadonlyArray<Flag.Flag> =>
  Array.isArray(value) && value.every((flag) => typeof flag === "string")

/** Bounded, for keywords come from the network. */
const MAX_KNOWN = 1024
const known = new Map<string, FlagSets>()

const parseSets = (text: string): FlagSets => {
  const before = known.get(text)
  if (before !== undefined) return before
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value) || !value.every(isFlags)) throw new TypeError("Not flags")
  const sets = value.map(Flag.setOf)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, sets)
  return sets
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

/** Most chunks of a mailbox say the same as the one before. */
let last: { readonly octets: Uint8Array; readonly sets: FlagSets } = { octets: Uint8Array.of(), sets: [] }

const decodeSets = (octets: Uint8Array): FlagSets => {
  if (last.octets.length === 0 || !isSame(octets, last.octets)) {
    last = { octets: octets.slice(), sets: parseSets(decoder.decode(octets)) }
  }
  return last.sets
}

/** As octets; most chunks that are written together have the same. */
let written: { readonly sets: FlagSets; readonly octets: Uint8Array } = { sets: [], octets: encoder.encode("[]") }

const encodeSets = (sets: FlagSets): Uint8Array => {
  const isWritten = sets.length === written.sets.length && sets.every((set, at) => set === written.sets[at])
  if (!isWritten) written = { sets, octets: encoder.encode(JSON.stringify(sets)) }
  return written.octets
}

/** What is packed still, and lies together, is one piece. */
const piecesOf = (chunk: Chunk): ReadonlyArray<Uint8Array> => {
  const { count, packed } = chunk
  const pieces: Array<Uint8Array> = [Uint8Array.of(VERSION, count % 256, count >> 8)]
  let from = 0
  let to = 0
  for (let column = 0; column < NAMES.length; column++) {
    const start = packed?.starts[column]
    if (packed !== undefined && start !== undefined) {
      if (to === from) from = start
      to = PackedNumbers.endUnsafe(packed.octets, start, count)
      if (packed.starts[column + 1] !== undefined) continue
      pieces.push(packed.octets.subarray(from, to))
      from = to
    } else pieces.push(PackedNumbers.encode(chunk[NAMES[column] as (typeof NAMES)[number]]))
  }
  pieces.push(encodeSets(chunk.flagSets))
  return pieces
}

export const encode = (chunk: Chunk): Uint8Array => {
  const pieces = piecesOf(chunk)
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

const decodePacked = (id: number, octets: Uint8Array): Chunk => {
  const count = (octets[1] ?? 0) + (octets[2] ?? 0) * 256
  const starts: Array<number> = []
  let at = HEAD
  for (let column = 0; column < NAMES.length; column++) {
    starts.push(at)
    at = PackedNumbers.endUnsafe(octets, at, count)
  }
  return new Chunk(id, count, decodeSets(octets.subarray(at)), {}, { octets, starts })
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
  const columns = {
    modSeqs: wide(0),
    internalDates: wide(1),
    saveDates: wide(2),
    uids: narrow(0),
    messages: narrow(1),
    sizes: narrow(2),
    flags: new Uint8Array(buffer, flagsAt, count)
  }
  return new Chunk(id, count, decodeSets(new Uint8Array(buffer, flagsAt + count)), columns)
}

const hasSets = (chunk: Chunk): boolean => {
  const only = chunk.onlySet
  return only === undefined
    ? chunk.flags.every((set) => set < chunk.flagSets.length)
    : chunk.flagSets[only] !== undefined
}

/** Throws where the octets are none of ours: the store is damaged. */
export const decodeUnsafe = (id: number, stored: Uint8Array): Chunk => {
  const [version] = stored
  if (version !== VERSION && version !== 1) throw damaged(id)
  try {
    const chunk = version === 1 ? decodeWide(id, stored) : decodePacked(id, stored)
    if (chunk.count > 0 && hasSets(chunk)) return chunk
  } catch {
    // As below.
  }
  throw damaged(id)
}
