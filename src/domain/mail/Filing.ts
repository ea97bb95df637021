/**
 * Tagging, copying, moving and removing messages by their ids. Each answers the ids of what was there to be changed;
 * what is gone is passed over, so that doing a thing twice does no harm.
 */
import { Effect } from "effect"
import { type Location, MailStore } from "../../ports/MailStore.ts"
import type { Flag, FlagOperation } from "../mailbox/Flag.ts"
import type { EmailId, MailboxId } from "../mailbox/Mailbox.ts"
import { uids } from "../mailbox/Placements.ts"
import * as UidSet from "../mailbox/UidSet.ts"
import { withRole } from "./Mailboxes.ts"
import { byMailbox, locate, type Within } from "./Messages.ts"

const idsOf = (places: ReadonlyArray<Location>): ReadonlyArray<EmailId> =>
  Array.from(new Set(places.map(({ emailId }) => emailId)))

/** Adds, removes or replaces flags (`\Seen`, `$work`) in all mailboxes of the messages, or in one. */
export const tag = Effect.fn("Filing.tag")(function*(
  ids: ReadonlyArray<EmailId>,
  operation: FlagOperation,
  flags: ReadonlyArray<Flag>,
  within: Within = {}
) {
  const store = yield* MailStore
  const places = yield* locate(ids, within)
  for (const [mailbox, uids] of byMailbox(places)) yield* store.flag(mailbox, uids, operation, flags)
  return idsOf(places)
})

const removeFrom = Effect.fnUntraced(function*(places: ReadonlyArray<Location>) {
  const store = yield* MailStore
  for (const [mailbox, uids] of byMailbox(places)) {
    yield* store.flag(mailbox, uids, "add", ["\\Deleted"])
    yield* store.expunge(mailbox, uids)
  }
})

/** For good: from all mailboxes, or from one. */
export const remove = Effect.fn("Filing.remove")(function*(ids: ReadonlyArray<EmailId>, within: Within = {}) {
  const places = yield* locate(ids, within)
  yield* removeFrom(places)
  return idsOf(places)
})

/** One place of each message, from which it is taken. */
const firstOf = (places: ReadonlyArray<Location>): ReadonlyArray<Location> =>
  Array.from(new Map(places.toReversed().map((place) => [place.emailId, place] as const)).values()).toReversed()

const idsIn = (places: ReadonlyArray<Location>, mailbox: MailboxId): ReadonlySet<EmailId> =>
  new Set(places.filter((place) => place.mailbox === mailbox).map(({ emailId }) => emailId))

/** With flags and dates. What lies in the target already is not doubled. */
export const copy = Effect.fn("Filing.copy")(function*(
  ids: ReadonlyArray<EmailId>,
  target: MailboxId
) {
  const store = yield* MailStore
  const places = yield* locate(ids)
  yield* store.mailboxById(target)
  const there = idsIn(places, target)
  const copied = firstOf(places.filter(({ emailId }) => !there.has(emailId)))
  for (const [mailbox, uids] of byMailbox(copied)) yield* store.copy(mailbox, uids, target)
  return idsOf(places)
})

/**
 * Out of all other mailboxes, or out of one (`in`), into the target. First it is there, then it is nowhere else: a
 * crash leaves it twice rather than nowhere.
 */
export const move = Effect.fn("Filing.move")(function*(
  ids: ReadonlyArray<EmailId>,
  target: MailboxId,
  within: Within = {}
) {
  const store = yield* MailStore
  yield* store.mailboxById(target)
  const places = yield* locate(ids)
  const there = idsIn(places, target)
  const leaving = places.filter(({ mailbox }) => mailbox !== target && mailbox === (within.in ?? mailbox))
  const moved = new Set(firstOf(leaving.filter(({ emailId }) => !there.has(emailId))))
  for (const [mailbox, uids] of byMailbox(Array.from(moved))) yield* store.move(mailbox, uids, target)
  yield* removeFrom(leaving.filter((place) => !moved.has(place)))
  return Array.from(new Set([...idsOf(leaving), ...there]))
})

/** Into the trash; for good what lies nowhere else. */
export const discard = Effect.fn("Filing.discard")(function*(ids: ReadonlyArray<EmailId>) {
  const { id: trash } = yield* withRole("trash")
  const places = yield* locate(ids)
  const isElsewhere = new Set(idsOf(places.filter(({ mailbox }) => mailbox !== trash)))
  yield* move(Array.from(isElsewhere), trash)
  yield* removeFrom(places.filter(({ emailId }) => !isElsewhere.has(emailId)))
  return idsOf(places)
})

/** For good, all that mail programs have marked \Deleted in a mailbox. Answers how many went. */
export const purge = Effect.fn("Filing.purge")(function*(mailbox: MailboxId) {
  const store = yield* MailStore
  return (yield* store.expunge(mailbox)).uids.length
})

/** For good, all in a mailbox. Answers how many went. */
export const empty = Effect.fn("Filing.empty")(function*(mailbox: MailboxId) {
  const store = yield* MailStore
  const { placements } = yield* store.snapshot(mailbox)
  // What comes meanwhile stays.
  const all = UidSet.fromUids(uids(placements))
  yield* store.flag(mailbox, all, "add", ["\\Deleted"])
  return (yield* store.expunge(mailbox, all)).uids.length
})
