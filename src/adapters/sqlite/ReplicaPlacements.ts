/** Where the placements that replication knows lie on this device. */
import { placementKey } from "../../domain/document/Document.ts"
import type { After, LackingMessage } from "../../ports/ReplicaStore.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** `p`: placements in mailboxes of this device, those that became one with another among them. */
export const PLACEMENTS_HERE = `(SELECT object_id AS id FROM mailbox UNION ALL SELECT mailbox_id FROM replica_merged) b
  JOIN replica_placement p ON p.mailbox_id = b.id AND p.uid IS NOT NULL`

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

interface KeyRow {
  readonly mailbox_id: string
  readonly email_id: string
  readonly ordinal: number
}

interface LyingRow extends KeyRow {
  readonly mailbox: number
  readonly uid: number
}

interface LackingRow extends Omit<LackingMessage, "contents"> {
  readonly contents: string | null
}

interface MergedRow {
  readonly mailbox_id: string
  readonly into_id: string
}

export interface LyingKey {
  readonly key: PlacementKey
  readonly mailbox: number
  readonly uid: number
}

const toKey = (row: KeyRow): PlacementKey => ({ mailbox: row.mailbox_id, email: row.email_id, ordinal: row.ordinal })

const toLying = (row: LyingRow): LyingKey => ({ key: toKey(row), mailbox: row.mailbox, uid: row.uid })

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
  const at = db.prepare(`SELECT ${keys} FROM replica_placement WHERE mailbox = ? AND uid = ?`)
  const among = db.prepare(
    `SELECT ${keys}, mailbox, uid FROM replica_placement WHERE mailbox = ? AND uid BETWEEN ? AND ? LIMIT ?`
  )
  const nextOrdinal = db.prepare(
    "SELECT coalesce(max(ordinal) + 1, 0) FROM replica_placement WHERE mailbox_id = ? AND email_id = ?"
  ).pluck()
  const waitingForMessage = db.prepare(
    `SELECT ${keys} FROM replica_placement WHERE email_id = ? AND uid IS NULL AND gone = 0`
  )
  const waitingForMailbox = db.prepare(`SELECT ${keys} FROM replica_placement
    WHERE mailbox_id IN (SELECT ? UNION SELECT mailbox_id FROM replica_merged WHERE target = ?)
      AND uid IS NULL AND gone = 0`)
  const target = db.prepare("SELECT target FROM replica_merged WHERE mailbox_id = ?").pluck()
  const mergedInto = db.prepare("SELECT mailbox_id FROM replica_merged WHERE target = ?").pluck()
  const allMerged = db.prepare("SELECT mailbox_id, into_id FROM replica_merged")
  const putMerged = db.prepare(`INSERT INTO replica_merged (mailbox_id, into_id, target) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET into_id = excluded.into_id, target = excluded.target`)
  const lyingIn = db.prepare(`SELECT ${keys}, mailbox, uid FROM replica_placement WHERE mailbox = ?`)
  const lyingAstray = db.prepare(`SELECT ${keys}, mailbox, uid FROM replica_placement
    WHERE mailbox_id = ? AND mailbox <> ?`)
  const wait = db.prepare(`UPDATE replica_placement SET waits_since = ? WHERE ${where}`)
  const isLacking = `p.uid IS NULL AND p.gone = 0
    AND NOT EXISTS (SELECT 1 FROM message m WHERE m.email_id = p.email_id)
    AND EXISTS (SELECT 1 FROM mailbox b WHERE b.object_id =
      coalesce((SELECT target FROM replica_merged r WHERE r.mailbox_id = p.mailbox_id), p.mailbox_id))`
  // CROSS: from the index of those that wait, never from all messages.
  const lacking = db.prepare(`SELECT p.email_id AS email, p.waits_since AS at, d.state ->> '$.contents' AS contents
    FROM replica_placement p CROSS JOIN replica_document d ON d.kind = 'message' AND d.key = p.email_id
    WHERE ${isLacking} AND (p.waits_since, p.email_id) < (?, ?)
    ORDER BY p.waits_since DESC, p.email_id DESC LIMIT ?`)
  const lackingCount = db.prepare(`SELECT count(DISTINCT email_id) FROM replica_placement p WHERE ${isLacking}`).pluck()

  return {
    find: ({ email, mailbox, ordinal }: PlacementKey): Place | undefined =>
      find.get(mailbox, email, ordinal) as Place | undefined,
    put: ({ email, mailbox, ordinal }: PlacementKey, place: Place): void => {
      put.run(mailbox, email, ordinal, place.mailbox, place.uid, place.gone)
    },
    /** `since`: its internal date, in milliseconds. */
    wait: (key: PlacementKey, since: number): void => {
      put.run(key.mailbox, key.email, key.ordinal, null, null, 0)
      wait.run(since, key.mailbox, key.email, key.ordinal)
    },
    /** Of what lies there. */
    at: (mailbox: number, uid: number): PlacementKey | undefined => {
      const row = at.get(mailbox, uid) as KeyRow | undefined
      return row && toKey(row)
    },
    /** Some of those that lie there, `limit` at most. */
    among: (mailbox: number, from: number, to: number, limit: number): ReadonlyArray<LyingKey> =>
      (among.all(mailbox, from, to, limit) as Array<LyingRow>).map(toLying),
    /** By a number that no earlier placement of the message in that mailbox had. */
    newKey: (mailbox: string, email: string): PlacementKey => ({
      mailbox,
      email,
      ordinal: nextOrdinal.get(mailbox, email) as number
    }),
    waitingForMessage: (email: string): ReadonlyArray<PlacementKey> =>
      (waitingForMessage.all(email) as Array<KeyRow>).map(toKey),
    waitingForMailbox: (mailbox: string): ReadonlyArray<PlacementKey> =>
      (waitingForMailbox.all(mailbox, mailbox) as Array<KeyRow>).map(toKey),
    lacking: (last: After<LackingMessage> | undefined, limit: number): ReadonlyArray<LackingMessage> =>
      (lacking.all(last?.at ?? Number.MAX_SAFE_INTEGER, last?.email ?? "", limit) as Array<LackingRow>)
        .map(({ at, contents, email }) => ({
          at,
          email,
          contents: contents === null ? undefined : JSON.parse(contents)
        })),
    lackingCount: (): number => lackingCount.get() as number,
    /** The mailbox that shows what lies in `mailbox`. */
    resolve: (mailbox: string): string => (target.get(mailbox) as string | undefined) ?? mailbox,
    mergedInto: (mailbox: string): ReadonlyArray<string> => mergedInto.all(mailbox) as Array<string>,
    merge: (mailbox: string, into: string): void => {
      putMerged.run(mailbox, into, into)
      const chain = new Map((allMerged.all() as Array<MergedRow>).map((row) => [row.mailbox_id, row.into_id]))
      for (const [id, first] of chain) {
        let last = first
        for (let next = chain.get(last); next !== undefined; next = chain.get(last)) last = next
        putMerged.run(id, first, last)
      }
    },
    /** All in the mailbox of this row. */
    lyingIn: (mailbox: number): ReadonlyArray<LyingKey> => (lyingIn.all(mailbox) as Array<LyingRow>).map(toLying),
    /** Those of `mailbox` that lie in another row than `row`. */
    lyingAstray: (mailbox: string, row: number): ReadonlyArray<LyingKey> =>
      (lyingAstray.all(mailbox, row) as Array<LyingRow>).map(toLying)
  }
}
export type ReplicaPlacements = ReturnType<typeof make>
