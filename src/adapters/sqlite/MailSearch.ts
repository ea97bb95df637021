/** SEARCH: the index names those that may match, the domain's matcher decides; texts are read only where they must be. */
import { Effect } from "effect"
import { performance } from "node:perf_hooks"
import { flagsAt } from "../../domain/mailbox/Chunk.ts"
import { narrow, type Narrowing } from "../../domain/mailbox/Narrowing.ts"
import { type Placements, type Slice, slices } from "../../domain/mailbox/Placements.ts"
import * as Search from "../../domain/mailbox/Search.ts"
import type { SearchQuery } from "../../domain/mailbox/SearchQuery.ts"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import { readInTurns } from "./ReadInTurns.ts"
import { type SearchIndex, trigramQuery } from "./SearchIndex.ts"
import type { SearchTexts } from "./SearchTexts.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"

const MAX_STEP_MILLISECONDS = 5
/** So few texts are read sooner than the index is asked. */
const FEW = 200

/** Message numbers; undefined: any. */
type Candidates = ReadonlySet<number> | undefined

type Holds = Extract<Narrowing, { _tag: "Holds" }>

/** What the index says of each text that a search asks for. */
type Told = Map<string, Candidates>

const keyOf = (where: Holds["in"], text: string): string => `${where} ${text}`

const both = (a: Candidates, b: Candidates): Candidates => {
  if (a === undefined || b === undefined) return a ?? b
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  return new Set(Array.from(few).filter((message) => many.has(message)))
}

/** The uids that every match must have, where the search says so. */
const uidsOf = (query: SearchQuery): UidSet.UidSet => {
  const parts = query._tag === "And" ? query.queries : [query]
  return parts.find((one) => one._tag === "Uids")?.uids ?? UidSet.all
}

interface MessageRow {
  readonly sent_day: number | null
  readonly email_id: string
  readonly thread_id: string
}

export const make = (database: SqliteDatabase["Service"], index: SearchIndex, texts: SearchTexts) => {
  const db = database.handle
  const message = db.prepare("SELECT sent_day, email_id, thread_id FROM message WHERE id = ?")

  const holding = Effect.fnUntraced(function*({ in: where, text }: Holds): Effect.fn.Return<Candidates, SqliteError> {
    const query = trigramQuery(text)
    if (query === undefined) return undefined
    const found = new Set<number>()
    for (let after = 0;;) {
      const from: number = after
      const page = yield* database.read(() => index.page(where, query, from))
      for (const row of page) found.add(index.messageOf(row))
      if (!index.isFull(page)) return found
      after = page.at(-1) ?? after
      yield* Effect.yieldNow
    }
  })

  const candidates: (narrowing: Narrowing, told: Told) => Effect.Effect<Candidates, SqliteError> = Effect.fnUntraced(
    function*(narrowing, told) {
      switch (narrowing._tag) {
        case "Any":
          return undefined
        case "Holds": {
          const key = keyOf(narrowing.in, narrowing.text)
          if (!told.has(key)) told.set(key, yield* holding(narrowing))
          return told.get(key)
        }
        case "Every": {
          let all: Candidates
          for (const one of narrowing.of) {
            const its = yield* candidates(one, told)
            all = both(all, its)
            if (all?.size === 0) break
          }
          return all
        }
        case "Some": {
          const any = new Set<number>()
          for (const one of narrowing.of) {
            const its = yield* candidates(one, told)
            if (its === undefined) return undefined
            for (const message of its) any.add(message)
          }
          return any
        }
      }
    }
  )

  /** One object for all messages of a search: it moves. */
  const makeFacts = (told: Told, reached: number) => {
    let chunk: Slice["chunk"]
    let at = 0
    let row: MessageRow | undefined
    let isLacking = false
    const rowOf = (): MessageRow | undefined => row ??= message.get(chunk.messages[at]) as MessageRow | undefined
    const orLacking = <A>(answer: A | undefined, otherwise: A): A => {
      isLacking ||= answer === undefined
      return answer ?? otherwise
    }
    const facts: Search.SearchFacts = {
      get uid() {
        return chunk.uids[at] as number
      },
      get flags() {
        return flagsAt(chunk, at)
      },
      get modSeq() {
        return chunk.modSeqs[at] as number
      },
      get internalDate() {
        return chunk.internalDates[at] as number
      },
      get saveDate() {
        return chunk.saveDates[at] as number
      },
      get size() {
        return chunk.sizes[at] as number
      },
      get sentDay() {
        return rowOf()?.sent_day ?? undefined
      },
      get emailId() {
        return rowOf()?.email_id ?? ""
      },
      get threadId() {
        return rowOf()?.thread_id ?? ""
      },
      headerText: () => orLacking(texts.header(chunk.messages[at] as number), ""),
      holds: (where, needle) => orLacking(texts.holds(where, chunk.messages[at] as number, needle), false),
      mayHold: (where, text) => {
        const number = chunk.messages[at] as number
        return number > reached || told.get(keyOf(where, text))?.has(number) !== false
      }
    }
    const move = (to: Slice["chunk"], position: number): Search.SearchFacts => {
      chunk = to
      at = position
      row = undefined
      isLacking = false
      return facts
    }
    /** Was a text asked for, since the move, that is not derived yet? */
    return { move, isLacking: () => isLacking }
  }

  /** Ascending uids of the placements that match. */
  return Effect.fnUntraced(function*(placements: Placements, query: SearchQuery, now: number) {
    const within = slices(placements, uidsOf(query))
    const matches = Search.compile(query, now)
    const few = within.reduce((sum, { from, to }) => sum + to - from, 0) <= FEW
    // First how far the index goes, then what it says: it may go further meanwhile.
    const reached = few ? 0 : yield* database.read(index.reached)
    const told: Told = new Map()
    const known = few ? undefined : yield* candidates(narrow(query), told)
    const { isLacking, move } = makeFacts(told, reached)
    const found: Array<Uid> = []
    function* look(): Steps<void> {
      let until = performance.now() + MAX_STEP_MILLISECONDS
      for (const { chunk, from, to } of within) {
        for (let at = from; at < to; at++) {
          const number = chunk.messages[at] as number
          if (known !== undefined && number <= reached && !known.has(number)) continue
          let isMatch = matches(move(chunk, at))
          const isDerived = isLacking()
          if (isDerived) {
            yield* texts.derive(number)
            isMatch = matches(move(chunk, at))
          }
          if (isMatch) found.push(chunk.uids[at] as Uid)
          // The clock is dearer than a look at a column.
          if ((isDerived || (at & 15) === 15) && performance.now() >= until) {
            yield
            until = performance.now() + MAX_STEP_MILLISECONDS
          }
        }
      }
    }
    yield* readInTurns(database, look())
    return found
  })
}
export type MailSearch = ReturnType<typeof make>
