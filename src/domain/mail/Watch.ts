/** What changes, as it changes: the store's feed wakes, and what is told comes from the store itself. */
import { Effect, Queue, Stream } from "effect"
import { type MailboxNotFound, MailStore, type MailStoreError } from "../../ports/MailStore.ts"
import type { EmailId, Mailbox, MailboxId } from "../mailbox/Mailbox.ts"
import type { ModSeq } from "../mailbox/Uid.ts"
import * as UidSet from "../mailbox/UidSet.ts"
import type { Message } from "./Message.ts"
import { messageOf, SUMMARY } from "./Message.ts"
import type { Within } from "./Messages.ts"

export type Change =
  /** New in its mailbox: delivered, added, copied or moved there. */
  | { readonly _tag: "Arrived"; readonly message: Message }
  /** Its flags are others now. */
  | { readonly _tag: "Tagged"; readonly message: Message }
  /** Out of the mailbox: removed or moved away. */
  | { readonly _tag: "Left"; readonly mailbox: MailboxId; readonly id: EmailId }
  /** Mailboxes were made, renamed, subscribed, deleted: list them again. */
  | { readonly _tag: "Mailboxes" }

/** What the listener was told of a mailbox. */
interface Known {
  modSeq: ModSeq
  readonly ids: Map<number, EmailId>
}

/** What there is now is known and not told. */
const begin = Effect.fnUntraced(function*(mailbox: MailboxId) {
  const store = yield* MailStore
  const { changed, modSeq } = yield* store.changedSince(mailbox, 0)
  const known: Known = { modSeq, ids: new Map() }
  yield* Stream.runForEach(store.fetch(mailbox, changed, { objectIds: true }), ({ emailId, uid }) =>
    Effect.sync(() => {
      if (emailId !== undefined) known.ids.set(uid, emailId)
    }))
  return known
})

/** Costs what the smaller of the two has. */
const knownOf = (uids: UidSet.UidSet, { ids }: Known): ReadonlyArray<number> =>
  UidSet.size(uids) > ids.size
    ? Array.from(ids.keys()).filter((uid) => UidSet.has(uids, uid))
    : UidSet.members(uids)

const catchUp = Effect.fnUntraced(function*(mailbox: MailboxId, known: Known) {
  const store = yield* MailStore
  const { changed, modSeq, vanished } = yield* store.changedSince(mailbox, known.modSeq)
  known.modSeq = modSeq
  const told: Array<Change> = []
  for (const uid of knownOf(vanished, known)) {
    const id = known.ids.get(uid)
    if (id !== undefined) told.push({ _tag: "Left", mailbox, id })
    known.ids.delete(uid)
  }
  yield* Stream.runForEach(store.fetch(mailbox, changed, SUMMARY), (record) =>
    Effect.sync(() => {
      const message = messageOf(mailbox, record)
      if (message === undefined) return
      told.push({ _tag: known.ids.has(message.uid) ? "Tagged" : "Arrived", message })
      known.ids.set(message.uid, message.id)
    }))
  return told
})

const allLeft = (mailbox: MailboxId, { ids }: Known): ReadonlyArray<Change> =>
  Array.from(ids.values(), (id) => ({ _tag: "Left", mailbox, id }))

/** What there is to list, without the counters. */
const outline = (mailboxes: ReadonlyArray<Mailbox>): string =>
  JSON.stringify(mailboxes.map(({ id, name, specialUse, subscribed }) => [id, name, specialUse, subscribed]))

const NONE: ReadonlyArray<Change> = []

/** Answers a program that tells what is new since it was asked before. */
const follow = Effect.fnUntraced(function*(within: Within) {
  const store = yield* MailStore
  const isWatched = (id: MailboxId) => within.in === undefined || within.in === id
  const known = new Map<MailboxId, Known>()
  if (within.in !== undefined) known.set(within.in, yield* begin(within.in))
  let before = yield* store.mailboxes
  for (const { id } of before) {
    if (known.has(id) || !isWatched(id)) continue
    yield* begin(id).pipe(
      Effect.map((begun) => known.set(id, begun)),
      // Deleted meanwhile: then nobody was told of it.
      Effect.catchTag("MailboxNotFound", () => Effect.void)
    )
  }
  return Effect.gen(function*() {
    const mailboxes = yield* store.mailboxes
    const told: Array<Change> = outline(mailboxes) === outline(before) ? [] : [{ _tag: "Mailboxes" }]
    before = mailboxes
    const present = new Set(mailboxes.map(({ id }) => id))
    for (const [id, one] of known) {
      if (present.has(id)) continue
      known.delete(id)
      for (const change of allLeft(id, one)) told.push(change)
    }
    for (const { highestModSeq, id } of mailboxes) {
      if (!isWatched(id)) continue
      const one = known.get(id) ?? { modSeq: 0, ids: new Map() }
      known.set(id, one)
      if (one.modSeq === highestModSeq) continue
      // Its deletion is told with the next change.
      const news = yield* Effect.catchTag(catchUp(id, one), "MailboxNotFound", () => Effect.succeed(NONE))
      for (const change of news) told.push(change)
    }
    return told
  })
})

/**
 * All changes of the account, or of one mailbox, from its first element on, which comes at once and is `Mailboxes`: who
 * lists after it misses nothing. Remembers an id for each message that it watches.
 */
export const watch = (
  within: Within = {}
): Stream.Stream<Change, MailStoreError | MailboxNotFound, MailStore> =>
  Stream.unwrap(Effect.gen(function*() {
    const store = yield* MailStore
    const wakes = yield* Queue.sliding<void>(1)
    yield* Effect.forkScoped(Stream.runForEach(store.changes, () => Queue.offer(wakes, undefined)), {
      startImmediately: true
    })
    const news = yield* follow(within)
    return Stream.concat(
      Stream.succeed<Change>({ _tag: "Mailboxes" }),
      Stream.fromQueue(wakes).pipe(Stream.mapEffect(() => news), Stream.flattenIterable)
    )
  }))
