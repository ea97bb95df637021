/** FETCH: placements from memory, of messages the asked columns only, in steps of at most about a megabyte. */
import type { EmailId } from "../../domain/mailbox/Mailbox.ts"
import { type Placement, placementAt, type Slice } from "../../domain/mailbox/Placements.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import type { FetchFields, MessageRecord } from "../../ports/MailStore.ts"
import { type ContentTable, decodePieces } from "./ContentTable.ts"
import type { Statement } from "./Driver.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Of placements alone; where rows are read, fewer. */
const MAX_STEP_PLACEMENTS = 5000
const MAX_STEP_ROWS = 500
const MAX_STEP_BYTES = 1024 * 1024

type Columns = Record<keyof FetchFields, { readonly sql: string; readonly isData: boolean }>

const COLUMNS: Columns = {
  objectIds: { sql: "m.email_id, m.thread_id", isData: false },
  envelope: { sql: "m.envelope", isData: false },
  bodyStructure: { sql: "m.body_structure", isData: false },
  preview: { sql: "m.preview", isData: false },
  structure: { sql: "d.structure", isData: true },
  // Of no octets SQLite takes no part: NULL.
  header: { sql: "coalesce(substr(d.skeleton, 1, m.header_size), x'')", isData: true },
  bytes: { sql: "d.contents, d.skeleton", isData: true }
}
const FIELDS = Object.keys(COLUMNS) as ReadonlyArray<keyof FetchFields>

/** A plain view: a `Buffer` would change what `slice` means to callers. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

type Row = ReadonlyArray<unknown>
type Extra = Omit<MessageRecord, keyof Placement>

interface Statements {
  readonly one: Statement
  /** Rows from one message number to another. */
  readonly run: Statement
}

export const make = (db: Handle, contents: ContentTable) => {
  const statements = new Map<string, Statements>()
  const statementsFor = (fields: ReadonlyArray<keyof FetchFields>): Statements => {
    const key = fields.join()
    const known = statements.get(key)
    if (known !== undefined) return known
    const columns = fields.map((field) => `, ${COLUMNS[field].sql}`).join("")
    const data = fields.some((field) => COLUMNS[field].isData) ? "JOIN message_data d ON d.message = m.id" : ""
    const select = `SELECT m.id${columns} FROM message m ${data} WHERE m.id`
    const made = { one: db.prepare(`${select} = ?`).raw(true), run: db.prepare(`${select} BETWEEN ? AND ?`).raw(true) }
    statements.set(key, made)
    return made
  }

  const toExtra = (row: Row, fields: ReadonlyArray<keyof FetchFields>): Extra => {
    const extra: { -readonly [K in keyof Extra]: Extra[K] } = {}
    let at = 1
    for (const field of fields) {
      const value = row[at++]
      switch (field) {
        case "objectIds":
          extra.emailId = value as EmailId
          extra.threadId = row[at++] as string
          break
        case "structure":
          extra.structure = JSON.parse(value as string) as MessageStructure
          break
        case "header":
          extra.header = plain(value as Uint8Array)
          break
        case "bytes":
          extra.bytes = plain(
            contents.join({ pieces: decodePieces(value as string | null), skeleton: row[at++] as Buffer })
          )
          break
        default:
          extra[field] = value as string
      }
    }
    return extra
  }

  /** Mail that came together lies together: then one walk over the rows is cheaper than a look-up each. */
  const read = (wanted: ReadonlyArray<Placement>, { one, run }: Statements): ReadonlyArray<Row | undefined> => {
    const first = wanted[0]?.message ?? 0
    const isRun = wanted.every(({ message }, index) => message === first + index)
    if (!isRun) return wanted.map(({ message }) => one.get(message) as Row | undefined)
    const rows: Array<Row | undefined> = Array.from({ length: wanted.length })
    for (const row of run.all(first, first + wanted.length - 1) as Array<Row>) rows[row[0] as number - first] = row
    return rows
  }

  return {
    /** Records of the first placements of `slices`, and the slices that are left. A message that is gone is passed over. */
    step: (
      slices: ReadonlyArray<Slice>,
      asked: FetchFields
    ): readonly [ReadonlyArray<MessageRecord>, ReadonlyArray<Slice>] => {
      const fields = FIELDS.filter((field) => asked[field] === true)
      const maximum = fields.length === 0 ? MAX_STEP_PLACEMENTS : MAX_STEP_ROWS
      const isHeavy = asked.bytes === true
      const placements: Array<Placement> = []
      let weight = 0
      let index = 0
      let rest: Slice | undefined
      for (; index < slices.length && rest === undefined; index++) {
        const { chunk, from, to } = slices[index] as Slice
        let at = from
        while (at < to && placements.length < maximum && weight < MAX_STEP_BYTES) {
          if (isHeavy) weight += chunk.sizes[at] as number
          placements.push(placementAt(chunk, at++))
        }
        if (at < to) rest = { chunk, from: at, to }
      }
      const left = rest === undefined ? slices.slice(index) : [rest, ...slices.slice(index)]
      if (fields.length === 0) return [placements, left]
      const records: Array<MessageRecord> = []
      const rows = read(placements, statementsFor(fields))
      for (const [position, placement] of placements.entries()) {
        const row = rows[position]
        if (row !== undefined) records.push({ ...placement, ...toExtra(row, fields) })
      }
      return [records, left]
    }
  }
}
export type MailFetch = ReturnType<typeof make>
