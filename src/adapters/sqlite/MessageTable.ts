/** Messages: stored once however many mailboxes hold them, with all that a FETCH needs computed beforehand. */
import { createHash, randomBytes } from "node:crypto"
import { bodyStructureText, envelopeText } from "../../domain/message/ImapText.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import { parse } from "../../domain/message/Parse.ts"
import { bodyText, fold, headerText, preview } from "../../domain/message/SearchText.ts"
import * as ContentTable from "./ContentTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** What is computed from the bytes; made outside the transaction, so that the disk waits for no parser. */
export interface PreparedMessage {
  readonly bytes: Uint8Array
  readonly structure: MessageStructure
  readonly structureJson: string
  readonly envelope: string
  readonly bodyStructure: string
  readonly preview: string
  readonly header: string
  readonly body: string
}

export const prepare = (bytes: Uint8Array): PreparedMessage => {
  const structure = parse(bytes)
  return {
    bytes,
    structure,
    structureJson: JSON.stringify(structure),
    envelope: envelopeText(structure.envelope),
    bodyStructure: bodyStructureText(structure.root, true),
    preview: preview(bytes, structure),
    header: fold(headerText(bytes, structure)),
    body: fold(bodyText(bytes, structure))
  }
}

/** 24 characters of `[A-Za-z0-9_-]`, led by a letter. */
export const newObjectId = (letter: string): string => letter + randomBytes(18).toString("base64url").slice(0, 23)

export interface KnownMessage {
  readonly id: number
  readonly size: number
}

/** Older references than these do not decide a thread. */
const MAX_THREAD_REFERENCES = 50

export const make = (db: Handle) => {
  const contents = ContentTable.make(db)
  const find = db.prepare("SELECT id, size FROM message WHERE email_id = ?")
  const insert = db.prepare(`INSERT INTO message
    (email_id, thread_id, size, header_size, sent_day, preview, envelope, body_structure, structure, contents, skeleton)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const insertText = db.prepare("INSERT INTO message_text VALUES (?, ?, ?)")
  const reference = db.prepare("UPDATE message SET refs = refs + ? WHERE id = ?")
  const orphan = db.prepare("SELECT contents FROM message WHERE id = ? AND refs <= 0")
  const remove = db.prepare("DELETE FROM message WHERE id = ?")
  const findThread = db.prepare("SELECT thread_id FROM thread WHERE message_id = ?").pluck()
  const insertThread = db.prepare("INSERT OR IGNORE INTO thread VALUES (?, ?)")

  /** The thread of the first known relative; else one named after the oldest, the same on every device. */
  const threadOf = (structure: MessageStructure, emailId: string): string => {
    const family = structure.references.slice(-MAX_THREAD_REFERENCES)
    if (structure.messageId !== undefined) family.push(structure.messageId)
    let thread: string | undefined
    for (const id of family) {
      thread = findThread.get(id) as string | undefined
      if (thread !== undefined) break
    }
    thread ??= `T${createHash("sha256").update(family[0] ?? emailId).digest("base64url").slice(0, 23)}`
    for (const id of family) insertThread.run(id, thread)
    return thread
  }

  return {
    contents,
    find: (emailId: string): KnownMessage | undefined => find.get(emailId) as KnownMessage | undefined,
    insert: (emailId: string, message: PreparedMessage): KnownMessage => {
      const { bytes, structure } = message
      const { pieces, skeleton } = contents.split(bytes, structure.root)
      const id = Number(
        insert.run(
          emailId,
          threadOf(structure, emailId),
          bytes.length,
          structure.root.bodyStart,
          structure.sentDay ?? null,
          message.preview,
          message.envelope,
          message.bodyStructure,
          message.structureJson,
          pieces.length === 0 ? null : JSON.stringify(pieces),
          skeleton
        ).lastInsertRowid
      )
      insertText.run(id, message.header, message.body)
      return { id, size: bytes.length }
    },
    addReference: (id: number): void => {
      reference.run(1, id)
    },
    /** The last placement takes the message with it. */
    dropReference: (id: number): void => {
      reference.run(-1, id)
      const row = orphan.get(id) as { readonly contents: string | null } | undefined
      if (row === undefined) return
      remove.run(id)
      if (row.contents !== null) contents.release(JSON.parse(row.contents) as ReadonlyArray<ContentTable.Piece>)
    }
  }
}
export type MessageTable = ReturnType<typeof make>
