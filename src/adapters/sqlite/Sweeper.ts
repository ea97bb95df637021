/**
 * Counts the references that copies made and placements gave up, in their order, and removes messages and contents with
 * their last one. In small steps.
 */
import { performance } from "node:perf_hooks"
import * as ContentTable from "./ContentTable.ts"
import type { SearchIndex } from "./SearchIndex.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Of a step. */
const MAX_STEP_MILLISECONDS = 5

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
    isWaiting: (): boolean => oldest.get() !== undefined || contents.pieces.isWasteLeft(),
    /** Within a write. */
    step: (): void => {
      const row = oldest.get() as ReleasedRow | undefined
      if (row === undefined) return contents.pieces.clear()
      const messages = new Uint32Array(new Uint8Array(row.messages).buffer)
      const isGained = row.gained === 1
      const until = performance.now() + MAX_STEP_MILLISECONDS
      let done = 0
      do {
        const message = messages[done++] as number
        if (isGained) gain.run(message)
        else drop(message)
      } while (done < messages.length && performance.now() < until)
      if (done === messages.length) finish.run(row.id)
      else remain.run(row.messages.subarray(done * 4), row.id)
    }
  }
}
export type Sweeper = ReturnType<typeof make>
