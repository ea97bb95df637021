/** What SORT compares and THREAD links by: dates and sizes from memory, texts from a small table of their own, in steps. */
import type { Chunk } from "../../domain/mailbox/Chunk.ts"
import { type Slice, splitSlices } from "../../domain/mailbox/Placements.ts"
import type { SortFacts } from "../../domain/mailbox/Sort.ts"
import type { SortKey } from "../../domain/mailbox/SortKey.ts"
import type { ThreadFacts } from "../../domain/mailbox/Thread.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as MessageRows from "./MessageRows.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** A few milliseconds. */
const STEP = 1000

type Step<A> = readonly [ReadonlyArray<A>, ReadonlyArray<Slice>]

/** From a placement and its row. */
type Make<A> = (chunk: Chunk, at: number, row: MessageRows.Row) => A

/** Of the first slices, and the slices that are left. */
const step = <A>(slices: ReadonlyArray<Slice>, rowsOf: MessageRows.MessageRows | undefined, make: Make<A>): Step<A> => {
  const [taken, left] = splitSlices(slices, STEP)
  const rows = rowsOf?.(taken.flatMap(({ chunk, from, to }) => Array.from(chunk.messages.subarray(from, to))))
  const made: Array<A> = []
  let index = 0
  for (const { chunk, from, to } of taken) {
    for (let at = from; at < to; at++) {
      const row = rows === undefined ? [] : rows[index++]
      if (row !== undefined) made.push(make(chunk, at, row))
    }
  }
  return [made, left]
}

/** The others are had from memory. */
const COLUMNS: Partial<Record<SortKey, string>> = {
  date: "sent_at",
  subject: "subject",
  from: "from_mailbox",
  to: "to_mailbox",
  cc: "cc_mailbox",
  displayFrom: "display_from",
  displayTo: "display_to"
}

const sentAt = (value: unknown, chunk: Chunk, at: number): number =>
  value as number | null ?? chunk.internalDates[at] as number

type Value = SortFacts["values"][number]

/** How a key's value is had. */
const valueOf = (key: SortKey, column: number): Make<Value> => {
  switch (key) {
    case "arrival":
      return (chunk, at) => chunk.internalDates[at] as number
    case "size":
      return (chunk, at) => chunk.sizes[at] as number
    case "date":
      return (chunk, at, row) => sentAt(row[column], chunk, at)
    default:
      return (_, __, row) => row[column] as string
  }
}

const thread: Make<ThreadFacts> = (chunk, at, row) => {
  const references = row[5] as string | null
  return {
    uid: chunk.uids[at] as Uid,
    sentAt: sentAt(row[1], chunk, at),
    subject: row[2] as string,
    isReply: row[3] === 1,
    messageId: row[4] as string | null ?? undefined,
    references: references === null ? [] : references.split(" ")
  }
}

export const make = (db: Handle) => {
  const reader = (columns: ReadonlyArray<string>) => MessageRows.make(db, "message", columns, "sort_key")
  const readers = new Map<string, MessageRows.MessageRows>()
  const known = (columns: ReadonlyArray<string>): MessageRows.MessageRows | undefined => {
    const name = columns.join()
    if (columns.length > 0 && !readers.has(name)) readers.set(name, reader(columns))
    return readers.get(name)
  }
  const threadRows = reader(["sent_at", "subject", "is_reply", "message_id", "refs"])

  return {
    sort: (keys: ReadonlyArray<SortKey>) => {
      const columns = Array.from(new Set(keys.flatMap((key) => COLUMNS[key] ?? [])))
      const values = keys.map((key) => valueOf(key, 1 + columns.indexOf(COLUMNS[key] ?? "")))
      const make: Make<SortFacts> = (chunk, at, row) => ({
        uid: chunk.uids[at] as Uid,
        values: values.map((value) => value(chunk, at, row))
      })
      return (slices: ReadonlyArray<Slice>): Step<SortFacts> => step(slices, known(columns), make)
    },
    thread: (slices: ReadonlyArray<Slice>): Step<ThreadFacts> => step(slices, threadRows, thread)
  }
}
export type MailOrder = ReturnType<typeof make>
