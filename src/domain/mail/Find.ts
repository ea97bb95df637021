/** Searching one mailbox or the whole account. */
import { Clock, Effect, Stream } from "effect"
import { type Location, MailStore } from "../../ports/MailStore.ts"
import type { EmailId, MailboxId } from "../mailbox/Mailbox.ts"
import type { SearchQuery } from "../mailbox/SearchQuery.ts"
import * as Sort from "../mailbox/Sort.ts"
import * as Steps from "../mailbox/Steps.ts"
import * as UidSet from "../mailbox/UidSet.ts"
import { byMailbox, keyOf, read, type Within } from "./Messages.ts"
import { inTurns } from "./Order.ts"

export interface FindOptions extends Within {
  /** By mailbox and uid where absent. */
  readonly sort?: ReadonlyArray<Sort.SortCriterion>
}

interface Found extends Sort.SortFacts {
  readonly mailbox: MailboxId
}

const findIn = Effect.fnUntraced(function*(
  mailbox: MailboxId,
  query: SearchQuery,
  criteria: ReadonlyArray<Sort.SortCriterion>
) {
  const store = yield* MailStore
  const uids = yield* store.search(mailbox, query, yield* Clock.currentTimeMillis)
  if (criteria.length === 0 || uids.length === 0) return uids.map((uid): Found => ({ mailbox, uid, values: [] }))
  const facts = yield* Stream.runCollect(
    store.sortFacts(mailbox, UidSet.fromUids(uids), criteria.map(({ key }) => key))
  )
  return facts.map((one): Found => ({ mailbox, ...one }))
})

/** What of each is needed to know which are one message. */
const withIds = Effect.fnUntraced(function*(found: ReadonlyArray<Found>) {
  const store = yield* MailStore
  const ids = new Map<string, EmailId>()
  for (const [mailbox, uids] of byMailbox(found)) {
    yield* Stream.runForEach(store.fetch(mailbox, uids, { objectIds: true }), ({ emailId, uid }) =>
      Effect.sync(() => {
        if (emailId !== undefined) ids.set(keyOf({ mailbox, uid }), emailId)
      })).pipe(Effect.catchTag("MailboxNotFound", () => Effect.void))
  }
  return found.flatMap(({ mailbox, uid }): ReadonlyArray<Location> => {
    const emailId = ids.get(keyOf({ mailbox, uid }))
    return emailId === undefined ? [] : [{ emailId, mailbox, uid }]
  })
})

/** Where each message that fits lies, once: of several mailboxes the first in the order. */
export const find = Effect.fn("Find.find")(function*(query: SearchQuery, options: FindOptions = {}) {
  const store = yield* MailStore
  const criteria = options.sort ?? []
  const mailboxes = options.in === undefined ? (yield* store.mailboxes).map(({ id }) => id) : [options.in]
  const all: Array<Found> = []
  for (const mailbox of mailboxes) {
    const some = findIn(mailbox, query, criteria)
    // Deleted during a search of all of them.
    const found = yield* options.in === undefined
      ? Effect.catchTag(some, "MailboxNotFound", () => Effect.succeed<ReadonlyArray<Found>>([]))
      : some
    for (const one of found) all.push(one)
  }
  const sorted = criteria.length === 0 ? all : yield* inTurns(Steps.sort(all, Sort.compare(criteria)))
  const once = new Map<EmailId, Location>()
  for (const place of yield* withIds(sorted)) if (!once.has(place.emailId)) once.set(place.emailId, place)
  return Array.from(once.values())
})

/** The messages themselves, in the order found. */
export const messages = (query: SearchQuery, options: FindOptions = {}) =>
  Stream.unwrap(Effect.map(find(query, options), read))

/** Those with a Message-ID (without angle brackets): mostly one. */
export const byMessageId = Effect.fn("Find.byMessageId")(function*(messageId: string, within: Within = {}) {
  const query: SearchQuery = { _tag: "Header", field: "message-id", text: messageId }
  const found = yield* Stream.runCollect(messages(query, within))
  return found.filter((message) => message.messageId === messageId)
})
