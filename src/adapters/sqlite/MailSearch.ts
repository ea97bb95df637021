/** SEARCH: the domain's matcher over rows; texts are read only for messages that everything else lets through. */
import { performance } from "node:perf_hooks"
import * as Search from "../../domain/mailbox/Search.ts"
import type { SearchQuery } from "../../domain/mailbox/SearchQuery.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import { bitOf, fromStored } from "./Flags.ts"
import * as Scan from "./Scan.ts"
import type { Handle } from "./SqliteDatabase.ts"

const MAX_STEP_MILLISECONDS = 20

interface Plan {
  readonly set: UidSet.UidSet
  /** Of these system flags ... */
  readonly mask: number
  /** ... exactly these are set. */
  readonly value: number
}

/** What the database can sort out by itself: uids and system flags that every match must have or lack. */
const plan = (query: SearchQuery): Plan => {
  let set = UidSet.all
  let mask = 0
  let value = 0
  for (const one of query._tag === "And" ? query.queries : [query]) {
    if (one._tag === "Uids") {
      if (set === UidSet.all) set = one.uids
      continue
    }
    const isNot = one._tag === "Not"
    const inner = isNot ? one.query : one
    const bit = inner._tag === "HasFlag" ? bitOf(inner.flag) : 0
    mask |= bit
    if (!isNot) value |= bit
  }
  return { set, mask, value }
}

export const make = (db: Handle) => {
  const where = "p.mailbox = ? AND p.uid BETWEEN ? AND ? AND p.flags & ? = ? ORDER BY p.uid"
  const placement = "p.uid, p.message, p.flags, p.keywords, p.modseq, p.internal_date, p.save_date"
  const light = db.prepare(`SELECT ${placement} FROM placement p WHERE ${where}`).raw(true)
  const full = db.prepare(`SELECT ${placement}, m.size, m.sent_day, m.email_id, m.thread_id
    FROM placement p JOIN message m ON m.id = p.message WHERE ${where}`).raw(true)
  const header = db.prepare("SELECT header FROM message_text WHERE message = ?").pluck()
  const body = db.prepare("SELECT body FROM message_text WHERE message = ?").pluck()

  return {
    /** Calls give one step each and the cursor for the next. */
    start: (mailbox: number, query: SearchQuery, now: number) => {
      const { mask, set, value } = plan(query)
      const matches = Search.compile(query, now)
      const statement = Search.cost(query) === 0 ? light : full
      return (found: Array<Uid>, cursor: Scan.Cursor): Scan.Cursor | undefined => {
        const until = performance.now() + MAX_STEP_MILLISECONDS
        return Scan.scan(statement, mailbox, [mask, value], set, cursor, (row) => {
          const message = row[1]
          const isMatch = matches({
            uid: row[0] as number,
            flags: fromStored(row[2] as number, row[3] as string),
            modSeq: row[4] as number,
            internalDate: row[5] as number,
            saveDate: row[6] as number,
            size: row[7] as number,
            sentDay: (row[8] ?? undefined) as number | undefined,
            emailId: row[9] as string,
            threadId: row[10] as string,
            headerText: () => header.get(message) as string,
            bodyText: () => body.get(message) as string
          })
          if (isMatch) found.push(row[0] as Uid)
          return performance.now() < until
        })
      }
    }
  }
}
export type MailSearch = ReturnType<typeof make>
