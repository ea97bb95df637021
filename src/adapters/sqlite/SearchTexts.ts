/**
 * The folded texts that SEARCH reads: derived after arrival, in the order of the messages, so that no delivery waits for
 * them; of those whose turn has not come, when somebody asks.
 */
import { performance } from "node:perf_hooks"
import type { MessageStructure, Part } from "../../domain/message/MessageStructure.ts"
import { bodyText, fold, headerText, MAX_TEXT } from "../../domain/message/SearchText.ts"
import { ContentsElsewhere, type ContentTable, decodePieces, type Piece } from "./ContentTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** One transaction holds the event loop so long. */
const MAX_STEP_MILLISECONDS = 6

export interface Texts {
  readonly header: string
  readonly body: string
}

const NONE: Texts = { header: "", body: "" }

export const derive = (bytes: Uint8Array, structure: MessageStructure): Texts => ({
  header: fold(headerText(bytes, structure)),
  body: fold(bodyText(bytes, structure))
})

const isText = (part: Part, piece: Piece): boolean =>
  (part.type === "text" && part.bodyStart < piece[0] + piece[1] && piece[0] < part.bodyEnd) ||
  part.parts.some((one) => isText(one, piece)) ||
  (part.message !== undefined && isText(part.message.root, piece))

/** Of the contents only texts are read, as far as they are looked at; headers are never among them. */
const textOf = (root: Part) => (piece: Piece): number => isText(root, piece) ? MAX_TEXT : 0

interface Row {
  readonly message: number
  readonly structure: string
  readonly contents: string | null
  readonly skeleton: Uint8Array
}

export const make = (db: Handle, contents: ContentTable) => {
  const columns = "SELECT message, structure, contents, skeleton FROM message_data WHERE message"
  const one = db.prepare(`${columns} = ?`)
  const next = db.prepare(`${columns} > ? ORDER BY message LIMIT 1`)
  const newest = db.prepare("SELECT max(message) FROM message_data").pluck()
  const reached = db.prepare("SELECT max(message) FROM header_text").pluck()
  const insertHeader = db.prepare("INSERT INTO header_text VALUES (?, ?)")
  const insertBody = db.prepare("INSERT INTO body_text VALUES (?, ?)")
  const header = db.prepare("SELECT text FROM header_text WHERE message = ?").pluck()
  const body = db.prepare("SELECT text FROM body_text WHERE message = ?").pluck()

  const ofRow = (row: Row): Texts => {
    const structure = JSON.parse(row.structure) as MessageStructure
    const split = { pieces: decodePieces(row.contents), skeleton: row.skeleton }
    try {
      return derive(contents.join(split, textOf(structure.root)), structure)
    } catch (cause) {
      if (!(cause instanceof RangeError || cause instanceof ContentsElsewhere)) throw cause
      // A content is damaged, which `Verify` names, or gone: the texts of all later messages do not wait for it.
      return derive(contents.join(split, () => 0), structure)
    }
  }

  /** A search asks for both texts of a message, one after the other. */
  let asked: { readonly message: number; readonly texts: Texts } | undefined
  const whenAsked = (message: number): Texts => {
    if (asked?.message !== message) {
      const row = one.get(message) as Row | undefined
      asked = { message, texts: row === undefined ? NONE : ofRow(row) }
    }
    return asked.texts
  }

  return {
    /** Messages above it have no texts yet. */
    reached: (): number => reached.get() as number | null ?? 0,
    isBehind: (): boolean => (newest.get() as number | null ?? 0) > (reached.get() as number | null ?? 0),
    /** Within a write. */
    step: (): void => {
      const until = performance.now() + MAX_STEP_MILLISECONDS
      let message = reached.get() as number | null ?? 0
      do {
        const row = next.get(message) as Row | undefined
        if (row === undefined) break
        message = row.message
        const texts = ofRow(row)
        insertHeader.run(message, texts.header)
        insertBody.run(message, texts.body)
      } while (performance.now() < until)
    },
    /** Empty where the message is gone. */
    header: (message: number): string => header.get(message) as string | undefined ?? whenAsked(message).header,
    body: (message: number): string => body.get(message) as string | undefined ?? whenAsked(message).body
  }
}
export type SearchTexts = ReturnType<typeof make>
