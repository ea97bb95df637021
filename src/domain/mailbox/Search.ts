/** Does a message fit a query (RFC 9051 §6.4.4)? The dear facts, the texts, are asked for only when nothing else decides. */
import { fold } from "../message/SearchText.ts"
import * as Flag from "./Flag.ts"
import type { SearchQuery } from "./SearchQuery.ts"
import * as UidSet from "./UidSet.ts"

export interface SearchFacts {
  readonly uid: number
  readonly emailId: string
  readonly threadId: string
  readonly flags: ReadonlyArray<Flag.Flag>
  readonly modSeq: number
  readonly internalDate: number
  readonly saveDate: number
  /** Calendar day of the `Date:` header, as milliseconds of its UTC midnight. */
  readonly sentDay: number | undefined
  readonly size: number
  /** `SearchText.headerText`, folded by `SearchText.fold`. */
  readonly headerText: () => string
  /** Does the folded `headerText` or `bodyText` contain the folded needle? */
  readonly holds: (text: "header" | "body", needle: string) => boolean
  /** False only where a text is known not to hold the folded needle, so that it need not be read. */
  readonly mayHold: (text: "header" | "body", needle: string) => boolean
}

export type Matcher = (facts: SearchFacts) => boolean

const DAY = 86_400_000

/** How dear a query is: 0 needs the placement only, 1 the message's row, 2 its texts. */
export const cost = (query: SearchQuery): 0 | 1 | 2 => {
  switch (query._tag) {
    case "Header":
    case "Envelope":
    case "Body":
    case "Text":
      return 2
    case "EmailId":
    case "ThreadId":
    case "Larger":
    case "Smaller":
      return 1
    case "Date":
      return query.of === "sent" ? 1 : 0
    case "Not":
      return cost(query.query)
    case "And":
    case "Or":
      return query.queries.reduce<0 | 1 | 2>((most, one) => {
        const its = cost(one)
        return its > most ? its : most
      }, 0)
    default:
      return 0
  }
}

/** Any value of the field contains the needle; a line of the header text is `name: value`. */
const hasField = (header: string, field: string, needle: string): boolean => {
  const start = `${field}:`
  for (let at = 0; at < header.length;) {
    const end = header.indexOf("\n", at)
    const stop = end < 0 ? header.length : end
    // Cut out first: a header of many fields is not to be read through for each of them.
    if (header.startsWith(start, at) && header.slice(at + start.length, stop).includes(needle)) return true
    at = stop + 1
  }
  return false
}

const compare = (is: "before" | "on" | "since", day: number, at: number): boolean =>
  is === "before" ? at < day : is === "since" ? at >= day : at >= day && at < day + DAY

/** Folds needles and orders alternatives once, for many messages. `now` in milliseconds. */
export const compile = (query: SearchQuery, now: number): Matcher => {
  switch (query._tag) {
    case "All":
      return () => true
    case "Uids":
      return ({ uid }) => UidSet.has(query.uids, uid)
    case "EmailId":
      return ({ emailId }) => emailId === query.id
    case "ThreadId":
      return ({ threadId }) => threadId === query.id
    case "HasFlag": {
      // A mailbox has few distinct sets of flags.
      const known = new WeakMap<ReadonlyArray<Flag.Flag>, boolean>()
      return ({ flags }) => {
        const before = known.get(flags)
        if (before !== undefined) return before
        const has = Flag.includes(flags, query.flag)
        known.set(flags, has)
        return has
      }
    }
    case "Header": {
      const field = query.field.toLowerCase()
      const needle = fold(query.text)
      return ({ headerText, mayHold }) => mayHold("header", needle) && hasField(headerText(), field, needle)
    }
    case "Envelope": {
      const needle = fold(query.text)
      return ({ headerText, mayHold }) => mayHold("header", needle) && hasField(headerText(), query.field, needle)
    }
    case "Body": {
      const needle = fold(query.text)
      return ({ holds, mayHold }) => mayHold("body", needle) && holds("body", needle)
    }
    case "Text": {
      const needle = fold(query.text)
      return ({ holds, mayHold }) =>
        (mayHold("header", needle) && holds("header", needle)) || (mayHold("body", needle) && holds("body", needle))
    }
    case "Larger":
      return ({ size }) => size > query.octets
    case "Smaller":
      return ({ size }) => size < query.octets
    case "Date":
      switch (query.of) {
        case "internal":
          return ({ internalDate }) => compare(query.is, query.day, internalDate)
        case "saved":
          return ({ saveDate }) => compare(query.is, query.day, saveDate)
        case "sent":
          return ({ sentDay }) => sentDay !== undefined && compare(query.is, query.day, sentDay)
      }
      break
    case "Younger":
      return ({ internalDate }) => internalDate >= now - query.seconds * 1000
    case "Older":
      return ({ internalDate }) => internalDate <= now - query.seconds * 1000
    case "ModSeq":
      return ({ modSeq }) => modSeq >= query.atLeast
    case "Not": {
      const inner = compile(query.query, now)
      return (facts) => !inner(facts)
    }
    case "And": {
      const all = compileAll(query.queries, now)
      return (facts) => all.every((one) => one(facts))
    }
    case "Or": {
      const any = compileAll(query.queries, now)
      return (facts) => any.some((one) => one(facts))
    }
  }
}

const compileAll = (queries: ReadonlyArray<SearchQuery>, now: number): ReadonlyArray<Matcher> =>
  queries.toSorted((a, b) => cost(a) - cost(b)).map((one) => compile(one, now))

export const matches = (query: SearchQuery, facts: SearchFacts, now: number): boolean => compile(query, now)(facts)
