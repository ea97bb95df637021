/** Documents of other devices, merged with what is here and shown as mail and keys. Each function runs in a transaction. */
import { Equal, Result } from "effect"
import { changeMessage } from "../../domain/document/Change.ts"
import {
  type Document,
  type MailboxDocument,
  naturalKey,
  type PlacementDocument,
  type UnknownDocument
} from "../../domain/document/Document.ts"
import * as FlagSet from "../../domain/document/FlagSet.ts"
import { merge } from "../../domain/document/Merge.ts"
import { type HistoryDiffers, isRolledBack, type RemoteDocument, RolledBack } from "../../domain/document/Rollback.ts"
import type { NewPlacement } from "../../domain/mailbox/MailboxState.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MailboxChange } from "../../ports/MailStore.ts"
import type { LackingMessage } from "../../ports/ReplicaStore.ts"
import type { MailboxRow } from "./MailboxTable.ts"
import type { MailChanges } from "./MailChanges.ts"
import type { MessageTable, PreparedMessage } from "./MessageTable.ts"
import type { ReplicaCapture } from "./ReplicaCapture.ts"
import type { ReplicaContents } from "./ReplicaContents.ts"
import type { ReplicaKeys } from "./ReplicaKeys.ts"
import type { ReplicaMailboxes, Sink } from "./ReplicaMailboxes.ts"
import type { ReplicaOriginals } from "./ReplicaOriginals.ts"
import type { ReplicaPassedOver } from "./ReplicaPassedOver.ts"
import { keyText, type PlacementKey, type ReplicaPlacements } from "./ReplicaPlacements.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { ReplicaWitness } from "./ReplicaWitness.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** A message that has come. */
export interface Supplied {
  readonly lacking: LackingMessage
  readonly prepared: PreparedMessage
}

/** At a time. */
const CAPTURE = 1000

export interface Parts {
  readonly table: ReplicaTable
  readonly capture: ReplicaCapture
  readonly keys: ReplicaKeys
  readonly places: ReplicaPlacements
  readonly mailboxes: ReplicaMailboxes
  readonly contents: ReplicaContents
  readonly originals: ReplicaOriginals
  readonly witness: ReplicaWitness
  readonly passedOver: ReplicaPassedOver
  readonly messages: MessageTable
  readonly mail: MailChanges
}

export const make = (db: Handle, parts: Parts) => {
  const { capture, contents, keys, mail, mailboxes, messages, originals, passedOver, places, table, witness } = parts
  const mailboxRow = db.prepare("SELECT * FROM mailbox WHERE id = ?")
  const references = db.prepare("SELECT refs FROM message WHERE email_id = ?").pluck()

  const one = (uid: number): UidSet.UidSet => UidSet.fromUids([uid])

  /** Puts placements that wait where they belong, if their mailbox and their message are here: one change a mailbox. */
  const tryPlace = (keys: ReadonlyArray<PlacementKey>, sink: Sink): void => {
    const byMailbox = new Map<string, Array<readonly [PlacementKey, NewPlacement]>>()
    for (const key of keys) {
      const document = table.get("placement", keyText(key))?.document
      const message = messages.find(key.email)
      if (document === undefined || message === undefined) continue
      const { internalDate } = document
      const one = { message: message.id, size: message.size, internalDate, flags: FlagSet.toFlags(document.flags) }
      const there = byMailbox.get(key.mailbox)
      if (there === undefined) byMailbox.set(key.mailbox, [[key, one]])
      else there.push([key, one])
    }
    for (const [mailbox, news] of byMailbox) {
      const row = mailboxes.forPlacement(mailbox, sink)
      if (row === undefined) continue
      const { changes, value } = mail.place(row, news.map(([, one]) => one), sink.now)
      for (const [index, uid] of value.entries()) {
        const key = news[index]?.[0]
        if (key !== undefined) places.put(key, { mailbox: row.id, uid, gone: 0 })
      }
      sink.changes.push(...changes)
    }
  }

  const showFlags = (row: MailboxRow, uid: number, document: PlacementDocument, sink: Sink): void => {
    sink.changes.push(...mail.flag(row, one(uid), "replace", FlagSet.toFlags(document.flags)).changes)
  }

  const showPlacement = (document: PlacementDocument, sink: Sink): void => {
    const place = places.find(document)
    const row = place?.mailbox == null ? undefined : mailboxRow.get(place.mailbox) as MailboxRow | undefined
    if (place?.uid == null || row === undefined) {
      if (document.deleted) return places.put(document, { mailbox: null, uid: null, gone: 1 })
      places.wait(document, document.internalDate)
      tryPlace([document], sink)
    } else if (document.deleted) {
      sink.changes.push(...mail.remove(row, one(place.uid)).changes)
      places.put(document, { mailbox: null, uid: null, gone: 1 })
    } else showFlags(row, place.uid, document, sink)
  }

  const show = (document: Document, sink: Sink): void => {
    switch (document._tag) {
      case "placement":
        showPlacement(document, sink)
        break
      case "binding":
        keys.putBinding(document)
        break
      case "candidate":
        keys.putCandidate(document)
        break
      case "wish":
        keys.putWish(document)
        break
      case "ownKeys":
        keys.putOwnKeys(document)
        break
      case "mailbox": // shown together
      case "witness": // compared when the pull is over
        break
      case "message": // seen where its placements are
        contents.note(document)
        originals.note(document)
        break
    }
  }

  /** What this device knows better than the merge rules do; the others get it as a change. */
  const insist = (document: Document, now: number): Document => {
    const moment = { at: now, device: table.device }
    if (document._tag === "message" && !document.exists.value) {
      const kept = references.get(document.email) as number | undefined
      return (kept !== undefined && changeMessage(document, document.email, document.size, moment)) || document
    }
    // Come and gone here before it ever was a document.
    if (document._tag === "placement" && !document.deleted && places.find(document)?.gone === 1) {
      return { ...document, flags: FlagSet.empty, deleted: true }
    }
    return document
  }

  const ifNewer = (remembered: number, remote: RemoteDocument): Result.Result<void, RolledBack> =>
    isRolledBack(remembered, remote)
      ? Result.fail(new RolledBack({ document: remote.id, remembered, shown: remote.generation }))
      : Result.void

  const passOver = (remote: RemoteDocument<UnknownDocument>): Result.Result<void, RolledBack> =>
    Result.map(ifNewer(passedOver.generationOf(remote.id), remote), () => passedOver.keep(remote))

  /** Answers the document where it became another. */
  const mergeOne = (remote: RemoteDocument<Document>, now: number): Result.Result<Document | undefined, RolledBack> => {
    const kind = remote.document._tag
    const key = naturalKey(remote.document)
    if (kind !== "placement" && kind !== "witness") capture.one(kind, key)
    const kept = table.get(kind, key)
    const passed = passedOver.generationOf(remote.id)
    const newer = ifNewer(Math.max(kept?.generation ?? 0, passed), remote)
    if (Result.isFailure(newer)) return Result.fail(newer.failure)
    if (passed > 0) passedOver.forget(remote.id)
    const merged = kept === undefined ? remote.document : merge(kept.document, remote.document)
    const document = insist(merged, now)
    const isPushed = Equal.equals(document, remote.document)
    table.put({
      document,
      generation: remote.generation,
      mark: remote.mark,
      revision: isPushed ? undefined : kept?.revision ?? table.nextRevision()
    })
    return Result.succeed(Equal.equals(kept?.document, document) ? undefined : document)
  }

  const showMailboxes = (documents: ReadonlyArray<MailboxDocument>, sink: Sink): void => {
    mailboxes.show(documents, sink)
    for (const { id } of documents) {
      tryPlace(places.waitingForMailbox(places.resolve(id)), sink)
      capture.one("mailbox", id)
    }
  }

  return {
    apply: (
      documents: ReadonlyArray<RemoteDocument>,
      cursor: number,
      isLast: boolean,
      now: number
    ): Result.Result<ReadonlyArray<MailboxChange>, RolledBack | HistoryDiffers> =>
      Result.gen(function*() {
        const sink: Sink = { now, changes: [] }
        // What is here comes first: a placement of a remote document may lie here already.
        while (capture.oldest(CAPTURE) > 0);
        for (const { document: remote, ...at } of documents) {
          if (remote._tag === "unknown") {
            yield* passOver({ ...at, document: remote })
            continue
          }
          if (remote._tag === "mailbox") {
            table.hold({ ...at, document: remote })
            continue
          }
          const document = yield* mergeOne({ ...at, document: remote }, now)
          if (document === undefined) continue
          show(document, sink)
          if (document._tag !== "placement" && document._tag !== "witness") {
            capture.one(document._tag, naturalKey(document))
          }
        }
        const shown: Array<MailboxDocument> = []
        for (const remote of isLast ? table.takeHeld() : []) {
          const document = yield* mergeOne(remote, now)
          if (document?._tag === "mailbox") shown.push(document)
        }
        showMailboxes(shown, sink)
        table.setCursor(cursor)
        if (isLast) yield* witness.compare()
        return sink.changes
      }),
    supply: (news: ReadonlyArray<Supplied>, now: number): ReadonlyArray<MailboxChange> => {
      const sink: Sink = { now, changes: [] }
      const keys: Array<PlacementKey> = []
      // One that waits in two mailboxes may have come twice.
      const byEmail = new Map(news.map((one) => [one.lacking.email, one]))
      for (const [email, { lacking, prepared }] of byEmail) {
        const waiting = places.waitingForMessage(email)
          .filter(({ mailbox }) => mailboxes.forPlacement(mailbox, sink) !== undefined)
        if (waiting.length === 0) continue
        if (messages.find(email) === undefined) messages.insert(email, prepared, 0, contents.holes(lacking))
        const document = table.get("message", email)?.document
        if (document !== undefined) originals.note(document)
        keys.push(...waiting)
      }
      tryPlace(keys, sink)
      for (const { email } of keys) capture.one("message", email)
      return sink.changes
    }
  }
}
