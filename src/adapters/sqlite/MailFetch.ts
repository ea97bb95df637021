/** FETCH: rows of the asked columns only, in steps of at most about a megabyte. */
import type { EmailId } from "../../domain/mailbox/Mailbox.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import type { UidSet } from "../../domain/mailbox/UidSet.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import type { FetchFields, MessageRecord } from "../../ports/MailStore.ts"
import type { ContentTable, Piece } from "./ContentTable.ts"
import type { Statement } from "./Driver.ts"
import { fromStored } from "./Flags.ts"
import * as Scan from "./Scan.ts"
import type { Handle } from "./SqliteDatabase.ts"

const MAX_STEP_ROWS = 500
const MAX_STEP_BYTES = 1024 * 1024

const COLUMNS = {
  envelope: "m.envelope",
  bodyStructure: "m.body_structure",
  structure: "m.structure",
  preview: "m.preview",
  header: "substr(m.skeleton, 1, m.header_size)",
  bytes: "m.contents, m.skeleton"
} as const
const FIELDS = Object.keys(COLUMNS) as ReadonlyArray<keyof typeof COLUMNS>

/** A plain view: a `Buffer` would change what `slice` means to callers. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

export const make = (db: Handle, contents: ContentTable) => {
  const statements = new Map<string, Statement>()
  const statementFor = (fields: ReadonlyArray<keyof typeof COLUMNS>): Statement => {
    const key = fields.join()
    const known = statements.get(key)
    if (known !== undefined) return known
    const extra = fields.map((field) => `, ${COLUMNS[field]}`).join("")
    const statement = db.prepare(`SELECT p.uid, m.email_id, m.thread_id, p.flags, p.keywords, p.modseq,
      p.internal_date, p.save_date, m.size${extra} FROM placement p JOIN message m ON m.id = p.message
      WHERE p.mailbox = ? AND p.uid BETWEEN ? AND ? ORDER BY p.uid`).raw(true)
    statements.set(key, statement)
    return statement
  }

  const toRecord = (row: ReadonlyArray<unknown>, fields: ReadonlyArray<keyof typeof COLUMNS>): MessageRecord => {
    const record: { -readonly [K in keyof MessageRecord]: MessageRecord[K] } = {
      uid: row[0] as Uid,
      emailId: row[1] as EmailId,
      threadId: row[2] as string,
      flags: fromStored(row[3] as number, row[4] as string),
      modSeq: row[5] as number,
      internalDate: row[6] as number,
      saveDate: row[7] as number,
      size: row[8] as number
    }
    let at = 9
    for (const field of fields) {
      const value = row[at++]
      if (field === "header") record.header = plain(value as Uint8Array)
      else if (field === "structure") record.structure = JSON.parse(value as string) as MessageStructure
      else if (field === "bytes") {
        const pieces = value === null ? [] : JSON.parse(value as string) as ReadonlyArray<Piece>
        record.bytes = plain(contents.join({ pieces, skeleton: row[at++] as Uint8Array }))
      } else record[field] = value as string
    }
    return record
  }

  return {
    step: (
      mailbox: number,
      uids: UidSet,
      asked: FetchFields,
      cursor: Scan.Cursor
    ): readonly [ReadonlyArray<MessageRecord>, Scan.Cursor | undefined] => {
      const fields = FIELDS.filter((field) => asked[field] === true)
      const rows: Array<ReadonlyArray<unknown>> = []
      let weight = 0
      const next = Scan.scan(statementFor(fields), mailbox, [], uids, cursor, (row) => {
        rows.push(row)
        if (asked.bytes === true) weight += row[8] as number
        return rows.length < MAX_STEP_ROWS && weight < MAX_STEP_BYTES
      })
      return [rows.map((row) => toRecord(row, fields)), next]
    }
  }
}
export type MailFetch = ReturnType<typeof make>
