/** The octets of large contents, in pieces: written, read and given up one by one, so that nobody waits for all of one. */
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Some milliseconds. Longer contents have several. */
export const PIECE = 256 * 1024
/** Between the first pieces of two contents; each has fewer. */
const STRIDE = 2 ** 20
/** Given up in a step. */
const GIVEN_UP = 2

/** Throws where a piece is missing, or is as long as it should not be. */
const damaged = (piece: number): RangeError => new RangeError(`Piece ${piece} of a content is damaged`)

export const make = (db: Handle) => {
  const last = db.prepare("SELECT max(id) FROM content_piece").pluck()
  const insert = db.prepare("INSERT INTO content_piece VALUES (?, ?)")
  const read = db.prepare("SELECT bytes FROM content_piece WHERE id = ?").pluck()
  const remove = db.prepare(
    `DELETE FROM content_piece WHERE id IN
      (SELECT id FROM content_piece WHERE id >= ? AND id < ? ORDER BY id LIMIT ${GIVEN_UP})`
  )
  const waste = db.prepare("INSERT OR IGNORE INTO content_waste VALUES (?)")
  const keep = db.prepare("DELETE FROM content_waste WHERE first = ?")
  const wasted = db.prepare("SELECT first FROM content_waste ORDER BY first LIMIT ?").pluck()
  /** They belong to nothing yet, and are not to be taken away. A program that ends here leaves them as waste. */
  const staged = new Set<number>()

  const pieceOf = (bytes: Uint8Array, index: number): Uint8Array => bytes.subarray(index * PIECE, (index + 1) * PIECE)

  const next = (): number => (Math.floor((last.get() as number | null ?? 0) / STRIDE) + 1) * STRIDE

  const nextWaste = (): number | undefined =>
    (wasted.all(staged.size + 1) as Array<number>).find((first) => !staged.has(first))

  return {
    /** Within a write: all of them. Answers the number of the first. */
    write: (bytes: Uint8Array): number => {
      const first = next()
      for (let index = 0; index * PIECE < bytes.length; index++) insert.run(first + index, pieceOf(bytes, index))
      return first
    },
    /** Within a write: the first of them, which `stage` follows up with the others; for `keep`, or in the end waste. */
    begin: (bytes: Uint8Array): number => {
      const first = next()
      insert.run(first, pieceOf(bytes, 0))
      waste.run(first)
      staged.add(first)
      return first
    },
    stage: (first: number, bytes: Uint8Array, index: number): void => {
      insert.run(first + index, pieceOf(bytes, index))
    },
    /** Within a write: a content has them from here on. */
    keep: (first: number): void => {
      keep.run(first)
    },
    /** Those that were not kept may be taken away. */
    unstage: (first: number): void => {
      staged.delete(first)
    },
    /** Within a write: a content has them no more. */
    giveUp: (first: number): void => {
      waste.run(first)
    },
    /** Into `whole`, as far as it goes and up to `most` octets; piece by piece. */
    read: function*(first: number, whole: Uint8Array, most: number): Steps<void> {
      const end = Math.min(whole.length, most)
      for (let index = 0; index * PIECE < end; index++) {
        if (index > 0) yield
        const bytes = read.get(first + index) as Uint8Array | undefined
        if (bytes?.length !== pieceOf(whole, index).length) throw damaged(first + index)
        whole.set(bytes, index * PIECE)
      }
    },
    isWasteLeft: (): boolean => nextWaste() !== undefined,
    /** Within a write. */
    clear: (): void => {
      const first = nextWaste()
      if (first !== undefined && remove.run(first, first + STRIDE).changes === 0) keep.run(first)
    }
  }
}
export type ContentPieces = ReturnType<typeof make>
