/** From the provider's queue to the mailbox: opened, verified, annotated, stored, and only then acknowledged. */
import { Effect, Fiber, Queue, Schedule, Semaphore, Stream } from "effect"
import { type IncomingItem, IncomingQueue } from "../../ports/IncomingQueue.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { MailStore, type NewMessage } from "../../ports/MailStore.ts"
import { Replication } from "../../ports/Replication.ts"
import { INBOX } from "../mailbox/Mailbox.ts"
import { type Held, read } from "./Read.ts"

/** Stored in one transaction, acknowledged in one call. */
const BATCH = 32
/** Bytes of a batch; a larger message is a batch of its own. Each is in memory a few times until it is stored. */
const BATCH_BYTES = 16 * 1024 * 1024
/** Read ahead while a batch is stored: so that nobody waits for the provider. */
const WINDOW = 3 * BATCH
const WINDOW_BYTES = 2 * BATCH_BYTES
/** Requests to the provider at a time. */
const FETCHES = 8

interface Taken {
  readonly id: string
  /** undefined: another device took it meanwhile. */
  readonly message: NewMessage | undefined
}

interface Sized {
  readonly size: number
}

/** How many of the first fit; at least one. */
const fitting = (all: ReadonlyArray<Sized>, most: number, mostBytes: number): number => {
  let bytes = 0
  let count = 0
  for (const { size } of all) {
    bytes += size
    if (count === most || (count > 0 && bytes > mostBytes)) break
    count++
  }
  return count
}

const left = (id: string) => (error: unknown) =>
  Effect.as(Effect.logWarning("A message waits at the provider: it could not be taken", id, error), undefined)

const fetchAndRead = Effect.fnUntraced(function*(own: OwnKeys, item: IncomingItem, slots: Semaphore.Semaphore) {
  const queue = yield* IncomingQueue
  const held: Held | undefined = yield* slots.withPermits(1)(queue.fetch(item.id)).pipe(
    Effect.map((bytes) => bytes && { bytes })
  )
  const taken: Taken = { id: item.id, message: held && (yield* read(own, item, held)) }
  return taken
})

/** On disk when answered. Where a batch cannot be stored, each is tried alone: one must not hold up the others. */
const store = Effect.fnUntraced(function*(batch: ReadonlyArray<Taken>) {
  const mail = yield* MailStore
  const inbox = yield* mail.mailbox(INBOX)
  const append = (taken: ReadonlyArray<Taken>) =>
    Effect.as(mail.append(inbox.id, taken.flatMap(({ message }) => message ?? [])), taken)
  return yield* append(batch).pipe(
    Effect.catchTag("MailStoreError", () =>
      Effect.map(
        Effect.forEach(batch, (one) => Effect.catch(append([one]), left(one.id))),
        (stored) => stored.flatMap((taken) => taken ?? [])
      ))
  )
})

interface Received {
  readonly received: number
  /** Still at the provider: they are to be tried again. */
  readonly left: number
}

/** Once: everything that waits, oldest first. */
export const receiveOnce = Effect.fn("Incoming.receiveOnce")(function*() {
  const queue = yield* IncomingQueue
  const keys = yield* KeyStore
  const own = yield* keys.own
  // Nothing opens before the account has keys; whoever makes them starts this after.
  if (own === undefined) return { received: 0, left: 0 } satisfies Received
  const slots = yield* Semaphore.make(FETCHES)
  const tried = new Set<string>()
  let received = 0
  let done = 0
  /** Listed and not begun; begun and not stored. Both oldest first. */
  let listed: ReadonlyArray<IncomingItem> = []
  let reading: ReadonlyArray<Sized & { readonly read: Fiber.Fiber<Taken | undefined> }> = []

  const readAhead = Effect.gen(function*() {
    if (listed.length === 0) {
      const waiting = yield* queue.list(WINDOW + tried.size - done)
      listed = waiting.filter(({ id }) => !tried.has(id))
      for (const { id } of listed) tried.add(id)
    }
    const room = fitting([...reading, ...listed], WINDOW, WINDOW_BYTES) - reading.length
    for (const item of listed.slice(0, Math.max(0, room))) {
      const read = Effect.catch(fetchAndRead(own, item, slots), left(item.id))
      reading = [...reading, { size: item.size, read: yield* Effect.forkScoped(read) }]
    }
    listed = listed.slice(Math.max(0, room))
  })

  for (;;) {
    yield* readAhead
    if (reading.length === 0) return { received, left: tried.size - done } satisfies Received
    const count = fitting(reading, BATCH, BATCH_BYTES)
    const read = yield* Effect.forEach(reading.slice(0, count), ({ read }) => Fiber.join(read))
    reading = reading.slice(count)
    yield* readAhead
    const stored = yield* store(read.flatMap((taken) => taken ?? []))
    // On disk: only now may the provider forget.
    yield* queue.acknowledge(stored.map(({ id }) => id))
    done += stored.length
    // None of so many: it is not the messages that are in the way.
    if (stored.length === 0) return { received, left: tried.size - done } satisfies Received
    received += stored.filter(({ message }) => message !== undefined).length
  }
}, Effect.scoped)

const backOff = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("1 minute")]).pipe(Schedule.jittered)

/** As often as the provider's feed says so, and every minute. What could not be taken is tried again. Never ends. */
export const receive = Effect.gen(function*() {
  const replication = yield* Replication
  const wakes = yield* Queue.sliding<void>(1)
  const wake = () => Queue.offer(wakes, undefined)
  const follow = replication.feed.pipe(
    Stream.tapError((error) => Effect.logDebug("The provider's feed was cut off", error)),
    // Starts over with short waits as soon as an event came through.
    Stream.retry(backOff),
    Stream.filter(({ _tag }) => _tag === "Incoming"),
    Stream.runForEach(wake),
    Effect.repeat(backOff)
  )
  yield* Effect.forkChild(follow)
  yield* Effect.forkChild(Stream.runForEach(Stream.tick("1 minute"), wake))
  const all = receiveOnce().pipe(
    Effect.tapError((error) => Effect.logWarning("Mail that waits at the provider could not be taken", error)),
    Effect.retry(backOff),
    Effect.repeat({ schedule: backOff, while: ({ left }) => left > 0 })
  )
  return yield* Queue.take(wakes).pipe(Effect.andThen(all), Effect.forever)
})
