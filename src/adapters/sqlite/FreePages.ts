/**
 * Pages of the file that hold nothing any more, as after contents left the device: given back to the disk while nobody
 * waits, but for some that new mail is written to. What a file has that was made without `auto_vacuum` stays in it.
 */
import type { Handle } from "./SqliteDatabase.ts"

/** Given back in a transaction: about a millisecond. */
const PAGES_A_STEP = 64
/** That stay: 16 MB, and a sixteenth of the file. */
const KEPT_PAGES = 4096
const KEPT_SHARE = 1 / 16

const count = (db: Handle, pragma: "page_count" | "freelist_count"): number =>
  db.pragma(pragma, { simple: true }) as number

/** Within a write. Answers how many pages, 0 where there are none to give. */
export const giveBack = (db: Handle): number => {
  const before = count(db, "page_count")
  db.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`)
  return before - count(db, "page_count")
}

const INCREMENTAL = 2

export const make = (db: Handle) => {
  const canGiveBack = db.pragma("auto_vacuum", { simple: true }) === INCREMENTAL
  return {
    areMany: (): boolean => {
      const free = canGiveBack ? count(db, "freelist_count") : 0
      return free > KEPT_PAGES && free > count(db, "page_count") * KEPT_SHARE
    },
    step: (): void => {
      giveBack(db)
    }
  }
}
export type FreePages = ReturnType<typeof make>
