/** Mailbox documents as mailboxes: made, renamed, removed, and made one where two devices chose one name. */
import { Result } from "effect"
import { changeMailbox } from "../../domain/document/Change.ts"
import type { MailboxDocument } from "../../domain/document/Document.ts"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MailboxChange } from "../../ports/MailStore.ts"
import type { MailboxRow, MailboxTable } from "./MailboxTable.ts"
import type { MailChanges } from "./MailChanges.ts"
import type { ReplicaCapture } from "./ReplicaCapture.ts"
import type { ReplicaPlacements } from "./ReplicaPlacements.ts"
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
  mail: MailChanges
) => {
  const byId = db.prepare("SELECT * FROM mailbox WHERE object_id = ?")
  const byName = db.prepare("SELECT * FROM mailbox WHERE name = ?")
  const setId = db.prepare("UPDATE mailbox SET object_id = ? WHERE id = ?")
  const set = db.prepare("UPDATE mailbox SET name = ?, special_use = ?, subscribed = ? WHERE id = ?")

  const rowOf = (id: string): MailboxRow | undefined => byId.get(id) as MailboxRow | undefined

  /** As a change made here, which the others get. */
  const keepChanged = (document: MailboxDocument): void => {
    const generation = table.get("mailbox", document.id)?.generation ?? 0
    table.put({ document, generation, revision: table.nextRevision() })
  }

  /** All that lies in one goes to the other, as if the person had moved it. */
  const absorb = (from: MailboxRow, into: MailboxRow, sink: Sink): void => {
    const moved = mail.move(from.object_id as MailboxId, UidSet.all, into.object_id as MailboxId, sink.now)
    if (Result.isSuccess(moved)) sink.changes.push(...moved.success.changes)
    mailboxes.remove(from)
  }

  const merge = (document: MailboxDocument, into: MailboxId, sink: Sink): void => {
    places.merge(document.id, into)
    const row = rowOf(document.id)
    const target = rowOf(places.resolve(into))
    if (row !== undefined && target !== undefined) absorb(row, target, sink)
  }

  const mergeChanged = (document: MailboxDocument, into: MailboxId, sink: Sink): void => {
    if (document.mergedInto !== into) keepChanged({ ...document, mergedInto: into })
    merge(document, into, sink)
  }

  /** The document of a mailbox that is here. */
  const documentOf = (row: MailboxRow): MailboxDocument | undefined => {
    capture.one("mailbox", row.object_id)
    return table.get("mailbox", row.object_id)?.document
  }

  const write = (row: MailboxRow, { name, specialUse, subscribed }: MailboxDocument): void => {
    set.run(name.value, specialUse.value, subscribed.value ? 1 : 0, row.id)
  }

  const create = (document: MailboxDocument, sink: Sink): void => {
    mailboxes.insert(document.id, document.name.value, document.specialUse.value ?? undefined, sink.now)
    const row = rowOf(document.id)
    if (row === undefined) return
    write(row, document)
    for (const id of places.mergedInto(document.id)) {
      const merged = rowOf(id)
      if (merged !== undefined) absorb(merged, row, sink)
    }
  }

  /** A mailbox of this name is here under another id: the lesser id stays. */
  const resolveClash = (document: MailboxDocument, other: MailboxRow, sink: Sink): void => {
    const theirs = documentOf(other)
    if (theirs === undefined || theirs.id < document.id) {
      mergeChanged(document, other.object_id as MailboxId, sink)
      return
    }
    const row = rowOf(document.id)
    if (row === undefined) setId.run(document.id, other.id) // it stays what it is for mail clients, uids and all
    else absorb(other, row, sink)
    mergeChanged(theirs, document.id, sink)
    write(row ?? other, document)
  }

  const show = (document: MailboxDocument, sink: Sink): void => {
    if (document.mergedInto !== null) return merge(document, document.mergedInto, sink)
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

  return {
    show: (document: MailboxDocument, sink: Sink): void => {
      show(document, sink)
      sink.changes.push({ _tag: "Mailboxes" })
    },
    /** Where a placement in `mailbox` is to lie; undefined until its mailbox is known. A deleted one comes back for it. */
    forPlacement: (mailbox: string, sink: Sink): MailboxRow | undefined => {
      const id = places.resolve(mailbox)
      const row = rowOf(id)
      if (row !== undefined) return row
      const known = table.get("mailbox", id)?.document
      if (known === undefined || known.exists.value) return undefined
      revive(known, sink)
      sink.changes.push({ _tag: "Mailboxes" })
      return rowOf(places.resolve(mailbox))
    }
  }
}
export type ReplicaMailboxes = ReturnType<typeof make>
