/** NOTIFY (RFC 5465): of which mailboxes a client hears what, without asking. */
import { Result } from "effect"
import { type FetchItem, item } from "./FetchItem.ts"
import { atom, badAt, keyword, type Lexer, list, type Parsed, peek, space, take } from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"

/** RFC 5465 §6 */
export type MailboxFilter =
  | { readonly _tag: "Selected"; readonly delayed: boolean }
  | { readonly _tag: "Inboxes" }
  | { readonly _tag: "Personal" }
  | { readonly _tag: "Subscribed" }
  | { readonly _tag: "Subtree"; readonly mailboxes: ReadonlyArray<string> }
  | { readonly _tag: "Mailboxes"; readonly mailboxes: ReadonlyArray<string> }

/** All that there are here (RFC 5465 §5): AnnotationChange is of RFC 5257, which nobody speaks. */
export const EVENTS = [
  "MessageNew",
  "MessageExpunge",
  "FlagChange",
  "MailboxName",
  "SubscriptionChange",
  "MailboxMetadataChange",
  "ServerMetadataChange"
] as const
export type EventName = (typeof EVENTS)[number]

export interface EventGroup {
  readonly filter: MailboxFilter
  readonly events: ReadonlyArray<EventName>
  /** What is to be told of a new message. */
  readonly items: ReadonlyArray<FetchItem>
}

export type Notify = {
  readonly _tag: "Notify"
  /** NONE, where there are none. */
  readonly groups: ReadonlyArray<EventGroup>
  /** How the mailboxes are now, first. */
  readonly status: boolean
  /** There was an event that is none of ours: nothing is set. */
  readonly isUnknown: boolean
}

/** Each group is asked about each mailbox that changes. */
const MAX_GROUPS = 50

const MESSAGE_EVENTS: ReadonlySet<EventName> = new Set(["MessageNew", "MessageExpunge", "FlagChange"])

/** `one-or-more-mailbox = mailbox / "(" mailbox *(SP mailbox) ")"` */
const mailboxes = (lexer: Lexer): Parsed<ReadonlyArray<string>> =>
  Result.gen(function*() {
    yield* space(lexer)
    return peek(lexer) === "(" ? yield* list(lexer, mailbox) : [yield* mailbox(lexer)]
  })

/** `filter-mailboxes` */
const filter = (lexer: Lexer): Parsed<MailboxFilter> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "SELECTED":
        return { _tag: "Selected", delayed: false }
      case "SELECTED-DELAYED":
        return { _tag: "Selected", delayed: true }
      case "INBOXES":
        return { _tag: "Inboxes" }
      case "PERSONAL":
        return { _tag: "Personal" }
      case "SUBSCRIBED":
        return { _tag: "Subscribed" }
      case "SUBTREE":
        return { _tag: "Subtree", mailboxes: yield* mailboxes(lexer) }
      case "MAILBOXES":
        return { _tag: "Mailboxes", mailboxes: yield* mailboxes(lexer) }
    }
    return yield* badAt(lexer, start, "expected selected, inboxes, personal, subscribed, subtree or mailboxes")
  })

interface Event {
  readonly name: EventName | undefined
  readonly items: ReadonlyArray<FetchItem>
}

/** `event`; what is none of ours may have anything in parentheses behind it only if it is MessageNew */
const event = (lexer: Lexer): Parsed<Event> =>
  Result.gen(function*() {
    const word = (yield* atom(lexer)).toUpperCase()
    const name = EVENTS.find((one) => one.toUpperCase() === word)
    const items = name === "MessageNew" && take(lexer, " (") ? yield* fetchList(lexer) : []
    return { name, items }
  })

const fetchList = (lexer: Lexer): Parsed<ReadonlyArray<FetchItem>> => {
  lexer.at--
  return list(lexer, item)
}

/** RFC 5465 §5, §6.1: what goes together, and what goes with the selected mailbox only. */
const wrong = (filter: MailboxFilter, names: ReadonlySet<EventName>, hasItems: boolean): string | undefined => {
  const [isNew, isGone] = [names.has("MessageNew"), names.has("MessageExpunge")]
  if (isNew !== isGone) return "MessageNew and MessageExpunge go together"
  if (names.has("FlagChange") && !isNew) return "FlagChange goes with MessageNew and MessageExpunge"
  if (filter._tag !== "Selected") {
    return hasItems ? "what is told of new messages goes with the selected mailbox only" : undefined
  }
  return Array.from(names).every((name) => MESSAGE_EVENTS.has(name))
    ? undefined
    : "of the selected mailbox there are events of messages only"
}

/** `event-group = "(" filter-mailboxes SP ("(" event *(SP event) ")" / "NONE") ")"` */
const eventGroup = (lexer: Lexer): Parsed<EventGroup & { readonly isUnknown: boolean }> =>
  Result.gen(function*() {
    const start = lexer.at
    if (!take(lexer, "(")) return yield* badAt(lexer, start, "expected mailboxes and events in parentheses")
    const which = yield* filter(lexer)
    yield* space(lexer)
    const events = take(lexer, "NONE") ? [] : yield* list(lexer, event)
    if (!take(lexer, ")")) return yield* badAt(lexer, lexer.at, "expected the closing parenthesis")
    const names = new Set(events.flatMap(({ name }) => name ?? []))
    const items = events.flatMap((one) => one.items)
    const isUnknown = events.some(({ name }) => name === undefined)
    const fault = isUnknown ? undefined : wrong(which, names, items.length > 0)
    if (fault !== undefined) return yield* badAt(lexer, start, fault)
    return { filter: which, events: EVENTS.filter((name) => names.has(name)), items, isUnknown }
  })

/** `notify = "NOTIFY" SP ("SET" [SP "STATUS"] SP event-group *(SP event-group) / "NONE")` */
export const notify = (lexer: Lexer): Parsed<Notify> =>
  Result.gen(function*() {
    yield* space(lexer)
    if (take(lexer, "NONE")) return { _tag: "Notify", groups: [], status: false, isUnknown: false }
    const start = lexer.at
    if (!take(lexer, "SET")) return yield* badAt(lexer, start, "expected SET or NONE")
    const status = take(lexer, " STATUS")
    const groups: Array<EventGroup> = []
    let isUnknown = false
    do {
      yield* space(lexer)
      const { isUnknown: hasUnknown, ...group } = yield* eventGroup(lexer)
      groups.push(group)
      isUnknown = isUnknown || hasUnknown
    } while (peek(lexer) === " " && lexer.bytes[lexer.at + 1] === 40)
    if (groups.length > MAX_GROUPS) return yield* badAt(lexer, start, "there are too many groups of mailboxes")
    if (groups.filter((one) => one.filter._tag === "Selected").length > 1) {
      return yield* badAt(lexer, start, "the selected mailbox is named once")
    }
    return { _tag: "Notify", groups, status, isUnknown }
  })
