/** FETCH: placements from memory, of messages the asked columns only, in steps that hold nobody up for long. */
import type { Verdict } from "../../domain/incoming/Verdict.ts"
import { type Placement, placementAt } from "../../domain/mailbox/Chunk.ts"
import type { EmailId } from "../../domain/mailbox/Mailbox.ts"
import type { Slice } from "../../domain/mailbox/Placements.ts"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import { partAt } from "../../domain/message/Section.ts"
import type { FetchFields, MessageRecord } from "../../ports/MailStore.ts"
import { ContentsElsewhere, type ContentTable, decodePieces, type Piece } from "./ContentTable.ts"
import * as MessageRows from "./MessageRows.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Of placements alone; where rows are read, fewer. */
const MAX_STEP_PLACEMENTS = 5000
const MAX_STEP_ROWS = 250
/** Rows of data are long, and each is decrypted. */
const MAX_STEP_DATA_ROWS = 150
const MAX_STEP_BYTES = 512 * 1024

type Field = Exclude<keyof FetchFields, "parts">

/** In which tables: `m`, message; `d`, its data. */
type Columns = Record<Field, { readonly sql: string; readonly of: "m" | "d" | "md" }>

const COLUMNS: Columns = {
  objectIds: { sql: "m.email_id, m.thread_id", of: "m" },
  envelope: { sql: "m.envelope", of: "m" },
  bodyStructure: { sql: "m.body_structure", of: "m" },
  preview: { sql: "m.preview", of: "m" },
  verdict: { sql: "(SELECT verdict FROM protection p WHERE p.message = m.id)", of: "m" },
  original: { sql: "(SELECT original FROM protection p WHERE p.message = m.id)", of: "m" },
  structure: { sql: "d.structure", of: "d" },
  // Of no octets SQLite takes no part: NULL.
  header: { sql: "coalesce(substr(d.skeleton, 1, m.header_size), x'')", of: "md" },
  bytes: { sql: "d.contents, d.skeleton", of: "d" }
}
const FIELDS = Object.keys(COLUMNS) as ReadonlyArray<Field>

const isIn = (table: "m" | "d") => (field: Field): boolean => COLUMNS[field].of.includes(table)

/** A plain view: a `Buffer` would change what `slice` means to callers. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

const wantedIn = (structure: MessageStructure | undefined, paths: FetchFields["parts"]) => {
  if (structure === undefined || paths === undefined) return undefined
  return ([offset, length]: Piece): number =>
    paths.some((path) => {
        const part = partAt(structure, path)
        return part !== undefined && part.headerStart < offset + length && offset < part.bodyEnd
      })
      ? length
      : 0
}

type Extra = Omit<MessageRecord, keyof Placement>

export const make = (db: Handle, contents: ContentTable) => {
  const isThere = db.prepare("SELECT 1 FROM message WHERE id = ?")
  const readers = new Map<string, MessageRows.MessageRows>()
  const readerOf = (fields: ReadonlyArray<Field>): MessageRows.MessageRows => {
    const key = fields.join()
    const known = readers.get(key)
    if (known !== undefined) return known
    const columns = fields.map((field) => COLUMNS[field].sql)
    const made = !fields.some(isIn("d"))
      ? MessageRows.make(db, "m.id", columns, "message m")
      // A body alone costs no look at what a list shows.
      : !fields.some(isIn("m"))
      ? MessageRows.make(db, "d.message", columns, "message_data d")
      : MessageRows.make(db, "m.id", columns, "message m JOIN message_data d ON d.message = m.id")
    readers.set(key, made)
    return made
  }

  function* toExtra(
    row: MessageRows.Row,
    fields: ReadonlyArray<Field>,
    parts: FetchFields["parts"]
  ): Steps<Extra> {
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
        case "verdict":
          if (value !== null) extra.verdict = JSON.parse(value as string) as Verdict
          break
        case "original":
          if (value !== null) extra.original = plain(value as Uint8Array)
          break
        case "header":
          extra.header = plain(value as Uint8Array)
          break
        case "bytes":
          extra.bytes = plain(
            yield* contents.joining(
              { pieces: decodePieces(value as string | null), skeleton: row[at++] as Buffer },
              wantedIn(extra.structure, parts)
            )
          )
          break
        default:
          extra[field] = value as string
      }
    }
    return extra
  }

  return {
    /**
     * Records of the first placements of `slices`, and the slices that are left. A message that is gone is passed over.
     * Where contents are not on this device it answers those, and makes no record. Large contents are read in steps.
     */
    step: function*(
      slices: ReadonlyArray<Slice>,
      asked: FetchFields
    ): Steps<
      readonly [
        records: ReadonlyArray<MessageRecord>,
        left: ReadonlyArray<Slice>,
        elsewhere: ReadonlyArray<number>
      ]
    > {
      const fields = FIELDS.filter((field) => asked[field] === true)
      const isData = fields.some(isIn("d"))
      const maximum = fields.length === 0 ? MAX_STEP_PLACEMENTS : isData ? MAX_STEP_DATA_ROWS : MAX_STEP_ROWS
      const isHeavy = asked.bytes === true || asked.original === true
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
      if (fields.length === 0) return [placements, left, []]
      const records: Array<MessageRecord> = []
      const elsewhere: Array<number> = []
      const rows = readerOf(fields)(placements.map(({ message }) => message))
      for (const [position, placement] of placements.entries()) {
        const row = rows[position]
        if (row === undefined) continue
        try {
          records.push({ ...placement, ...yield* toExtra(row, fields, asked.parts) })
        } catch (cause) {
          if (cause instanceof ContentsElsewhere) elsewhere.push(...cause.contents)
          // A large one may go while it is read.
          else if (isThere.get(placement.message) !== undefined) throw cause
        }
      }
      return elsewhere.length > 0 ? [[], slices, elsewhere] : [records, left, []]
    }
  }
}
export type MailFetch = ReturnType<typeof make>
