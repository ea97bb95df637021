/**
 * The folded texts that SEARCH reads: derived after arrival, in the order of the messages, so that no delivery waits for
 * them; of those whose turn has not come, when somebody asks.
 */
import { performance } from "node:perf_hooks"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { MessageStructure, Part } from "../../domain/message/MessageStructure.ts"
import { type FoldedTexts, foldingTexts, MAX_TEXT } from "../../domain/message/SearchText.ts"
import { ContentsElsewhere, type ContentTable, decodePieces, type Piece } from "./ContentTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** One transaction holds the event loop so long. */
const MAX_STEP_MILLISECONDS = 6

const NONE: FoldedTexts = { header: "", body: "" }

const isText = (part: Part, piece: Piece): boolean =>
  (part.type === "text" && part.bodyStart < piece[0] + piece[1] && piece[0] < part.bodyEnd) ||
  part.parts.some((one) => isText(one, piece)) ||
  (part.message !== undefined && isText(part.message.root, piece))

/** Of the contents only texts are read, as far as they are looked at; headers are never among them. */
const textOf = (root: Part) => (piece: Piece): number => isText(root, piece) ? MAX_TEXT : 0

interface Row {
  readonly structure: string
  readonly contents: string | null
  readonly skeleton: Uint8Array
}

export const make = (db: Handle, contents: ContentTable) => {
  const one = db.prepare("SELECT structure, contents, skeleton FROM message_data WHERE message = ?")
  const next = db.prepare("SELECT message FROM message_data WHERE message > ? ORDER BY message LIMIT 1").pluck()
  const newest = db.prepare("SELECT max(message) FROM message_data").pluck()
  const reached = db.prepare("SELECT max(message) FROM header_text").pluck()
  const insertHeader = db.prepare("INSERT INTO header_text VALUES (?, ?)")
  const insertBody = db.prepare("INSERT INTO body_text VALUES (?, ?)")
  const header = db.prepare("SELECT text FROM header_text WHERE message = ?").pluck()
  // A text that is not shown need not become a string of ours: a third of the time.
  const holding = {
    header: db.prepare("SELECT instr(text, ?) FROM header_text WHERE message = ?").pluck(),
    body: db.prepare("SELECT instr(text, ?) FROM body_text WHERE message = ?").pluck()
  }

  function* joining(row: Row, root: Part): Steps<Uint8Array> {
    const split = { pieces: decodePieces(row.contents), skeleton: row.skeleton }
    try {
      return yield* contents.joining(split, textOf(root))
    } catch (cause) {
      if (!(cause instanceof RangeError || cause instanceof ContentsElsewhere)) throw cause
      // A content is damaged, which `Verify` names, or gone: the texts of all later messages do not wait for it.
      return contents.join(split, () => 0)
    }
  }

  function* deriving(message: number): Steps<FoldedTexts> {
    const row = one.get(message) as Row | undefined
    if (row === undefined) return NONE
    const structure = JSON.parse(row.structure) as MessageStructure
    return yield* foldingTexts(yield* joining(row, structure.root), structure)
  }

  /** What a search derived last: it asks for both texts of a message, one after the other. */
  let derived: { readonly message: number; readonly texts: FoldedTexts } | undefined

  /** The message that `step` is at: a large one takes several. */
  let under: { readonly message: number; readonly steps: Steps<FoldedTexts> } | undefined

  /** Undefined where the time was over before the end. */
  const deriveUntil = (message: number, until: number): FoldedTexts | undefined => {
    if (under?.message !== message) under = { message, steps: deriving(message) }
    for (const { steps } = under;;) {
      const next = steps.next()
      if (next.done === true) {
        under = undefined
        return next.value
      }
      if (performance.now() >= until) return undefined
    }
  }

  const known = (message: number): FoldedTexts | undefined => derived?.message === message ? derived.texts : undefined

  return {
    /** Messages above it have no texts yet. */
    reached: (): number => reached.get() as number | null ?? 0,
    isBehind: (): boolean => (newest.get() as number | null ?? 0) > (reached.get() as number | null ?? 0),
    /** Within a write. */
    step: (): void => {
      const until = performance.now() + MAX_STEP_MILLISECONDS
      let message = reached.get() as number | null ?? 0
      do {
        const following = next.get(message) as number | undefined
        if (following === undefined) break
        message = following
        const texts = deriveUntil(message, until)
        if (texts === undefined) break
        insertHeader.run(message, texts.header)
        insertBody.run(message, texts.body)
      } while (performance.now() < until)
    },
    /** Here and below, undefined where the texts are not derived yet, or the message is gone: `derive` them. */
    header: (message: number): string | undefined =>
      header.get(message) as string | undefined ?? known(message)?.header,
    holds: (where: "header" | "body", message: number, needle: string): boolean | undefined => {
      const at = holding[where].get(needle, message) as number | undefined
      return at === undefined ? known(message)?.[where].includes(needle) : at > 0
    },
    /** For a search that asks for the texts of this message next; empty where it is gone. */
    derive: function*(message: number): Steps<void> {
      derived = { message, texts: yield* deriving(message) }
    }
  }
}
export type SearchTexts = ReturnType<typeof make>
