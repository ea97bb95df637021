/** Which message lies where under which uid, with its flags; and which uids are gone. */
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import { DELETED, SEEN, type StoredFlags } from "./Flags.ts"
import type { Delta } from "./MailboxTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

export interface PlacementRow {
  readonly uid: number
  readonly message: number
  readonly size: number
  readonly flags: number
  readonly keywords: string
  readonly modseq: number
  readonly internal_date: number
  readonly save_date: number
}

/** Adds (`sign` 1) or takes away (-1) a placement from the counters. */
export const count = (delta: Delta, mask: number, size: number, sign: 1 | -1): void => {
  delta.messages += sign
  delta.size += sign * size
  if ((mask & SEEN) === 0) delta.unseen += sign
  if ((mask & DELETED) !== 0) delta.deleted += sign
}

export const make = (db: Handle) => {
  const insert = db.prepare("INSERT INTO placement VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
  const remove = db.prepare("DELETE FROM placement WHERE mailbox = ? AND uid = ?")
  const setFlags = db.prepare("UPDATE placement SET flags = ?, keywords = ?, modseq = ? WHERE mailbox = ? AND uid = ?")
  const find = db.prepare("SELECT uid FROM placement WHERE message = ? AND mailbox = ?").pluck()
  const uids = db.prepare("SELECT uid FROM placement WHERE mailbox = ? ORDER BY uid").pluck()
  const firstUnseen = db.prepare(
    `SELECT uid FROM placement WHERE mailbox = ? AND flags & ${SEEN} = 0 ORDER BY uid LIMIT 1`
  ).pluck()
  const columns = `p.uid, p.message, m.size, p.flags, p.keywords, p.modseq, p.internal_date, p.save_date
    FROM placement p JOIN message m ON m.id = p.message`
  const range = db.prepare(`SELECT ${columns} WHERE p.mailbox = ? AND p.uid BETWEEN ? AND ? ORDER BY p.uid`)
  const rangeDeleted = db.prepare(
    `SELECT ${columns} WHERE p.mailbox = ? AND p.uid BETWEEN ? AND ? AND p.flags & ${DELETED} <> 0 ORDER BY p.uid`
  )
  const changed = db.prepare("SELECT uid FROM placement WHERE mailbox = ? AND modseq > ?").pluck()
  const vanish = db.prepare("INSERT INTO vanished VALUES (?, ?, ?, ?)")
  const vanished = db.prepare(
    "SELECT from_uid AS \"from\", to_uid AS \"to\" FROM vanished WHERE mailbox = ? AND modseq > ?"
  )

  return {
    insert: (
      mailbox: number,
      uid: number,
      message: number,
      flags: StoredFlags,
      modSeq: number,
      internalDate: number,
      saveDate: number
    ): void => {
      insert.run(mailbox, uid, message, flags.mask, flags.keywords, modSeq, internalDate, saveDate)
    },
    remove: (mailbox: number, uid: number): void => {
      remove.run(mailbox, uid)
    },
    setFlags: (mailbox: number, uid: number, flags: StoredFlags, modSeq: number): void => {
      setFlags.run(flags.mask, flags.keywords, modSeq, mailbox, uid)
    },
    find: (message: number, mailbox: number): number | undefined => find.get(message, mailbox) as number | undefined,
    uids: (mailbox: number): ReadonlyArray<number> => uids.all(mailbox) as Array<number>,
    firstUnseen: (mailbox: number): number | undefined => firstUnseen.get(mailbox) as number | undefined,
    select: (mailbox: number, set: UidSet, isDeletedOnly = false): ReadonlyArray<PlacementRow> => {
      const statement = isDeletedOnly ? rangeDeleted : range
      const rows: Array<PlacementRow> = []
      for (const { from, to } of set) {
        for (const row of statement.all(mailbox, from, to) as Array<PlacementRow>) rows.push(row)
      }
      return rows
    },
    changedSince: (mailbox: number, modSeq: number): ReadonlyArray<number> =>
      changed.all(mailbox, modSeq) as Array<number>,
    vanish: (mailbox: number, modSeq: number, set: UidSet): void => {
      for (const { from, to } of set) vanish.run(mailbox, modSeq, from, to)
    },
    vanishedSince: (mailbox: number, modSeq: number): UidSet =>
      vanished.all(mailbox, modSeq) as Array<{ from: number; to: number }>
  }
}
export type PlacementTable = ReturnType<typeof make>
