/** Walks a whole mail database as of one moment and says what is wrong with what. For a thread of its own. */
import type { Chunk } from "../../domain/mailbox/Chunk.ts"
import type { EmailId, MailboxName } from "../../domain/mailbox/Mailbox.ts"
import { decodeUnsafe } from "../../domain/mailbox/PlacementColumns.ts"
import * as Steps from "../../domain/mailbox/Steps.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import { foldingTexts } from "../../domain/message/SearchText.ts"
import type { Finding, Place } from "../../ports/Maintenance.ts"
import * as ContentTable from "./ContentTable.ts"
import { STRIDE } from "./MailboxStates.ts"
import * as MailboxTable from "./MailboxTable.ts"
import * as MessageTable from "./MessageTable.ts"
import * as SearchTexts from "./SearchTexts.ts"
import type { Handle } from "./SqliteDatabase.ts"
import { sqliteError } from "./SqliteError.ts"
import { openUnsafe, type SqliteOptions } from "./SqliteFile.ts"

/** Messages between two words of how far it is. */
const PROGRESS = 1000

const reasonOf = (cause: unknown): string => sqliteError("be read")(cause).reason

const file = (reason: string): Finding => ({ _tag: "FileDamaged", reason })

/** A page that cannot be read spoils the transaction that met it; only a damaged store is not walked as of one moment. */
const begin = (db: Handle): void => {
  if (db.inTransaction) db.exec("ROLLBACK")
  db.exec("BEGIN")
}

/** What cannot even be begun is damage too: the rest is still walked. */
function* guarded(db: Handle, walk: () => Generator<Finding>): Generator<Finding> {
  try {
    yield* walk()
  } catch (cause) {
    begin(db)
    yield file(reasonOf(cause))
  }
}

/** What SQLite itself finds: pages, trees, indexes, references between tables. */
function* findInFile(db: Handle): Generator<Finding> {
  for (const row of db.pragma("integrity_check(100)") as Array<{ readonly integrity_check: string }>) {
    if (row.integrity_check !== "ok") yield file(row.integrity_check)
  }
  for (const row of db.pragma("foreign_key_check") as Array<{ readonly table: string; readonly parent: string }>) {
    yield file(`A row of ${row.table} refers to one of ${row.parent} that is not there`)
  }
}

interface Found {
  readonly size: number
  readonly place: Place
}

/** By message number. */
type Placed = Map<number, Array<Found>>

const note = (placed: Placed, mailbox: MailboxName, chunk: Chunk): void => {
  for (const [at, message] of chunk.messages.entries()) {
    const found = { size: chunk.sizes[at] as number, place: { mailbox, uid: chunk.uids[at] as Uid } }
    const before = placed.get(message)
    if (before === undefined) placed.set(message, [found])
    else before.push(found)
  }
}

function* findInMailbox(db: Handle, row: MailboxTable.MailboxRow, placed: Placed): Generator<Finding> {
  const mailbox = row.name as MailboxName
  const damaged = (reason: string): Finding => ({ _tag: "MailboxDamaged", mailbox, reason })
  const read = db.prepare("SELECT columns FROM placement_chunk WHERE id = ?").pluck()
  const first = row.id * STRIDE
  let [last, count, size, unseen] = [0, 0, 0, 0]
  const ids = db.prepare("SELECT id FROM placement_chunk WHERE id >= ? AND id < ? ORDER BY id").pluck()
    .all(first, first + STRIDE) as Array<number>
  for (const id of ids) {
    try {
      const chunk = decodeUnsafe(id - first, read.get(id) as Uint8Array)
      note(placed, mailbox, chunk)
      for (const [at, uid] of chunk.uids.entries()) {
        if (uid <= last || uid >= row.uid_next) yield damaged(`Its uid ${uid} is out of order`)
        last = uid
        count++
        size += chunk.sizes[at] as number
        if (chunk.flagSets[chunk.flags[at] as number]?.includes("\\Seen") !== true) unseen++
      }
      if (chunk.maxModSeq > row.modseq) yield damaged("A message of it changed after its last change")
    } catch (cause) {
      begin(db)
      yield damaged(reasonOf(cause))
    }
  }
  if (count !== row.messages || size !== row.size || unseen !== row.unseen) {
    yield damaged(`It counts ${row.messages} messages, ${row.unseen} unseen; found are ${count}, ${unseen} unseen`)
  }
}

interface Row {
  readonly email_id: string
  readonly refs: number
  readonly size: number
  readonly envelope: string
  readonly body_structure: string
  readonly preview: string
}

const readerOf = (db: Handle, released: ReadonlyMap<number, number>) => {
  const contents = ContentTable.make(db)
  const messages = MessageTable.make(db)
  const facts = db.prepare("SELECT email_id, refs, size, envelope, body_structure, preview FROM message WHERE id = ?")
  const data = db.prepare("SELECT structure, digest FROM message_data WHERE message = ?")
  const header = db.prepare("SELECT text FROM header_text WHERE message = ?").pluck()
  const body = db.prepare("SELECT text FROM body_text WHERE message = ?").pluck()
  const { reached } = SearchTexts.make(db, contents)

  const staleness = (id: number, row: Row, structure: string, bytes: Uint8Array): string | undefined => {
    const made = MessageTable.prepare({ bytes })
    const texts = Steps.run(foldingTexts(bytes, made.structure))
    const isDerived = id <= reached()
    const pairs = [
      ["structure", structure, made.structureJson],
      ["envelope", row.envelope, made.envelope],
      ["body structure", row.body_structure, made.bodyStructure],
      ["preview", row.preview, made.preview],
      ["header's text", isDerived ? header.get(id) : texts.header, texts.header],
      ["body's text", isDerived ? body.get(id) : texts.body, texts.body]
    ] as const
    const stale = pairs.flatMap(([name, stored, now]) => stored === now ? [] : [name])
    return stale.length === 0 ? undefined : `Derived anew, its ${stale.join(", ")} would be another`
  }

  /** What is wrong with a message, and its octets where they can be read. */
  return (id: number, found: ReadonlyArray<Found>): readonly [Finding | undefined, octets: number] => {
    let emailId: EmailId | undefined
    const places = found.map(({ place }) => place)
    const damaged = (reason: string): Finding => ({ _tag: "MessageDamaged", emailId, places, reason })
    try {
      const row = facts.get(id) as Row | undefined
      if (row === undefined) return [damaged("It is in a mailbox, and nowhere else"), 0]
      emailId = row.email_id as EmailId
      const stored = data.get(id) as { readonly structure: string; readonly digest: Buffer | null } | undefined
      const bytes = messages.read(id)
      if (stored === undefined || bytes === undefined) return [damaged("Its octets are gone"), 0]
      const isOther = bytes.length !== row.size || stored.digest?.equals(contents.digest(bytes)) === false
      if (isOther) return [damaged("Its octets are not those that came"), bytes.length]
      if (found.some(({ size }) => size !== row.size)) return [damaged("A mailbox has another size for it"), row.size]
      const counted = found.length + (released.get(id) ?? 0)
      if (row.refs !== counted) {
        return [damaged(`It counts ${row.refs} places and has ${counted}: it may go too early, or never`), row.size]
      }
      const reason = staleness(id, row, stored.structure, bytes)
      return [reason === undefined ? undefined : { _tag: "MessageStale", emailId, places, reason }, row.size]
    } catch (cause) {
      // At the provider, and fetched when it is read: nothing is wrong with it.
      if (cause instanceof ContentTable.ContentsElsewhere) return [undefined, 0]
      begin(db)
      return [damaged(reasonOf(cause)), 0]
    }
  }
}

interface ReleasedRow {
  readonly messages: Uint8Array
  readonly gained: number
}

/** References that are given up and not yet counted down, less those that were made and not yet counted. */
const releasedIn = (db: Handle): Map<number, number> => {
  const counts = new Map<number, number>()
  const rows = db.prepare("SELECT messages, gained FROM released").all() as ReadonlyArray<ReleasedRow>
  for (const { gained, messages } of rows) {
    const step = gained === 1 ? -1 : 1
    for (const id of new Uint32Array(new Uint8Array(messages).buffer)) counts.set(id, (counts.get(id) ?? 0) + step)
  }
  return counts
}

function* findInMessages(db: Handle, placed: Placed): Generator<Finding> {
  const ids = new Set(placed.keys())
  const released = new Map<number, number>()
  try {
    for (const [id, count] of releasedIn(db)) released.set(id, count)
    for (const id of db.prepare("SELECT id FROM message").pluck().all()) ids.add(id as number)
  } catch (cause) {
    // Those that lie in mailboxes are still walked.
    begin(db)
    yield file(reasonOf(cause))
  }
  const look = readerOf(db, released)
  let [messages, octets] = [0, 0]
  for (const id of Array.from(ids).sort((a, b) => a - b)) {
    const [finding, length] = look(id, placed.get(id) ?? [])
    octets += length
    if (finding !== undefined) yield finding
    if (++messages % PROGRESS === 0) yield { _tag: "Checked", messages, octets }
  }
  yield { _tag: "Checked", messages, octets }
}

/** Throws where nothing at all can be read. */
export function* verifyUnsafe(options: SqliteOptions): Generator<Finding> {
  const db = openUnsafe(options)
  try {
    // All as of now, however long it takes.
    begin(db)
    let isSound = true
    for (const finding of guarded(db, () => findInFile(db))) {
      isSound = false
      yield finding
    }
    if (!isSound) begin(db)
    const placed: Placed = new Map()
    yield* guarded(db, function*() {
      for (const row of MailboxTable.make(db).list()) yield* guarded(db, () => findInMailbox(db, row, placed))
    })
    yield* guarded(db, () => findInMessages(db, placed))
  } finally {
    db.close()
  }
}
