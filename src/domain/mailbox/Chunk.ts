/**
 * Placements that lie together, as columns. A column that came from a store is unpacked when it is asked for: a mailbox
 * that is opened costs what is looked at, and one that changes what has changed.
 */
import type { Flag } from "./Flag.ts"
import * as PackedNumbers from "./PackedNumbers.ts"
import type { ModSeq, Uid } from "./Uid.ts"

export interface Placement {
  readonly uid: Uid
  /** As the store counts its messages. */
  readonly message: number
  /** RFC822.SIZE */
  readonly size: number
  readonly flags: ReadonlyArray<Flag>
  readonly modSeq: ModSeq
  /** Milliseconds, as is the date of saving (RFC 8514). */
  readonly internalDate: number
  readonly saveDate: number
}

type Wide = Float64Array<ArrayBuffer>
type Narrow = Uint32Array<ArrayBuffer>

/** Position by position, one placement. Nobody writes to them. */
export interface Columns {
  readonly uids: Narrow
  readonly messages: Narrow
  readonly sizes: Narrow
  readonly modSeqs: Wide
  readonly internalDates: Wide
  readonly saveDates: Wide
  /** Which of the flag sets. */
  readonly flags: Uint8Array<ArrayBuffer>
}

/** In the order of a store's octets. */
export const NAMES = ["uids", "messages", "sizes", "modSeqs", "internalDates", "saveDates", "flags"] as const

const MOD_SEQS = 3
const FLAGS = 6

/** Where a store's octets have the columns, as PackedNumbers. */
export interface Packed {
  readonly octets: Uint8Array
  /** Of each column, by position in `NAMES`; undefined where it has become another one. */
  readonly starts: ReadonlyArray<number | undefined>
}

export type FlagSets = ReadonlyArray<ReadonlyArray<Flag>>

type Known = { -readonly [K in keyof Columns]?: Columns[K] }

export class Chunk implements Columns {
  /** Ascending in the mailbox, never used again. */
  readonly id: number
  /** At least one. */
  readonly count: number
  /** The distinct ones of the chunk: equal sets are one array. */
  readonly flagSets: FlagSets
  readonly packed: Packed | undefined
  readonly #known: Known
  #maxModSeq: ModSeq | undefined

  /** What is not known is packed. */
  constructor(id: number, count: number, flagSets: FlagSets, known: Partial<Columns>, packed?: Packed) {
    this.id = id
    this.count = count
    this.flagSets = flagSets
    this.packed = packed
    this.#known = known
  }

  get uids(): Narrow {
    return this.#known.uids ??= this.#unpack(0, new Uint32Array(this.count))
  }
  get messages(): Narrow {
    return this.#known.messages ??= this.#unpack(1, new Uint32Array(this.count))
  }
  get sizes(): Narrow {
    return this.#known.sizes ??= this.#unpack(2, new Uint32Array(this.count))
  }
  get modSeqs(): Wide {
    return this.#known.modSeqs ??= this.#unpack(MOD_SEQS, new Float64Array(this.count))
  }
  get internalDates(): Wide {
    return this.#known.internalDates ??= this.#unpack(4, new Float64Array(this.count))
  }
  get saveDates(): Wide {
    return this.#known.saveDates ??= this.#unpack(5, new Float64Array(this.count))
  }
  get flags(): Uint8Array<ArrayBuffer> {
    return this.#known.flags ??= this.#unpack(FLAGS, new Uint8Array(this.count))
  }

  /** The number of the flag set that all have; undefined where they differ, or nobody looked. */
  get onlySet(): number | undefined {
    return this.#constant(FLAGS)
  }

  get maxModSeq(): ModSeq {
    return this.#maxModSeq ??= this.#constant(MOD_SEQS) ??
      this.modSeqs.reduce((most, one) => Math.max(most, one), 0)
  }

  /** Into `all`, from `at` on. */
  copyUids(all: Uint32Array, at: number): void {
    const { uids } = this.#known
    if (uids !== undefined) all.set(uids, at)
    else this.#unpack(0, all, at)
  }

  /** The other columns are shared. */
  withFlags(flags: Columns["flags"], flagSets: FlagSets, modSeqs: Wide): Chunk {
    const packed = this.packed === undefined
      ? undefined
      : {
        octets: this.packed.octets,
        starts: this.packed.starts.map((start, at) => at === MOD_SEQS || at === FLAGS ? undefined : start)
      }
    return new Chunk(this.id, this.count, flagSets, { ...this.#known, flags, modSeqs }, packed)
  }

  #constant(column: number): number | undefined {
    const start = this.packed?.starts[column]
    return this.packed === undefined || start === undefined
      ? undefined
      : PackedNumbers.constant(this.packed.octets, start)
  }

  #unpack<A extends Float64Array | Uint32Array | Uint8Array>(column: number, into: A, at = 0): A {
    const start = this.packed?.starts[column]
    if (this.packed !== undefined && start !== undefined) {
      PackedNumbers.decode(this.packed.octets, start, into, at, this.count)
    }
    return into
  }
}

export const flagsAt = (chunk: Chunk, at: number): ReadonlyArray<Flag> =>
  chunk.flagSets[chunk.flags[at] as number] as ReadonlyArray<Flag>

export const placementAt = (chunk: Chunk, at: number): Placement => ({
  uid: chunk.uids[at] as Uid,
  message: chunk.messages[at] as number,
  size: chunk.sizes[at] as number,
  flags: flagsAt(chunk, at),
  modSeq: chunk.modSeqs[at] as number,
  internalDate: chunk.internalDates[at] as number,
  saveDate: chunk.saveDates[at] as number
})

export const placementsOf = (chunk: Chunk): Array<Placement> =>
  Array.from({ length: chunk.count }, (_, at) => placementAt(chunk, at))

/** Of zeros. */
export const columnsOf = (count: number): Columns => ({
  uids: new Uint32Array(count),
  messages: new Uint32Array(count),
  sizes: new Uint32Array(count),
  modSeqs: new Float64Array(count),
  internalDates: new Float64Array(count),
  saveDates: new Float64Array(count),
  flags: new Uint8Array(count)
})

export type FlagNumbers = Map<ReadonlyArray<Flag>, number>

/** Sets are numbered as they come. */
export const numberIn = (sets: FlagNumbers, set: ReadonlyArray<Flag>): number => {
  const number = sets.get(set) ?? sets.size
  sets.set(set, number)
  return number
}

export const build = (id: number, placements: ReadonlyArray<Placement>): Chunk => {
  const count = placements.length
  const sets: FlagNumbers = new Map()
  const columns = columnsOf(count)
  for (let at = 0; at < count; at++) {
    const one = placements[at] as Placement
    columns.uids[at] = one.uid
    columns.messages[at] = one.message
    columns.sizes[at] = one.size
    columns.modSeqs[at] = one.modSeq
    columns.internalDates[at] = one.internalDate
    columns.saveDates[at] = one.saveDate
    columns.flags[at] = numberIn(sets, one.flags)
  }
  return new Chunk(id, count, Array.from(sets.keys()), columns)
}
