/** Messages: stored once however many mailboxes hold them, with all that a FETCH needs computed beforehand. */
import { createHash, randomBytes } from "node:crypto"
import { type SortKeys, sortKeys } from "../../domain/mailbox/SortKey.ts"
import * as Steps from "../../domain/mailbox/Steps.ts"
import { threadReferences } from "../../domain/mailbox/Thread.ts"
import { bodyStructureText, envelopeText } from "../../domain/message/ImapText.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import { parsing } from "../../domain/message/Parse.ts"
import { preview } from "../../domain/message/SearchText.ts"
import type { NewMessage, Protection } from "../../ports/MailStore.ts"
import * as ContentTable from "./ContentTable.ts"
import * as MessageNumbers from "./MessageNumbers.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Characters, above which it is worth a turn of others. */
const LARGE_STRUCTURE = 100_000

/**
 * What is computed from the bytes, but for the texts that SEARCH reads (`SearchTexts`); made outside the transaction, so that
 * the disk waits for no parser.
 */
export interface PreparedMessage {
  readonly bytes: Uint8Array
  readonly structure: MessageStructure
  readonly structureJson: string
  readonly envelope: string
  readonly bodyStructure: string
  readonly preview: string
  readonly keys: SortKeys
  readonly protection: Protection | undefined
  /** Of a large one, what is on disk already (`MailArrival`), and its octets' digest. */
  readonly staged?: ContentTable.StagedContents
  readonly digest?: Buffer
}

/** In steps: a hostile message takes its time. */
export function* preparing(
  { bytes, protection }: Pick<NewMessage, "bytes" | "protection">
): Steps.Steps<PreparedMessage> {
  const structure = yield* parsing(bytes)
  const structureJson = JSON.stringify(structure)
  const isLarge = structureJson.length > LARGE_STRUCTURE
  if (isLarge) yield
  const envelope = envelopeText(structure.envelope)
  const bodyStructure = bodyStructureText(structure.root, true)
  if (isLarge) yield
  const keys = sortKeys(structure)
  return {
    bytes,
    structure,
    structureJson,
    envelope,
    bodyStructure,
    preview: preview(bytes, structure),
    keys,
    protection
  }
}

export const prepare = (message: Pick<NewMessage, "bytes" | "protection">): PreparedMessage =>
  Steps.run(preparing(message))

/** Asking for random octets costs more than making them. */
const POOL = 4096
let pool = Buffer.alloc(0)

const random = (octets: number): string => {
  if (pool.length < octets) pool = randomBytes(POOL)
  const text = pool.toString("base64url", 0, octets)
  pool = pool.subarray(octets)
  return text
}

/** 24 characters of `[A-Za-z0-9_-]`, led by a letter. */
export const newObjectId = (letter: string): string => letter + random(18).slice(0, 23)

/** Of milliseconds, until the year 2059. */
const TIME_DIGITS = 8

/**
 * The same, of a message. Later ones sort behind earlier ones: so they stand together in an index, and a hundred new
 * messages change a page of it and not a hundred.
 */
export const newEmailId = (now: number): string =>
  `E${Math.trunc(now).toString(36).padStart(TIME_DIGITS, "0").slice(-TIME_DIGITS)}${random(11)}`

export interface KnownMessage {
  readonly id: number
  readonly size: number
}

/** Of a row that waits to be counted: what is left of it is written anew after each step. */
const COUNTED = 1000

/** Rows of message numbers, as octets. */
const rowsOf = (ids: ReadonlyArray<number>): ReadonlyArray<Uint8Array> =>
  Array.from(
    { length: Math.ceil(ids.length / COUNTED) },
    (_, row) => new Uint8Array(Uint32Array.from(ids.slice(row * COUNTED, (row + 1) * COUNTED)).buffer)
  )

/** Older references than these do not decide a thread. */
const MAX_THREAD_REFERENCES = 50

export const make = (db: Handle) => {
  const contents = ContentTable.make(db)
  const find = db.prepare("SELECT id, size FROM message WHERE email_id = ?")
  const insert = db.prepare(`INSERT INTO message
    (id, email_id, thread_id, refs, size, header_size, sent_day, envelope, body_structure, preview)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const numbers = MessageNumbers.make(db)
  const insertData = db.prepare("INSERT INTO message_data VALUES (?, ?, ?, ?, ?)")
  const insertKeys = db.prepare("INSERT INTO sort_key VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const insertProtection = db.prepare("INSERT INTO protection VALUES (?, ?, ?)")
  const read = db.prepare("SELECT contents, skeleton FROM message_data WHERE message = ?")
  const reference = db.prepare("UPDATE message SET refs = refs + 1 WHERE id = ?")
  const later = db.prepare("INSERT INTO released (messages, gained) VALUES (?, ?)")
  const findThread = db.prepare("SELECT thread_id FROM thread WHERE message_id = ?").pluck()
  const insertThread = db.prepare("INSERT OR IGNORE INTO thread VALUES (?, ?)")

  /** The thread of the first known relative; else one named after the oldest, the same on every device. */
  const threadOf = (structure: MessageStructure, emailId: string): string => {
    const family = structure.references.slice(-MAX_THREAD_REFERENCES)
    if (structure.messageId !== undefined) family.push(structure.messageId)
    let thread: string | undefined
    let known: string | undefined
    for (const id of family) {
      thread = findThread.get(id) as string | undefined
      known = id
      if (thread !== undefined) break
    }
    const isKnown = thread !== undefined
    thread ??= `T${createHash("sha256").update(family[0] ?? emailId).digest("base64url").slice(0, 23)}`
    for (const id of family) if (!isKnown || id !== known) insertThread.run(id, thread)
    return thread
  }

  const putKeys = (id: number, keys: SortKeys, structure: MessageStructure): void => {
    const references = threadReferences(structure)
    insertKeys.run(
      id,
      keys.sentAt ?? null,
      keys.subject,
      keys.isReply ? 1 : 0,
      keys.from,
      keys.to,
      keys.cc,
      keys.displayFrom,
      keys.displayTo,
      structure.messageId ?? null,
      references.length === 0 ? null : references.join(" ")
    )
  }

  return {
    contents,
    find: (emailId: string): KnownMessage | undefined => find.get(emailId) as KnownMessage | undefined,
    /** `references`: those that the caller makes. `holes`: contents that are known by number only. */
    insert: (
      emailId: string,
      message: PreparedMessage,
      references: number,
      holes: ReadonlyArray<ContentTable.Piece> = []
    ): KnownMessage => {
      const { bytes, structure } = message
      const { pieces, skeleton } = contents.split(bytes, structure.root, holes, message.staged)
      const id = numbers.next()
      insert.run(
        id,
        emailId,
        threadOf(structure, emailId),
        references,
        bytes.length,
        structure.root.bodyStart,
        structure.sentDay ?? null,
        message.envelope,
        message.bodyStructure,
        message.preview
      )
      insertData.run(
        id,
        message.structureJson,
        ContentTable.encodePieces(pieces),
        skeleton,
        holes.length === 0 ? message.digest ?? contents.digest(bytes) : null
      )
      putKeys(id, message.keys, structure)
      const { protection } = message
      if (protection !== undefined) {
        insertProtection.run(id, JSON.stringify(protection.verdict), protection.original ?? null)
      }
      return { id, size: bytes.length }
    },
    /** Where the contents of a message stand in it. */
    pieces: (id: number): ReadonlyArray<ContentTable.Piece> => {
      const row = read.get(id) as { readonly contents: string | null } | undefined
      return row === undefined ? [] : ContentTable.decodePieces(row.contents)
    },
    /** The octets of a message; undefined where it is gone. Throws `ContentsElsewhere`. */
    read: (id: number): Uint8Array | undefined => {
      const row = read.get(id) as { readonly contents: string | null; readonly skeleton: Uint8Array } | undefined
      return row && contents.join({ pieces: ContentTable.decodePieces(row.contents), skeleton: row.skeleton })
    },
    addReference: (id: number): void => {
      reference.run(id)
    },
    /**
     * More for messages that have one already. Counted later (`Sweeper`), before any of them that is given up from here
     * on: a thousand messages are copied as fast as one.
     */
    addReferences: (ids: ReadonlyArray<number>): void => {
      for (const row of rowsOf(ids)) later.run(row, 1)
    },
    /** Counted later, too. */
    release: (ids: ReadonlyArray<number>): void => {
      for (const row of rowsOf(ids)) later.run(row, 0)
    }
  }
}
export type MessageTable = ReturnType<typeof make>
