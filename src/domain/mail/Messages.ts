/** Reading messages: lists, one by its id, its parts, its text, its octets. Reading sets no flag. */
import { Clock, Effect, Option, Schema, Stream } from "effect"
import {
  type FetchFields,
  type MailboxNotFound,
  MailStore,
  type MailStoreError,
  type MessageRecord
} from "../../ports/MailStore.ts"
import type { Flag } from "../mailbox/Flag.ts"
import type { EmailId, MailboxId } from "../mailbox/Mailbox.ts"
import { uids } from "../mailbox/Placements.ts"
import type { SortCriterion } from "../mailbox/Sort.ts"
import type { Uid } from "../mailbox/Uid.ts"
import * as UidSet from "../mailbox/UidSet.ts"
import { decodeWords } from "../message/EncodedWord.ts"
import { headerFields, unfold } from "../message/Header.ts"
import { type Message, messageOf, type Place, SUMMARY } from "./Message.ts"
import { sort } from "./Order.ts"
import { openPart, partsOf, textOf } from "./Part.ts"

/** No such message in the account, or not in the mailbox that was named. */
export class NoSuchMessage extends Schema.TaggedError<NoSuchMessage>()("NoSuchMessage", {
  id: Schema.String
}) {
  override get message(): string {
    return `There is no message ${this.id} here (any more)`
  }
}

export class NoSuchPart extends Schema.TaggedError<NoSuchPart>()("NoSuchPart", {
  id: Schema.String,
  part: Schema.String
}) {
  override get message(): string {
    return `The message ${this.id} has no part ${this.part}`
  }
}

/** Of a message that lies in several mailboxes, the one in this. */
export interface Within {
  readonly in?: MailboxId
}

/** Of a message with its structure in memory at once. */
const CHUNK = 100

/** Where messages lie, in the order of the ids; those that lie nowhere are passed over. */
export const locate = Effect.fn("Messages.locate")(function*(ids: ReadonlyArray<EmailId>, within: Within = {}) {
  const store = yield* MailStore
  const found = yield* store.locate(ids)
  return within.in === undefined ? found : found.filter(({ mailbox }) => mailbox === within.in)
})

/** By mailboxes, what lies in each. */
export const byMailbox = (places: ReadonlyArray<Place>): ReadonlyArray<readonly [MailboxId, UidSet.UidSet]> =>
  Array.from(
    Map.groupBy(places, ({ mailbox }) => mailbox),
    ([mailbox, some]) => [mailbox, UidSet.fromUids(some.map(({ uid }) => uid))] as const
  )

/** Of one place among others. */
export const keyOf = ({ mailbox, uid }: Place): string => `${mailbox} ${uid}`

const readSome = Effect.fnUntraced(function*(places: ReadonlyArray<Place>) {
  const store = yield* MailStore
  const found = new Map<string, Message>()
  for (const [mailbox, uids] of byMailbox(places)) {
    yield* store.fetch(mailbox, uids, SUMMARY).pipe(
      Stream.runForEach((record) =>
        Effect.sync(() => {
          const message = messageOf(mailbox, record)
          if (message !== undefined) found.set(keyOf(message), message)
        })
      ),
      // Deleted with all in it since the place was told.
      Effect.catchTag("MailboxNotFound", () => Effect.void)
    )
  }
  return places.flatMap((place) => found.get(keyOf(place)) ?? [])
})

/** In the order of the places; where nothing lies (any more) is passed over. */
export const read = (places: ReadonlyArray<Place>): Stream.Stream<Message, MailStoreError, MailStore> =>
  Stream.fromIterable(places).pipe(
    Stream.grouped(CHUNK),
    Stream.mapEffect(readSome),
    Stream.flattenIterable
  )

export interface ListOptions {
  /** By uid, so as they came, where absent. */
  readonly sort?: ReadonlyArray<SortCriterion>
  readonly skip?: number
  readonly take?: number
}

const uidsOf = Effect.fnUntraced(function*(mailbox: MailboxId, { skip = 0, sort: criteria, take }: ListOptions) {
  const store = yield* MailStore
  const end = take === undefined ? undefined : skip + take
  if (criteria !== undefined) return (yield* sort(mailbox, UidSet.all, criteria)).slice(skip, end)
  const { placements } = yield* store.snapshot(mailbox)
  return Array.from(uids(placements).subarray(skip, end), (uid) => uid as Uid)
})

/** The messages of a mailbox, or some of them. */
export const list = (
  mailbox: MailboxId,
  options: ListOptions = {}
): Stream.Stream<Message, MailStoreError | MailboxNotFound, MailStore> =>
  Stream.unwrap(Effect.map(uidsOf(mailbox, options), (uids) => read(uids.map((uid) => ({ mailbox, uid })))))

const first = Effect.fnUntraced(function*(id: EmailId, within: Within) {
  const [place] = yield* locate([id], within)
  return place ?? (yield* new NoSuchMessage({ id }))
})

/** One message, in the first of its mailboxes. */
export const get = Effect.fn("Messages.get")(function*(id: EmailId, within: Within = {}) {
  const [message] = yield* readSome([yield* first(id, within)])
  return message ?? (yield* new NoSuchMessage({ id }))
})

/** The octets of every place of a message are the same: the first will do. */
const contents = Effect.fnUntraced(function*(id: EmailId, fields: FetchFields) {
  const store = yield* MailStore
  const { mailbox, uid } = yield* first(id, {})
  const found = yield* Stream.runHead(store.fetch(mailbox, UidSet.fromUids([uid]), fields)).pipe(
    Effect.catchTag("MailboxNotFound", () => new NoSuchMessage({ id }))
  )
  const { bytes, header, structure } = Option.getOrElse(found, (): Partial<MessageRecord> => ({}))
  return { bytes, header, structure }
})

/** The octets, exactly as they came. */
export const bytes = Effect.fn("Messages.bytes")(function*(id: EmailId) {
  return (yield* contents(id, { bytes: true })).bytes ?? (yield* new NoSuchMessage({ id }))
})

/** All fields of its header in their order, decoded. What leap-mail found out is in those that begin with `X-Leap-`. */
export const header = Effect.fn("Messages.header")(function*(id: EmailId) {
  const octets = (yield* contents(id, { header: true })).header ?? (yield* new NoSuchMessage({ id }))
  return headerFields(octets, 0, octets.length).map((field): readonly [name: string, value: string] => [
    field.name,
    decodeWords(unfold(octets, field))
  ])
})

/** Its leaves and embedded messages; a message without multipart has one part, `1`. */
export const parts = Effect.fn("Messages.parts")(function*(id: EmailId) {
  const { structure } = yield* contents(id, { structure: true })
  return structure === undefined ? yield* new NoSuchMessage({ id }) : partsOf(structure)
})

const opened = Effect.fnUntraced(function*(id: EmailId) {
  const { bytes, structure } = yield* contents(id, { structure: true, bytes: true })
  return bytes === undefined || structure === undefined ? yield* new NoSuchMessage({ id }) : { bytes, structure }
})

/** One part by its number, decoded. */
export const part = Effect.fn("Messages.part")(function*(id: EmailId, number: string) {
  const { bytes, structure } = yield* opened(id)
  return openPart(structure, bytes, number) ?? (yield* new NoSuchPart({ id, part: number }))
})

/** What a person reads of it. */
export const text = Effect.fn("Messages.text")(function*(id: EmailId) {
  const { bytes, structure } = yield* opened(id)
  return textOf(structure, bytes)
})

export interface AddOptions {
  readonly flags?: ReadonlyArray<Flag>
  /** Milliseconds; now where absent. */
  readonly receivedAt?: number
}

/** Puts octets into a mailbox; on disk when answered. */
export const add = Effect.fn("Messages.add")(
  function*(mailbox: MailboxId, bytes: Uint8Array, { flags = [], receivedAt }: AddOptions = {}) {
    const store = yield* MailStore
    const internalDate = receivedAt ?? (yield* Clock.currentTimeMillis)
    const { uids } = yield* store.append(mailbox, [{ bytes, flags, internalDate }])
    const [message] = yield* readSome(uids.map((uid) => ({ mailbox, uid })))
    // Another may have taken it out already.
    return message ?? (yield* new NoSuchMessage({ id: "that was added" }))
  }
)
