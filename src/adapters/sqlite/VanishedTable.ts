/** Which uids went with which change (RFC 7162 §3.2.3), for clients that come back. */
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { Handle } from "./SqliteDatabase.ts"

export const make = (db: Handle) => {
  const add = db.prepare("INSERT INTO vanished VALUES (?, ?, ?, ?)")
  const since = db.prepare(
    "SELECT from_uid AS \"from\", to_uid AS \"to\" FROM vanished WHERE mailbox = ? AND modseq > ?"
  )

  return {
    add: (mailbox: number, modSeq: number, set: UidSet): void => {
      for (const { from, to } of set) add.run(mailbox, modSeq, from, to)
    },
    /** In no order. */
    since: (mailbox: number, modSeq: number): UidSet =>
      since.all(mailbox, modSeq) as Array<{ from: number; to: number }>
  }
}
export type VanishedTable = ReturnType<typeof make>
