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

export const make = (db: Handle, texts: SearchTexts) => {
  const reached = db.prepare("SELECT value FROM mail_meta WHERE name = 'indexed'").pluck()
  const setReached = db.prepare("UPDATE mail_meta SET value = ? WHERE name = 'indexed'")
  const next = db.prepare("SELECT message, text FROM header_text WHERE message > ? ORDER BY message LIMIT 1").raw(true)
  const body = db.prepare("SELECT text FROM body_text WHERE message = ?").pluck()
  const waiting = db.prepare("SELECT count(*) FROM message WHERE id > ?").pluck()
  const prepareFor = (table: Indexed) => ({
    add: db.prepare(`INSERT INTO ${table}_index (rowid, text) VALUES (?, ?)`),
    remove: db.prepare(`DELETE FROM ${table}_index WHERE rowid = ?`),
    find: db.prepare(
      `SELECT rowid FROM ${table}_index WHERE ${table}_index MATCH ? AND rowid > ? ORDER BY rowid LIMIT ${PAGE}`
    ).pluck()
  })
  const tables = { header: prepareFor("header"), body: prepareFor("body") }

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
      do {
        const row = next.get(message) as readonly [number, string] | undefined
        if (row === undefined) break
        message = row[0]
        tables.header.add.run(message, row[1])
        tables.body.add.run(message, body.get(message))
      } while (performance.now() < until)
      setReached.run(message)
    },
    /** Within a write. */
    remove: (message: number): void => {
      if (message > (reached.get() as number)) return
      tables.header.remove.run(message)
      tables.body.remove.run(message)
    },
    /** A page of the messages above `after`, ascending; the last page is not full. */
    page: (table: Indexed, query: string, after: number): ReadonlyArray<number> =>
      tables[table].find.all(query, after) as Array<number>,
    isFull: (page: ReadonlyArray<number>): boolean => page.length >= PAGE
  }
}
export type SearchIndex = ReturnType<typeof make>
