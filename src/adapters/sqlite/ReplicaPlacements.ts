/** Where the placements that replication knows lie on this device. */
import { placementKey } from "../../domain/document/Document.ts"
import type { Handle } from "./SqliteDatabase.ts"

export interface PlacementKey {
  readonly mailbox: string
  readonly email: string
  readonly ordinal: number
}

export interface Place {
  /** Row of the mailbox and uid; null: nowhere, yet or any more. */
  readonly mailbox: number | null
  readonly uid: number | null
  readonly gone: 0 | 1
}

export interface Lying {
  readonly flags: number
  readonly keywords: string
  readonly internal_date: number
}

interface KeyRow {
  readonly mailbox_id: string
  readonly email_id: string
  readonly ordinal: number
}

const toKey = (row: KeyRow): PlacementKey => ({ mailbox: row.mailbox_id, email: row.email_id, ordinal: row.ordinal })

/** Of `placementKey`. */
export const parseKey = (key: string): PlacementKey => {
  const [mailbox = "", email = "", ordinal = ""] = key.split(" ")
  return { mailbox, email, ordinal: Number(ordinal) }
}

export const keyText = ({ email, mailbox, ordinal }: PlacementKey): string => placementKey(mailbox, email, ordinal)

export const make = (db: Handle) => {
  const where = "mailbox_id = ? AND email_id = ? AND ordinal = ?"
  const keys = "mailbox_id, email_id, ordinal"
  const find = db.prepare(`SELECT mailbox, uid, gone FROM replica_placement WHERE ${where}`)
  const put = db.prepare(`INSERT INTO replica_placement (${keys}, mailbox, uid, gone) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET mailbox = excluded.mailbox, uid = excluded.uid, gone = excluded.gone`)
  const lying = db.prepare("SELECT flags, keywords, internal_date FROM placement WHERE mailbox = ? AND uid = ?")
  const waitingForMessage = db.prepare(
    `SELECT ${keys} FROM replica_placement WHERE email_id = ? AND uid IS NULL AND gone = 0`
  )
  const waitingForMailbox = db.prepare(`SELECT ${keys} FROM replica_placement
    WHERE mailbox_id IN (SELECT ? UNION SELECT mailbox_id FROM replica_merged WHERE target = ?)
      AND uid IS NULL AND gone = 0`)
  const target = db.prepare("SELECT target FROM replica_merged WHERE mailbox_id = ?").pluck()
  const mergedInto = db.prepare("SELECT mailbox_id FROM replica_merged WHERE target = ?").pluck()
  const retarget = db.prepare("UPDATE replica_merged SET target = ? WHERE target = ?")
  const putTarget = db.prepare(
    "INSERT INTO replica_merged VALUES (?, ?) ON CONFLICT DO UPDATE SET target = excluded.target"
  )
  const lacking = db.prepare(`SELECT DISTINCT email_id FROM replica_placement p
    WHERE uid IS NULL AND gone = 0 AND email_id > ?
      AND NOT EXISTS (SELECT 1 FROM message m WHERE m.email_id = p.email_id)
      AND EXISTS (SELECT 1 FROM mailbox b WHERE b.object_id =
        coalesce((SELECT target FROM replica_merged r WHERE r.mailbox_id = p.mailbox_id), p.mailbox_id))
    ORDER BY email_id LIMIT ?`).pluck()

  return {
    find: ({ email, mailbox, ordinal }: PlacementKey): Place | undefined =>
      find.get(mailbox, email, ordinal) as Place | undefined,
    put: ({ email, mailbox, ordinal }: PlacementKey, place: Place): void => {
      put.run(mailbox, email, ordinal, place.mailbox, place.uid, place.gone)
    },
    lying: ({ mailbox, uid }: Place): Lying | undefined => lying.get(mailbox, uid) as Lying | undefined,
    waitingForMessage: (email: string): ReadonlyArray<PlacementKey> =>
      (waitingForMessage.all(email) as Array<KeyRow>).map(toKey),
    waitingForMailbox: (mailbox: string): ReadonlyArray<PlacementKey> =>
      (waitingForMailbox.all(mailbox, mailbox) as Array<KeyRow>).map(toKey),
    lacking: (after: string, limit: number): ReadonlyArray<string> => lacking.all(after, limit) as Array<string>,
    /** The mailbox that shows what lies in `mailbox`. */
    resolve: (mailbox: string): string => (target.get(mailbox) as string | undefined) ?? mailbox,
    mergedInto: (mailbox: string): ReadonlyArray<string> => mergedInto.all(mailbox) as Array<string>,
    merge: (mailbox: string, into: string): void => {
      const last = (target.get(into) as string | undefined) ?? into
      putTarget.run(mailbox, last)
      retarget.run(last, mailbox)
    }
  }
}
export type ReplicaPlacements = ReturnType<typeof make>
