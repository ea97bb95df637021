/**
 * What happens at the door, for whoever looks for a fault (`LEAP_MAIL_TRACE=imap`): commands, how they ended, how long
 * they took. A word is told only where the grammar has it: names, addresses, passwords, search strings and mail are `…`.
 */
import { Clock, Effect } from "effect"
import { SYSTEM } from "../../domain/mailbox/Flag.ts"
import { SORT_KEYS } from "../../domain/mailbox/SortKey.ts"
import type { Connection } from "./Connection.ts"
import type { Command } from "./grammar/Command.ts"
import { STATUS_ITEMS } from "./grammar/List.ts"
import { EVENTS } from "./grammar/NotifyCommand.ts"
import type { Code } from "./grammar/Response.ts"
import { SAVED } from "./grammar/SequenceSet.ts"
import { type Completion, FEATURES } from "./State.ts"

const SET = [SAVED]
const NAME = ["INBOX"]
const CHARSET = ["UTF-8", "US-ASCII"]

/** The words of the grammar, by where they stand: `Tag.field`, or `.field` in what has no tag. */
const WORDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "Authenticate.mechanism": ["PLAIN"],
  "Compress.algorithm": ["DEFLATE"],
  "Enable.extensions": FEATURES.map((name) => name.toUpperCase()),
  "Select.mailbox": NAME,
  "Status.mailbox": NAME,
  "Status.items": STATUS_ITEMS,
  "Append.mailbox": NAME,
  ".flags": SYSTEM,
  "Replace.mailbox": NAME,
  "Copy.mailbox": NAME,
  ".events": EVENTS,
  "Copy.set": SET,
  "Fetch.set": SET,
  ".text": ["ALL", "HEADER", "TEXT", "MIME", "HEADER.FIELDS", "HEADER.FIELDS.NOT"],
  "Body.label": ["RFC822", "RFC822.HEADER", "RFC822.TEXT"],
  "Store.set": SET,
  "Store.operation": ["add", "remove", "replace"],
  "Store.flags": SYSTEM,
  "Expunge.uids": SET,
  "Search.charset": CHARSET,
  "Sort.charset": CHARSET,
  ".key": SORT_KEYS,
  "Thread.charset": CHARSET,
  "Thread.algorithm": ["references", "orderedSubject"],
  "Sequence.set": SET,
  "Uid.set": SET,
  "Flag.flag": SYSTEM,
  "Text.field": ["FROM", "TO", "CC", "BCC", "SUBJECT", "BODY", "TEXT"],
  "Date.of": ["internal", "sent", "saved"],
  "Date.is": ["before", "on", "since"]
}
const HIDDEN = "…"
const MOST_ITEMS = 8
const MOST_CHARACTERS = 300

const isRange = (value: object): value is { readonly from: number; readonly to: number } =>
  "from" in value && "to" in value && typeof value.from === "number" && typeof value.to === "number"

const bound = (value: number): string => value === 0 ? "*" : String(value)

const field = (place: string, name: string, value: unknown): string => {
  switch (value) {
    case undefined:
    case false:
      return ""
    case true:
      return name
    default:
      return `${name}=${shown(value, WORDS[place])}`
  }
}

/** What is not known to be harmless is hidden. */
const shown = (value: unknown, words: ReadonlyArray<string> = []): string => {
  if (typeof value === "number") return String(value)
  if (typeof value === "string") return words.includes(value) ? value : HIDDEN
  if (value instanceof Uint8Array) return `${value.length} octets`
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ITEMS).map((item) => shown(item, words))
    return `(${items.join(" ")}${value.length > MOST_ITEMS ? ` and ${value.length - MOST_ITEMS} more` : ""})`
  }
  if (typeof value !== "object" || value === null) return HIDDEN
  if (isRange(value)) return value.from === value.to ? bound(value.from) : `${bound(value.from)}:${bound(value.to)}`
  if (Object.getPrototypeOf(value) !== Object.prototype) return HIDDEN
  const [tag, fields] = fieldsOf(value)
  return fields === "" ? tag : `${tag}(${fields})`
}

const fieldsOf = (value: object): readonly [tag: string, fields: string] => {
  const { _tag: tag, ...fields } = { _tag: "", ...value }
  const told = Object.entries(fields).map(([name, inner]) => field(`${tag}.${name}`, name, inner))
  return [tag, told.filter((one) => one !== "").join(" ")]
}

export const describe = (command: Command): string => {
  const text = fieldsOf(command).join(" ").trim()
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}${HIDDEN}` : text
}

const codeName = (code: Code): string => code._tag === "Word" || code._tag === "Number" ? code.word : code._tag

/** Of one connection. */
export interface Trace {
  /** Counts what passes. */
  readonly connection: Connection
  readonly began: Effect.Effect<void>
  readonly received: Effect.Effect<void>
  readonly answered: (command: Command, completion: Completion) => Effect.Effect<void>
  /** The sentence repeats nothing of what came. */
  readonly unreadable: (sentence: string) => Effect.Effect<void>
  readonly ended: (reason: string) => Effect.Effect<void>
}

const size = (pieces: ReadonlyArray<Uint8Array>): number => pieces.reduce((sum, { length }) => sum + length, 0)

export const make = (connection: Connection, number: number): Trace => {
  let octetsIn = 0
  let octetsOut = 0
  let since = 0n
  const log = (text: string) => Effect.logInfo(`imap ${number}: ${text}`)
  const told = Effect.fnUntraced(function*(what: string, how: string) {
    const milliseconds = Number((yield* Clock.currentTimeNanos) - since) / 1e6
    yield* log(`${what} -> ${how} (${milliseconds.toFixed(1)} ms, ${octetsIn} octets in, ${octetsOut} out)`)
    octetsIn = octetsOut = 0
  })
  return {
    connection: {
      ...connection,
      read: Effect.tap(connection.read, ({ length }) => Effect.sync(() => octetsIn += length)),
      write: (pieces) => Effect.andThen(Effect.sync(() => octetsOut += size(pieces)), connection.write(pieces))
    },
    began: Effect.suspend(() => log(connection.isPrivate ? "connected" : "connected, not encrypted")),
    received: Effect.map(Clock.currentTimeNanos, (now) => {
      since = now
    }),
    answered: (command, { code, status }) =>
      told(describe(command), code === undefined ? status : `${status} [${codeName(code)}]`),
    unreadable: (sentence) => told("cannot be read", `BAD ${sentence}`),
    ended: (reason) => log(`gone: ${reason}`)
  }
}
