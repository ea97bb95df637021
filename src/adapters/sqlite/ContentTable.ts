/** The bytes of large leaf parts, once per account, found by keyed hash and gone with their last reference. */
import { Schema } from "effect"
import { createHmac, createSecretKey } from "node:crypto"
import * as Steps from "../../domain/mailbox/Steps.ts"
import { cut, type Hole, largeLeaves, spread } from "../../domain/message/Holes.ts"
import type { Part } from "../../domain/message/MessageStructure.ts"
import * as ContentPieces from "./ContentPieces.ts"
import { PIECE } from "./ContentPieces.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Smaller leaves stay with the message: a row costs more than it saves. */
export const MIN_CONTENT_BYTES = 16 * 1024

/** Where a content stands in its message. */
export type Piece = readonly [offset: number, length: number, content: number]

export interface Split {
  readonly skeleton: Uint8Array
  readonly pieces: ReadonlyArray<Piece>
}

/** As a column holds them; NULL for none. */
export const encodePieces = (pieces: ReadonlyArray<Piece>): string | null =>
  pieces.length === 0 ? null : JSON.stringify(pieces)
export const decodePieces = (text: string | null): ReadonlyArray<Piece> => text === null ? [] : JSON.parse(text)

const holesOf = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Hole> =>
  pieces.map(([offset, length]) => ({ offset, length }))

/** Contents of a message are not on this device. */
export class ContentsElsewhere extends Schema.TaggedError<ContentsElsewhere>()("ContentsElsewhere", {
  /** Their numbers. */
  contents: Schema.Array(Schema.Int)
}) {}

/** How many octets of a piece are wanted, from its beginning. */
export type Wanted = (piece: Piece) => number
const wholly: Wanted = ([, length]) => length

/** A large content that was brought to disk before its message: where its pieces are, unless equal octets were there. */
export interface Staged {
  readonly hash: Buffer
  readonly first: number | undefined
}
/** By their offsets in the message. */
export type StagedContents = ReadonlyMap<number, Staged>

interface ContentRow {
  readonly bytes: Uint8Array
  readonly first_piece: number | null
}

const NONE = new Uint8Array()
/** Octets in a step. */
const DIGESTED = 1024 * 1024

export const make = (db: Handle) => {
  const row = db.prepare("SELECT value FROM mail_meta WHERE name = 'content_key'").get() as { value: Uint8Array }
  const find = db.prepare("SELECT id FROM content WHERE hash = ?").pluck()
  const insert = db.prepare("INSERT INTO content (hash, refs, bytes, first_piece) VALUES (?, 1, ?, ?)")
  const addReference = db.prepare("UPDATE content SET refs = refs + 1 WHERE id = ?")
  const dropReference = db.prepare("UPDATE content SET refs = refs - 1 WHERE id = ?")
  const collect = db.prepare("DELETE FROM content WHERE id = ? AND refs <= 0 RETURNING first_piece").pluck()
  const read = db.prepare("SELECT bytes, first_piece FROM content WHERE id = ?")

  const restore = db.prepare("UPDATE content SET bytes = ?, first_piece = ? WHERE id = ?")
  const isHere = db.prepare("SELECT length(bytes) > 0 OR first_piece IS NOT NULL FROM content WHERE id = ?").pluck()
  const rename = db.prepare("UPDATE OR IGNORE content SET hash = ? WHERE id = ?")

  const key = createSecretKey(row.value)
  const pieces = ContentPieces.make(db)
  function* digesting(bytes: Uint8Array): Steps.Steps<Buffer> {
    const hash = createHmac("sha256", key)
    for (let at = 0; at < bytes.length; at += DIGESTED) {
      if (at > 0) yield
      hash.update(bytes.subarray(at, at + DIGESTED))
    }
    return hash.digest()
  }
  const digest = (bytes: Uint8Array): Buffer => Steps.run(digesting(bytes))

  const isThere = (content: number): boolean => (isHere.get(content) as number | undefined) === 1

  /** The columns of a content, `bytes` and `first_piece`. */
  const place = (bytes: Uint8Array, first: number | undefined): readonly [Uint8Array, number | null] => {
    if (first !== undefined) pieces.keep(first)
    return bytes.length <= PIECE ? [bytes, null] : [NONE, first ?? pieces.write(bytes)]
  }

  const put = (bytes: Uint8Array, staged: Staged | undefined): number => {
    const hash = staged?.hash ?? digest(bytes)
    const known = find.get(hash) as number | undefined
    if (known === undefined) return Number(insert.run(hash, ...place(bytes, staged?.first)).lastInsertRowid)
    addReference.run(known)
    if (!isThere(known)) restore.run(...place(bytes, staged?.first), known)
    return known
  }

  const removePieces = (first: number | null | undefined): void => {
    if (first !== null && first !== undefined) pieces.giveUp(first)
  }

  /**
   * The octets of a message, in steps. Throws `ContentsElsewhere` where those that are wanted are not here; others are NULs,
   * and not read. `wanted` says how many octets of a piece, from its beginning.
   */
  function* joining({ pieces: places, skeleton }: Split, wanted: Wanted = wholly): Steps.Steps<Uint8Array> {
    if (places.length === 0) return skeleton
    const elsewhere: Array<number> = []
    const whole = spread(skeleton, holesOf(places))
    if (whole === undefined) throw new RangeError("The places of a message's contents are damaged")
    for (const piece of places) {
      const [offset, length, content] = piece
      const most = wanted(piece)
      if (most <= 0) continue
      const row = read.get(content) as ContentRow | undefined
      if (row !== undefined && row.first_piece !== null) {
        yield* pieces.read(row.first_piece, whole.subarray(offset, offset + length), most)
      } else if (row?.bytes.length === 0) elsewhere.push(content)
      else if (row?.bytes.length !== length) throw new RangeError(`Content ${content} of a message is damaged`)
      else whole.set(row.bytes, offset)
    }
    if (elsewhere.length > 0) throw new ContentsElsewhere({ contents: elsewhere })
    return whole
  }

  return {
    pieces,
    /** By which equal octets are found, and damaged ones. */
    digest,
    digesting,
    /** Are octets with this digest here? */
    has: (hash: Buffer): boolean => {
      const known = find.get(hash) as number | undefined
      return known !== undefined && isThere(known)
    },
    /** `holes`, ascending, are contents that are known by number only: there `bytes` says nothing. */
    split: (
      bytes: Uint8Array,
      root: Part,
      holes: ReadonlyArray<Piece> = [],
      staged: StagedContents = new Map()
    ): Split => {
      const pieces: Array<Piece> = []
      let at = 0
      const leaves = largeLeaves(root, MIN_CONTENT_BYTES).filter(({ bodyEnd, bodyStart }) =>
        !holes.some(([offset, length]) => bodyStart < offset + length && offset < bodyEnd)
      )
      const found = leaves.map(({ bodyEnd, bodyStart }) => [bodyStart, bodyEnd - bodyStart, undefined] as const)
      for (const [offset, length, content] of [...holes, ...found].sort(([a], [b]) => a - b)) {
        const end = offset + length
        if (offset < at || end > bytes.length) continue
        pieces.push([offset, length, content ?? put(bytes.subarray(offset, end), staged.get(offset))])
        at = end
      }
      return { skeleton: pieces.length === 0 ? bytes : cut(bytes, holesOf(pieces)), pieces }
    },
    joining,
    join: (split: Split, wanted?: Wanted): Uint8Array => Steps.run(joining(split, wanted)),
    /** One that is not on this device, under a name that is no octets' digest. Its first reference is the caller's. */
    addElsewhere: (name: string): number => Number(insert.run(digest(Buffer.from(name)), NONE, null).lastInsertRowid),
    addReference: (content: number): void => {
      addReference.run(content)
    },
    isHere: isThere,
    /** Its octets are on this device from now on; nothing is written for one that is gone meanwhile. */
    restore: (content: number, bytes: Uint8Array): void => {
      if (isHere.get(content) !== 0) return
      restore.run(...place(bytes, undefined), content)
      rename.run(digest(bytes), content)
    },
    /** Its octets are on this device no more. */
    drop: (content: number): void => {
      removePieces((read.get(content) as ContentRow | undefined)?.first_piece)
      restore.run(NONE, null, content)
    },
    release: (places: ReadonlyArray<Piece>): void => {
      for (const [, , content] of places) {
        dropReference.run(content)
        removePieces(collect.get(content) as number | null | undefined)
      }
    }
  }
}
export type ContentTable = ReturnType<typeof make>
