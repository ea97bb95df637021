/** Mailbox documents as mailboxes: made, renamed, removed, and made one where two devices chose one name. */
import { changeMailbox } from "../../domain/document/Change.ts"
import type { MailboxDocument } from "../../domain/document/Document.ts"
import { mergeMailbox } from "../../domain/document/Merge.ts"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import * as Placements from "../../domain/mailbox/Placements.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MailboxChange } from "../../ports/MailStore.ts"
import type { MailboxStates } from "./MailboxStates.ts"
import type { MailboxRow, MailboxTable } from "./MailboxTable.ts"
import type { MailChanges } from "./MailChanges.ts"
import type { ReplicaCapture } from "./ReplicaCapture.ts"
import type { LyingKey, ReplicaPlacements } from "./ReplicaPlacements.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

export interface Sink {
  readonly now: number
  readonly changes: Array<MailboxChange>
}

export const make = (
  db: Handle,
  table: ReplicaTable,
  capture: ReplicaCapture,
  places: ReplicaPlacements,
  mailboxes: MailboxTable,
  states: MailboxStates,
  mail: MailChanges
) => {
  const byId = db.prepare("SELECT * FROM mailbox WHERE object_id = ?")
  const byRow = db.prepare("SELECT * FROM mailbox WHERE id = ?")
  const byName = db.prepare("SELECT * FROM mailbox WHERE name = ?")
  const setId = db.prepare("UPDATE mailbox SET object_id = ? WHERE id = ?")
  const setName = db.prepare("UPDATE mailbox SET name = ? WHERE id = ?")
  const set = db.prepare("UPDATE mailbox SET name = ?, special_use = ?, subscribed = ? WHERE id = ?")

  const rowOf = (id: string): MailboxRow | undefined => byId.get(id) as MailboxRow | undefined

  /** As a change made here, which the others get. */
  const keepChanged = (document: MailboxDocument): void => {
    const generation = table.get("mailbox", document.id)?.generation ?? 0
    table.put({ document, generation, revision: table.nextRevision() })
  }

  /** From one mailbox to another, as the same documents: each device does this for itself. */
  const relocate = (from: MailboxRow, into: MailboxRow, lying: ReadonlyArray<LyingKey>, sink: Sink): void => {
    const keys = new Map(lying.map(({ key, uid }) => [uid, key]))
    const moved = Placements.list(states.get(from).placements, UidSet.fromUids(keys.keys()))
    const placed = mail.place(into, moved, sink.now)
    const removed = mail.remove(from, UidSet.fromUids(keys.keys()))
    for (const [index, { uid }] of moved.entries()) {
      const key = keys.get(uid)
      const there = placed.value[index]
      if (key !== undefined && there !== undefined) places.put(key, { mailbox: into.id, uid: there, gone: 0 })
    }
    sink.changes.push(...placed.changes, ...removed.changes)
  }

  const absorb = (from: MailboxRow, into: MailboxRow, sink: Sink): void => {
    relocate(from, into, places.lyingIn(from.id), sink)
    mailboxes.remove(from)
  }

  const mergeChanged = (document: MailboxDocument, into: MailboxId): void => {
    const merged = mergeMailbox(document, { ...document, mergedInto: into })
    if (merged.mergedInto !== document.mergedInto) keepChanged(merged)
    places.merge(document.id, merged.mergedInto ?? into)
  }

  /** With what was just done to it here. */
  const documentOf = (id: string): MailboxDocument | undefined => {
    capture.one("mailbox", id)
    return table.get("mailbox", id)?.document
  }

  const write = (row: MailboxRow, { name, specialUse, subscribed }: MailboxDocument): void => {
    set.run(name.value, specialUse.value, subscribed.value ? 1 : 0, row.id)
  }

  const create = (document: MailboxDocument, sink: Sink): void => {
    mailboxes.insert(document.id, document.name.value, document.specialUse.value ?? undefined, sink.now)
    const row = rowOf(document.id)
    if (row !== undefined) write(row, document)
  }

  /** A mailbox of this name is here under another id: the lesser id stays. */
  const resolveClash = (document: MailboxDocument, other: MailboxRow, sink: Sink): void => {
    const theirs = documentOf(other.object_id)
    if (theirs === undefined || theirs.id < document.id) {
      mergeChanged(document, other.object_id as MailboxId)
      return
    }
    const row = rowOf(document.id)
    if (row === undefined) setId.run(document.id, other.id) // it stays what it is for mail clients, uids and all
    else absorb(other, row, sink)
    mergeChanged(theirs, document.id)
    write(row ?? other, document)
  }

  const show = (document: MailboxDocument, sink: Sink): void => {
    if (document.mergedInto !== null) return places.merge(document.id, document.mergedInto)
    const row = rowOf(document.id)
    if (!document.exists.value) {
      if (row === undefined) return
      // Mail came into it that the device which deleted it did not know: it stays.
      if (row.messages > 0) revive(document, sink)
      else mailboxes.remove(row)
      return
    }
    const other = byName.get(document.name.value) as MailboxRow | undefined
    if (other !== undefined && other.object_id !== document.id) resolveClash(document, other, sink)
    else if (row === undefined) create(document, sink)
    else write(row, document)
  }

  const revive = (document: MailboxDocument, sink: Sink): void => {
    const local = {
      name: document.name.value,
      specialUse: document.specialUse.value ?? undefined,
      subscribed: document.subscribed.value
    }
    const revived = changeMailbox(document, document.id, local, { at: sink.now, device: table.device })
    if (revived === undefined) return
    keepChanged(revived)
    show(revived, sink)
  }

  /** What was merged into `id` lies there; a deleted one comes back for mail that it did not know. */
  const gather = (id: string, sink: Sink): void => {
    for (const merged of places.mergedInto(id)) {
      const from = rowOf(merged)
      if (from !== undefined && rowOf(id) === undefined) {
        const target = documentOf(id)
        if (target === undefined || target.exists.value) continue
        if (from.messages > 0) revive(target, sink)
        else mailboxes.remove(from)
      }
      const [source, into] = [rowOf(merged), rowOf(id)]
      if (into === undefined) continue
      if (source !== undefined) absorb(source, into, sink)
      const astray = Map.groupBy(places.lyingAstray(merged, into.id), ({ mailbox }) => mailbox)
      for (const [row, lying] of astray) relocate(byRow.get(row) as MailboxRow, rowOf(id) ?? into, lying, sink)
    }
  }

  return {
    /** All that a pull brought, together: in it a name may have passed from one mailbox to another. */
    show: (documents: ReadonlyArray<MailboxDocument>, sink: Sink): void => {
      for (const { id, mergedInto, name } of documents) {
        const row = rowOf(id)
        // Out of the way of the others; no mailbox can be named like this.
        if (row !== undefined && (mergedInto !== null || row.name !== name.value)) setName.run(`${id}/`, row.id)
      }
      for (const document of documents) {
        show(document, sink)
        gather(places.resolve(document.id), sink)
      }
      if (documents.length > 0) sink.changes.push({ _tag: "Mailboxes" })
    },
    /** Where a placement in `mailbox` is to lie; undefined until its mailbox is known. A deleted one comes back for it. */
    forPlacement: (mailbox: string, sink: Sink): MailboxRow | undefined => {
      const id = places.resolve(mailbox)
      const row = rowOf(id)
      if (row !== undefined) return row
      const known = documentOf(id)
      if (known === undefined || known.exists.value) return undefined
      revive(known, sink)
      gather(places.resolve(id), sink)
      sink.changes.push({ _tag: "Mailboxes" })
      return rowOf(places.resolve(mailbox))
    }
  }
}
export type ReplicaMailboxes = ReturnType<typeof make>
