/**
 * FETCH of what lies with the placements: from columns to octets, for a hundred thousand messages at once. Measured against
 * strings that are joined and written once a slice: as fast in the long run, two thirds of the time for the first ten thousand.
 */
import type { Chunk } from "../../../domain/mailbox/Chunk.ts"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import { encodeDateTime } from "./DateTime.ts"
import * as Octets from "./Octets.ts"
import type { PlacementItem, Response } from "./Response.ts"

/** What differs from line to line: writes that of the position at `end`, and answers where it ends. */
type Value = (page: Uint8Array, end: number, at: number) => number

/** More than the longest number, and the longest date. */
const MAX_VALUE = 40

const put = (page: Uint8Array, end: number, octets: Uint8Array): number => {
  const { length } = octets
  for (let i = 0; i < length; i++) page[end + i] = octets[i] as number
  return end + length
}

const putDigits = (page: Uint8Array, end: number, number: number): number => {
  let width = 1
  for (let top = 10; top <= number; top *= 10) width++
  let rest = number
  for (let at = end + width - 1; at >= end; at--) {
    const tens = Math.floor(rest / 10)
    page[at] = 48 + rest - 10 * tens
    rest = tens
  }
  return end + width
}

const numberOf = (column: ArrayLike<number>): Value => (page, end, at) => putDigits(page, end, column[at] as number)

const dateOf = (column: ArrayLike<number>): Value => (page, end, at) =>
  put(page, end, fromLatin1(encodeDateTime(column[at] as number)))

const flagsOf = ({ flags }: Chunk, sets: ReadonlyArray<Uint8Array>): Value => (page, end, at) =>
  put(page, end, sets[flags[at] as number] as Uint8Array)

/** What stands before a value, the value, and what stands behind it. */
type Written = readonly [before: string, value: Value, behind: string]

const written = (item: PlacementItem, chunk: Chunk, sets: ReadonlyArray<Uint8Array>): Written => {
  switch (item) {
    case "Uid":
      return ["UID ", numberOf(chunk.uids), ""]
    case "Flags":
      return ["FLAGS (", flagsOf(chunk, sets), ")"]
    case "ModSeq":
      return ["MODSEQ (", numberOf(chunk.modSeqs), ")"]
    case "Size":
      return ["RFC822.SIZE ", numberOf(chunk.sizes), ""]
    case "InternalDate":
      return ["INTERNALDATE ", dateOf(chunk.internalDates), ""]
    case "SaveDate":
      return ["SAVEDATE ", dateOf(chunk.saveDates), ""]
  }
}

export const writeSlice = (
  out: Octets.Octets,
  { items, number, slice: { chunk, from, to } }: Extract<Response, { readonly _tag: "FetchSlice" }>
): void => {
  const sets = chunk.flagSets.map((flags) => fromLatin1(flags.join(" ")))
  const numbered: Value = number === undefined
    ? numberOf(chunk.uids)
    : (page, end, at) => putDigits(page, end, number + at - from)
  const values = [numbered]
  const texts = ["* "]
  let behind = number === undefined ? " UIDFETCH (" : " FETCH ("
  for (const [index, item] of items.entries()) {
    const [before, value, end] = written(item, chunk, sets)
    texts.push(`${behind}${index === 0 ? "" : " "}${before}`)
    values.push(value)
    behind = end
  }
  const octets = texts.map(fromLatin1)
  const last = fromLatin1(`${behind})\r\n`)
  const longest = octets.reduce((sum, { length }) => sum + length + MAX_VALUE, last.length) +
    sets.reduce((most, { length }) => Math.max(most, length), 0)
  for (let at = from; at < to; at++) {
    Octets.reserve(out, longest)
    const { page } = out
    let { end } = out
    for (let index = 0; index < values.length; index++) {
      end = put(page, end, octets[index] as Uint8Array)
      end = (values[index] as Value)(page, end, at)
    }
    Octets.advance(out, put(page, end, last))
  }
}
