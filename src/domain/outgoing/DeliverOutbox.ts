/** Takes the outbox to the next hop, again and again until each message is there or its sender knows that it is not. */
import { Clock, Effect, Queue, Stream } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { MailStore } from "../../ports/MailStore.ts"
import { MailTransport, type RefusedRecipient } from "../../ports/MailTransport.ts"
import { type DueItem, Outbox } from "../../ports/Outbox.ts"
import { domain } from "../account/Address.ts"
import { INBOX } from "../mailbox/Mailbox.ts"
import { afterTry } from "./AfterTry.ts"
import { type Notification, notification, type Undelivered } from "./Dsn.ts"
import { makeMessageId } from "./MessageId.ts"

/** At a time, each with its bytes in memory. */
const BATCH = 20
const CONNECTIONS = 4

/** What the next hop said of each recipient that it does not have. */
const send = Effect.fnUntraced(function*(item: DueItem) {
  const transport = yield* MailTransport
  return yield* transport.send(item).pipe(
    Effect.catch(({ reason, transient }) =>
      Effect.succeed(item.to.map((to): RefusedRecipient => ({ to, reason, transient })))
    )
  )
})

/** A notification that is itself undeliverable is dropped: nobody sent it (RFC 5321 §6.1). */
const tellSender = Effect.fnUntraced(function*(
  item: DueItem,
  action: Notification["action"],
  undelivered: ReadonlyArray<Undelivered>,
  now: number
) {
  if (undelivered.length === 0 || item.from === "") return
  const store = yield* MailStore
  const keys = yield* KeyStore
  const own = yield* keys.own
  const reportedBy = own === undefined ? "localhost" : domain(own.address)
  const inbox = yield* store.mailbox(INBOX)
  const bytes = notification({
    to: item.from,
    action,
    reportedBy,
    undelivered,
    original: item.bytes,
    now,
    messageId: yield* makeMessageId(reportedBy)
  })
  yield* store.append(inbox.id, [{ bytes, flags: [], internalDate: now }])
})

const attempt = Effect.fnUntraced(function*(item: DueItem) {
  const outbox = yield* Outbox
  const refused = yield* send(item)
  const now = yield* Clock.currentTimeMillis
  yield* afterTry(item, refused, now, {
    tell: (action, undelivered) => tellSender(item, action, undelivered, now),
    remove: outbox.remove(item.id),
    postpone: (next, waits) =>
      Effect.andThen(
        Effect.logWarning("Mail waits for the next try", { to: waits.length, reason: waits[0]?.reason }),
        outbox.postpone(item.id, next, waits.map(({ to }) => to))
      )
  })
})

/** Everything that is due now. */
export const deliverDue = Effect.fn("DeliverOutbox.deliverDue")(function*() {
  const outbox = yield* Outbox
  for (;;) {
    const due = yield* outbox.due(yield* Clock.currentTimeMillis, BATCH)
    if (due.length === 0) return
    yield* Effect.forEach(due, attempt, { concurrency: CONNECTIONS, discard: true })
  }
})

/** At each offer, and every half minute for what waits. Never ends. */
export const deliver = Effect.gen(function*() {
  const outbox = yield* Outbox
  const wakes = yield* Queue.sliding<void>(1)
  yield* Effect.forkChild(
    Stream.runForEach(Stream.merge(outbox.offered, Stream.tick("30 seconds")), () => Queue.offer(wakes, undefined)),
    { startImmediately: true }
  )
  const once = deliverDue().pipe(
    Effect.catchCause((cause) => Effect.logError("The outbox could not be delivered; it is tried again", cause))
  )
  return yield* Queue.take(wakes).pipe(Effect.andThen(once), Effect.forever)
})
