/** The bytes of large leaf parts, once per account, found by keyed hash and gone with their last reference. */
import { Schema } from "effect"
import { createHmac, createSecretKey } from "node:crypto"
import { cut, type Hole, largeLeaves, spread } from "../../domain/message/Holes.ts"
import type { Part } from "../../domain/message/MessageStructure.ts"
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

export const make = (db: Handle) => {
  const row = db.prepare("SELECT value FROM mail_meta WHERE name = 'content_key'").get() as { value: Uint8Array }
  const find = db.prepare("SELECT id FROM content WHERE hash = ?").pluck()
  const insert = db.prepare("INSERT INTO content (hash, refs, bytes) VALUES (?, 1, ?)")
  const addReference = db.prepare("UPDATE content SET refs = refs + 1 WHERE id = ?")
  const dropReference = db.prepare("UPDATE content SET refs = refs - 1 WHERE id = ?")
  const collect = db.prepare("DELETE FROM content WHERE id = ? AND refs <= 0")
  const read = db.prepare("SELECT bytes FROM content WHERE id = ?").pluck()

  const restore = db.prepare("UPDATE content SET bytes = ? WHERE id = ? AND length(bytes) = 0")
  const isHere = db.prepare("SELECT length(bytes) > 0 FROM content WHERE id = ?").pluck()
  const drop = db.prepare("UPDATE content SET bytes = x'' WHERE id = ?")
  const rename = db.prepare("UPDATE OR IGNORE content SET hash = ? WHERE id = ?")

  const key = createSecretKey(row.value)
  const digest = (bytes: Uint8Array): Buffer => createHmac("sha256", key).update(bytes).digest()

  const put = (bytes: Uint8Array): number => {
    const hash = digest(bytes)
    const known = find.get(hash) as number | undefined
    if (known === undefined) return Number(insert.run(hash, bytes).lastInsertRowid)
    addReference.run(known)
    restore.run(bytes, known)
    return known
  }

  return {
    /** By which equal octets are found, and damaged ones. */
    digest,
    /** `holes`, ascending, are contents that are known by number only: there `bytes` says nothing. */
    split: (bytes: Uint8Array, root: Part, holes: ReadonlyArray<Piece> = []): Split => {
      const pieces: Array<Piece> = []
      let at = 0
      const leaves = largeLeaves(root, MIN_CONTENT_BYTES).filter(({ bodyEnd, bodyStart }) =>
        !holes.some(([offset, length]) => bodyStart < offset + length && offset < bodyEnd)
      )
      const found = leaves.map(({ bodyEnd, bodyStart }) => [bodyStart, bodyEnd - bodyStart, undefined] as const)
      for (const [offset, length, content] of [...holes, ...found].sort(([a], [b]) => a - b)) {
        const end = offset + length
        if (offset < at || end > bytes.length) continue
        pieces.push([offset, length, content ?? put(bytes.subarray(offset, end))])
        at = end
      }
      return { skeleton: pieces.length === 0 ? bytes : cut(bytes, holesOf(pieces)), pieces }
    },
    /** Throws `ContentsElsewhere` where those that are wanted are not here; others are NULs, and not read. */
    join: ({ pieces, skeleton }: Split, isWanted: (piece: Piece) => boolean = () => true): Uint8Array => {
      if (pieces.length === 0) return skeleton
      const elsewhere: Array<number> = []
      const whole = spread(skeleton, holesOf(pieces))
      if (whole === undefined) throw new RangeError("The places of a message's contents are damaged")
      for (const piece of pieces) {
        const [offset, length, content] = piece
        if (!isWanted(piece)) continue
        const stored = read.get(content) as Uint8Array | undefined
        if (stored?.length === 0) elsewhere.push(content)
        else if (stored?.length !== length) throw new RangeError(`Content ${content} of a message is damaged`)
        else whole.set(stored, offset)
      }
      if (elsewhere.length > 0) throw new ContentsElsewhere({ contents: elsewhere })
      return whole
    },
    /** One that is not on this device, under a name that is no octets' digest. Its first reference is the caller's. */
    addElsewhere: (name: string): number =>
      Number(insert.run(digest(Buffer.from(name)), new Uint8Array()).lastInsertRowid),
    addReference: (content: number): void => {
      addReference.run(content)
    },
    isHere: (content: number): boolean => (isHere.get(content) as number | undefined) === 1,
    /** Its octets are on this device from now on. */
    restore: (content: number, bytes: Uint8Array): void => {
      if (restore.run(bytes, content).changes > 0) rename.run(digest(bytes), content)
    },
    /** Its octets are on this device no more. */
    drop: (content: number): void => {
      drop.run(content)
    },
    release: (pieces: ReadonlyArray<Piece>): void => {
      for (const [, , content] of pieces) {
        dropReference.run(content)
        collect.run(content)
      }
    }
  }
}
export type ContentTable = ReturnType<typeof make>
