/**
 * Numbers of new messages, ascending, never one twice. SQLite's AUTOINCREMENT (https://sqlite.org/autoinc.html) writes down
 * each that it gives, which is a page of the log for every message; here it is told of a block of them at once.
 */
import type { Handle } from "./SqliteDatabase.ts"

/** Of those that are left when the program ends, none is given. */
const BLOCK = 256

export const make = (db: Handle) => {
  const last = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'message'").pluck()
  const first = db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('message', ?)")
  const move = db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'message'")
  let given = 0
  let reserved = 0

  return {
    /** Within a write. Should that come to nothing, AUTOINCREMENT notes the next numbers of the block one by one. */
    next: (): number => {
      if (given >= reserved) {
        const known = last.get() as number | undefined
        given = Math.max(given, known ?? 0)
        reserved = given + BLOCK
        if (known === undefined) first.run(reserved)
        else move.run(reserved)
      }
      return ++given
    }
  }
}
