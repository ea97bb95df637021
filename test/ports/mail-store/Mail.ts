/** Words for the tests of a MailStore: a store of its own for each, recounted at the end. */
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, type Scope, Stream, Struct } from "effect"
import * as Flag from "../../../src/domain/mailbox/Flag.ts"
import { type EmailId, INBOX, type Mailbox, type MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import * as Placements from "../../../src/domain/mailbox/Placements.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { type FetchFields, type Location, MailStore, type NewMessage } from "../../../src/ports/MailStore.ts"

export type Test = <A, E>(name: string, body: Effect.Effect<A, E, MailStore | Scope.Scope>) => void

export const testOn = <E>(layer: Layer.Layer<MailStore, E>): Test => (name, body) =>
  it.effect(name, () => Effect.andThen(body, recount).pipe(Effect.provide(Layer.fresh(layer))))

/** Of any types: a uid is written as a number. */
export const equal = (actual: unknown, expected: unknown, name?: string): void =>
  assert.deepStrictEqual(actual, expected, name)

export const octets = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)

export const message = (text: string, more?: Partial<NewMessage>): NewMessage => ({
  bytes: octets(text),
  flags: [],
  internalDate: 0,
  ...more
})

/** As IMAP writes it: `1:3,7`. */
export const set = (text: string): UidSet.UidSet =>
  UidSet.fromRanges(
    text.split(",").filter((range) => range !== "").map((range) => {
      const [from = 0, to = from] = range.split(":").map(Number)
      return { from, to }
    })
  )

/** RFC 8474 §4 */
export const OBJECT_ID = /^[A-Za-z0-9_-]{1,64}$/
/** Nobody has it. */
export const NOWHERE = "Mnowhere" as MailboxId
export const emailId = (text: string): EmailId => text as EmailId

export const find = (name: string) => Effect.flatMap(MailStore, (store) => store.mailbox(name))
export const idOf = (name: string) => Effect.map(find(name), ({ id }) => id)
export const names = Effect.flatMap(
  MailStore,
  (store) => Effect.map(store.mailboxes, (mailboxes) => mailboxes.map(({ name }) => name))
)

/** Answers the uids. */
export const put = Effect.fnUntraced(function*(name: string, ...messages: ReadonlyArray<NewMessage | string>) {
  const store = yield* MailStore
  const news = messages.map((one) => typeof one === "string" ? message(one) : one)
  return (yield* store.append(yield* idOf(name), news)).uids
})

export const fetch = Effect.fnUntraced(function*(name: string, fields: FetchFields = {}, uids = UidSet.all) {
  const store = yield* MailStore
  return yield* Stream.runCollect(store.fetch(yield* idOf(name), uids, fields))
})

const sorted = (flags: ReadonlyArray<Flag.Flag>): string => [...flags].sort().join(" ")

/** Uid, text and flags of all in a mailbox. */
export const look = (name: string) =>
  Effect.map(
    fetch(name, { bytes: true }),
    (records) => records.map(({ bytes, flags, uid }) => [uid, textOf(bytes), sorted(flags)] as const)
  )

export const flagsOf = (name: string) => Effect.map(fetch(name), (records) => records.map(({ flags }) => sorted(flags)))

export const flag = Effect.fnUntraced(function*(
  name: string,
  uids: string,
  operation: Flag.FlagOperation,
  ...flags: ReadonlyArray<Flag.Flag>
) {
  const store = yield* MailStore
  return yield* store.flag(yield* idOf(name), set(uids), operation, flags)
})

/** Deletes and expunges. */
export const remove = Effect.fnUntraced(function*(name: string, uids: string) {
  const store = yield* MailStore
  yield* flag(name, uids, "add", "\\Deleted")
  return yield* store.expunge(yield* idOf(name), set(uids))
})

/** Names of mailboxes stand for their ids. Ends with a message to Junk, which tells that all is told. */
export const told = Effect.fnUntraced(function*<A, E, R>(body: Effect.Effect<A, E, R>) {
  const store = yield* MailStore
  const end = yield* store.mailbox("Junk")
  const listening = yield* store.changes.pipe(
    Stream.takeUntil((change) => change._tag === "Changed" && change.mailbox === end.id),
    Stream.runCollect,
    Effect.forkChild({ startImmediately: true })
  )
  const before = yield* store.mailboxes
  yield* body
  yield* store.append(end.id, [message("the end")])
  const changes = yield* Fiber.join(listening)
  const known = new Map([...before, ...yield* store.mailboxes].map(({ id, name }) => [id, name]))
  const nameOf = (id: MailboxId | undefined) => id === undefined ? "(server)" : known.get(id) ?? "(gone)"
  return changes.slice(0, -1).map((change) => {
    if (change._tag === "Mailboxes") return change._tag
    const what = change._tag === "Metadata" ? change.entries.join() : UidSet.encode(change.uids)
    return `${change._tag} ${nameOf(change.mailbox)} ${what}`
  })
})

type Records = Effect.Success<ReturnType<typeof fetch>>

const sizeOf = (records: Records): number => records.reduce((sum, { size }) => sum + size, 0)

const PLACED = ["uid", "flags", "modSeq", "internalDate", "saveDate", "size"] as const

const counted = (records: Records): Partial<Mailbox> => {
  const deleted = records.filter(({ flags }) => Flag.includes(flags, "\\Deleted"))
  return {
    exists: records.length,
    unseen: records.filter(({ flags }) => !Flag.includes(flags, "\\Seen")).length,
    deleted: deleted.length,
    size: sizeOf(records),
    deletedSize: sizeOf(deleted)
  }
}

/** INBOX, then by code points, which is the order of UTF-8. */
const byName = (a: string, b: string): number =>
  a === INBOX ? -1 : b === INBOX ? 1 : Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Whatever was done: the ways to ask agree, and the counters are what counting gives. */
export const recount = Effect.gen(function*() {
  const store = yield* MailStore
  const mailboxes = yield* store.mailboxes
  const all = mailboxes.map(({ name }) => name)
  assert.deepStrictEqual(all, [...new Set(all)].sort(byName))
  assert.strictEqual(new Set(mailboxes.map(({ uidValidity }) => uidValidity)).size, mailboxes.length)
  const locations: Array<Location> = []
  for (const mailbox of mailboxes) {
    const { deleted, deletedSize, exists, highestModSeq, name, size, uidNext, unseen } = mailbox
    assert.deepStrictEqual(yield* store.mailbox(name), mailbox)
    assert.deepStrictEqual(yield* store.mailboxById(mailbox.id), mailbox)
    const snapshot = yield* store.snapshot(mailbox.id)
    assert.deepStrictEqual(snapshot.mailbox, mailbox)
    const records = yield* fetch(name, { objectIds: true })
    locations.push(
      ...records.map(({ emailId, uid }) => ({ emailId: emailId as EmailId, mailbox: mailbox.id, uid }))
    )
    const uids = records.map(({ uid }) => uid)
    const { placements } = snapshot
    assert.deepStrictEqual(Array.from(Placements.uids(placements)), uids)
    assert.deepStrictEqual(
      Placements.list(placements, UidSet.all).map((one) => Struct.pick(one, PLACED)),
      records.map((one) => Struct.pick(one, PLACED))
    )
    const unread = records.find(({ flags }) => !Flag.includes(flags, "\\Seen"))
    assert.strictEqual(Placements.firstUnseen(placements), unread?.uid)
    assert.deepStrictEqual(uids, [...new Set(uids)].sort((a, b) => a - b))
    assert.deepStrictEqual({ exists, unseen, deleted, size, deletedSize }, counted(records), name)
    assert.isAbove(uidNext, uids.at(-1) ?? 0)
    assert.isAtLeast(highestModSeq, Math.max(1, ...records.map(({ modSeq }) => modSeq)))
  }
  const byEmail = Map.groupBy(locations, ({ emailId }) => emailId)
  assert.deepStrictEqual(yield* store.locate([...byEmail.keys()]), [...byEmail.values()].flat())
  const usage = yield* store.usage
  assert.strictEqual(usage.mailboxes, mailboxes.length)
  assert.strictEqual(usage.messages, locations.length)
  assert.strictEqual(usage.size, mailboxes.reduce((sum, { size }) => sum + size, 0))
})
