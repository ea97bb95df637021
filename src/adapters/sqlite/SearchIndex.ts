/**
 * Which messages may hold a text: a full-text index of trigrams over the folded texts, built after those, in the order
 * of the messages. It narrows; the texts decide. What is not in it yet may hold anything.
 */
import { performance } from "node:perf_hooks"
import type { SearchTexts } from "./SearchTexts.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** One transaction of indexing holds the event loop so long. */
const MAX_STEP_MILLISECONDS = 6
/** More trigrams narrow no further. */
const MAX_TRIGRAMS = 24
/** Rows of an answer read at once. */
const PAGE = 20_000

/** The AND of a text's trigrams; undefined where it is too short to have one, or holds what a query cannot. */
export const trigramQuery = (folded: string): string | undefined => {
  if (folded.includes("\0")) return undefined
  const characters = Array.from(folded)
  const trigrams = new Set<string>()
  for (let at = 0; at + 3 <= characters.length && trigrams.size < MAX_TRIGRAMS; at++) {
    trigrams.add(characters.slice(at, at + 3).join(""))
  }
  if (trigrams.size === 0) return undefined
  return Array.from(trigrams, (trigram) => `"${trigram.replaceAll("\"", "\"\"")}"`).join(" AND ")
}

export type Indexed = "header" | "body"

/** Characters that are indexed at once: some milliseconds. A longer text has several rows in the index. */
const SLICE = 49_152
/** So much of each is in the one after it, too: all that a query asks of a text lies in one of them. */
const OVERLAP = 2 * (MAX_TRIGRAMS + 2)
/** Between the row numbers of a message's slices; the first has the message's own number. */
const APART = 2 ** 40

/** Of a text of so many characters, or octets. */
const slicesOf = (length: number): number => Math.max(1, Math.ceil((length - OVERLAP) / (SLICE - OVERLAP)))

/** What a message is in the index, row by row. */
interface Entries {
  readonly message: number
  readonly header: string
  readonly body: string
}

export const make = (db: Handle, texts: SearchTexts) => {
  const reached = db.prepare("SELECT value FROM mail_meta WHERE name = 'indexed'").pluck()
  const setReached = db.prepare("UPDATE mail_meta SET value = ? WHERE name = 'indexed'")
  const next = db.prepare("SELECT message, text FROM header_text WHERE message > ? ORDER BY message LIMIT 1").raw(true)
  const body = db.prepare("SELECT text FROM body_text WHERE message = ?").pluck()
  /** Rows of the message after `reached` that are in the index already. */
  const begun = db.prepare("SELECT value FROM mail_meta WHERE name = 'indexing'").pluck()
  const setBegun = db.prepare("INSERT OR REPLACE INTO mail_meta VALUES ('indexing', ?)")
  const waiting = db.prepare("SELECT count(*) FROM message WHERE id > ?").pluck()
  const prepareFor = (table: Indexed) => ({
    add: db.prepare(`INSERT INTO ${table}_index (rowid, text) VALUES (?, ?)`),
    remove: db.prepare(`DELETE FROM ${table}_index WHERE rowid = ?`),
    octets: db.prepare(`SELECT octet_length(text) FROM ${table}_text WHERE message = ?`).pluck(),
    find: db.prepare(
      `SELECT rowid FROM ${table}_index WHERE ${table}_index MATCH ? AND rowid > ? ORDER BY rowid LIMIT ${PAGE}`
    ).pluck()
  })
  const tables = { header: prepareFor("header"), body: prepareFor("body") }

  /** The message that is under way: a long one takes several steps. */
  let under: Entries | undefined
  const following = (message: number): Entries | undefined => {
    const row = next.get(message) as readonly [number, string] | undefined
    if (row === undefined) return undefined
    if (under?.message !== row[0]) under = { message: row[0], header: row[1], body: body.get(row[0]) as string }
    return under
  }

  /** From row `from` on, until the time is over; answers whether that was all. */
  const add = ({ body, header, message }: Entries, from: number, until: number): boolean => {
    const headers = slicesOf(header.length)
    const all = headers + slicesOf(body.length)
    for (let row = from; row < all; row++) {
      if (row > from && performance.now() >= until) {
        setBegun.run(row)
        return false
      }
      const [table, text, slice] = row < headers
        ? [tables.header, header, row] as const
        : [tables.body, body, row - headers] as const
      const start = slice * (SLICE - OVERLAP)
      table.add.run(message + slice * APART, text.slice(start, start + SLICE))
    }
    if (from > 0) setBegun.run(0)
    return true
  }

  return {
    /** Messages above it are not in the index. */
    reached: (): number => reached.get() as number,
    /** How many wait to be indexed. */
    backlog: (): number => waiting.get(reached.get()) as number,
    isBehind: (): boolean => texts.isBehind() || texts.reached() > (reached.get() as number),
    /** Within a write. All texts come first: they make a search of what is not in the index yet ten times as fast. */
    step: (): void => {
      if (texts.isBehind()) return texts.step()
      const until = performance.now() + MAX_STEP_MILLISECONDS
      let message = reached.get() as number
      let from = begun.get() as number | undefined ?? 0
      do {
        const entries = following(message)
        if (entries === undefined || !add(entries, from, until)) break
        message = entries.message
        under = undefined
        from = 0
      } while (performance.now() < until)
      setReached.run(message)
    },
    /** Within a write. */
    remove: (message: number): void => {
      const last = reached.get() as number
      if (message > last) {
        // Some of its rows may be there.
        if ((begun.get() as number | undefined ?? 0) === 0 || following(last)?.message !== message) return
        setBegun.run(0)
      }
      for (const { octets, remove } of [tables.header, tables.body]) {
        const slices = slicesOf(octets.get(message) as number | undefined ?? 0)
        for (let slice = 0; slice < slices; slice++) remove.run(message + slice * APART)
      }
    },
    /** A page of the rows above `after`, ascending; the last page is not full. */
    page: (table: Indexed, query: string, after: number): ReadonlyArray<number> =>
      tables[table].find.all(query, after) as Array<number>,
    messageOf: (row: number): number => row % APART,
    isFull: (page: ReadonlyArray<number>): boolean => page.length >= PAGE
  }
}
export type SearchIndex = ReturnType<typeof make>
