/**
 * Counts the references that copies made and placements gave up, in their order, and removes messages and contents with
 * their last one. In small steps.
 */
import * as ContentTable from "./ContentTable.ts"
import type { SearchIndex } from "./SearchIndex.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Of a step: about five milliseconds. */
const BATCH = 32
const GAINED_BATCH = 500

interface ReleasedRow {
  readonly id: number
  readonly messages: Uint8Array
  /** 1: made; 0: given up. */
  readonly gained: number
}

export const make = (db: Handle, contents: ContentTable.ContentTable, index: SearchIndex) => {
  const oldest = db.prepare("SELECT id, messages, gained FROM released ORDER BY id LIMIT 1")
  const remain = db.prepare("UPDATE released SET messages = ? WHERE id = ?")
  const finish = db.prepare("DELETE FROM released WHERE id = ?")
  const release = db.prepare("UPDATE message SET refs = refs - 1 WHERE id = ? RETURNING refs").pluck()
  const gain = db.prepare("UPDATE message SET refs = refs + 1 WHERE id = ?")
  const pieces = db.prepare("SELECT contents FROM message_data WHERE message = ?").pluck()
  const remove = db.prepare("DELETE FROM message WHERE id = ?")

  const drop = (message: number): void => {
    const refs = release.get(message) as number | undefined
    if (refs === undefined || refs > 0) return
    contents.release(ContentTable.decodePieces(pieces.get(message) as string | null))
    index.remove(message)
    remove.run(message)
  }

  return {
    isWaiting: (): boolean => oldest.get() !== undefined,
    /** Within a write. */
    step: (): void => {
      const row = oldest.get() as ReleasedRow | undefined
      if (row === undefined) return
      const messages = new Uint32Array(new Uint8Array(row.messages).buffer)
      const isGained = row.gained === 1
      const batch = isGained ? GAINED_BATCH : BATCH
      for (const message of messages.subarray(0, batch)) {
        if (isGained) gain.run(message)
        else drop(message)
      }
      if (messages.length <= batch) finish.run(row.id)
      else remain.run(row.messages.subarray(batch * 4), row.id)
    }
  }
}
export type Sweeper = ReturnType<typeof make>
