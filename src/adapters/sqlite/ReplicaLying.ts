/** Placements as they lie here, captured as changes of their documents: what changed after the last time, by modseq. */
import { changePlacement, type LocalPlacement } from "../../domain/document/Change.ts"
import type { PlacementDocument } from "../../domain/document/Document.ts"
import type { Placement } from "../../domain/mailbox/Chunk.ts"
import { EmailId, MailboxId } from "../../domain/mailbox/Mailbox.ts"
import * as Placements from "../../domain/mailbox/Placements.ts"
import type { MailboxStates } from "./MailboxStates.ts"
import type { MailboxRow } from "./MailboxTable.ts"
import { keyText, type PlacementKey, type ReplicaPlacements } from "./ReplicaPlacements.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Above every uid. */
const END = 2 ** 32

interface Captured {
  readonly done: number
  readonly part_modseq: number
  readonly part_uid: number
}

type BehindRow = MailboxRow & { readonly [K in keyof Captured]: Captured[K] | null }

export const make = (db: Handle, table: ReplicaTable, places: ReplicaPlacements, states: MailboxStates) => {
  const behind = db.prepare(`SELECT b.*, c.done, c.part_modseq, c.part_uid FROM mailbox b
    LEFT JOIN replica_captured c ON c.mailbox = b.id WHERE b.modseq > coalesce(c.done, 0) LIMIT 1`)
  const put = db.prepare(`INSERT INTO replica_captured VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET done = excluded.done, part_modseq = excluded.part_modseq, part_uid = excluded.part_uid`)
  const moment = db.prepare("SELECT at FROM replica_moment WHERE mailbox = ? AND modseq = ?").pluck()
  const forgetMoments = db.prepare("DELETE FROM replica_moment WHERE mailbox = ? AND modseq <= ?")
  const vanished = db.prepare("SELECT from_uid, to_uid FROM vanished WHERE mailbox = ? AND modseq > ?")
  const left = db.prepare("SELECT mailbox FROM replica_left LIMIT 1").pluck()
  const forgetLeft = db.prepare("DELETE FROM replica_left WHERE mailbox = ?")
  const emailOf = db.prepare("SELECT email_id FROM message WHERE id = ?").pluck()

  /** `at` in milliseconds. */
  const keep = (key: PlacementKey, local: LocalPlacement | undefined, at: number): void => {
    const kept = table.get("placement", keyText(key))
    const document: PlacementDocument | undefined = changePlacement(
      kept?.document,
      { mailbox: MailboxId.make(key.mailbox), email: EmailId.make(key.email), ordinal: key.ordinal },
      local,
      { at, device: table.device }
    )
    if (document === undefined || document === kept?.document) return
    table.put({ document, generation: kept?.generation ?? 0, revision: table.nextRevision() })
  }

  /** Those that went from there; a placement that was never captured leaves nothing behind. */
  const captureGone = (mailbox: number, from: number, to: number, limit: number): number => {
    const gone = places.among(mailbox, from, to, limit)
    for (const { key } of gone) {
      places.put(key, { mailbox: null, uid: null, gone: 1 })
      keep(key, undefined, 0)
    }
    return gone.length
  }

  const captureLying = (row: MailboxRow, { flags, internalDate, message, modSeq, uid }: Placement): void => {
    let key = places.at(row.id, uid)
    if (key === undefined) {
      key = places.newKey(row.object_id, emailOf.get(message) as string)
      places.put(key, { mailbox: row.id, uid, gone: 0 })
    }
    keep(key, { flags, internalDate }, (moment.get(row.id, modSeq) as number | undefined) ?? 0)
  }

  const captureVanished = (row: MailboxRow, done: number, limit: number): number => {
    let count = 0
    for (const range of vanished.all(row.id, done) as Array<{ from_uid: number; to_uid: number }>) {
      count += captureGone(row.id, range.from_uid, range.to_uid, limit - count)
      if (count >= limit) break
    }
    return count
  }

  const captureMailbox = (row: MailboxRow, { done, part_modseq, part_uid }: Captured, limit: number): number => {
    const gone = captureVanished(row, done, limit)
    if (gone >= limit) return gone
    const { modSeq, placements } = states.get(row)
    const isAfter = (one: Placement) => one.modSeq > part_modseq || (one.modSeq === part_modseq && one.uid > part_uid)
    const changed = Placements.changedSince(placements, done).filter(isAfter)
      .sort((a, b) => a.modSeq - b.modSeq || a.uid - b.uid)
    const taken = changed.slice(0, limit - gone)
    for (const one of taken) captureLying(row, one)
    const last = taken.at(-1)
    if (last !== undefined && taken.length < changed.length) put.run(row.id, done, last.modSeq, last.uid)
    else {
      put.run(row.id, modSeq, modSeq, END)
      forgetMoments.run(row.id, modSeq)
    }
    // One at least: the mailbox itself was looked at.
    return gone + taken.length + 1
  }

  return {
    /** What came and went before it was captured must not come back from elsewhere. */
    noteRemoval: (row: MailboxRow, removed: ReadonlyArray<Placement>): void => {
      for (const { message, uid } of removed) {
        if (places.at(row.id, uid) !== undefined) continue
        places.put(places.newKey(row.object_id, emailOf.get(message) as string), { mailbox: null, uid: null, gone: 1 })
      }
    },
    /** Within a write. Captures about `limit` changes at most; answers how many it looked at, 0 when there are none. */
    capture: (limit: number): number => {
      const gone = left.get() as number | undefined
      if (gone !== undefined) {
        const count = captureGone(gone, 1, END, limit)
        if (count < limit) forgetLeft.run(gone)
        return count + 1
      }
      const row = behind.get() as BehindRow | undefined
      if (row === undefined) return 0
      const captured = { done: row.done ?? 0, part_modseq: row.part_modseq ?? 0, part_uid: row.part_uid ?? END }
      return captureMailbox(row, captured, limit)
    }
  }
}
export type ReplicaLying = ReturnType<typeof make>
