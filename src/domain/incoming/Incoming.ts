/** From the provider's queue to the mailbox: decrypt, recover, verify, annotate, store, and only then acknowledge. */
import { Cause, Effect, Queue, Schedule, Stream } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import { type IncomingItem, IncomingQueue } from "../../ports/IncomingQueue.ts"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { MailStore, type NewMessage } from "../../ports/MailStore.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { Replication } from "../../ports/Replication.ts"
import { domain } from "../account/Address.ts"
import { EmailId, INBOX } from "../mailbox/Mailbox.ts"
import { prependHeaders } from "../message/HeaderEdit.ts"
import { renameForged } from "./Forgery.ts"
import { takeProvenance } from "./Provenance.ts"
import { undecryptable } from "./Undecryptable.ts"
import { unwrap } from "./Unwrap.ts"
import {
  ENCRYPTION_HEADER,
  encryptionHeader,
  PROVENANCE_HEADER,
  SIGNATURE_HEADER,
  signatureHeader,
  type Verdict
} from "./Verdict.ts"

/** Stored in one transaction, acknowledged in one call. */
const BATCH = 32
/** At a time, each whole in memory. */
const CONCURRENCY = 4

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** Every device makes the same id of the same item, so that what two of them take is one message. */
const objectId = Effect.fnUntraced(function*(item: IncomingItem) {
  const crypto = yield* Crypto
  const digest = yield* crypto.sha256(new TextEncoder().encode(`leap-mail incoming\0${item.id}`))
  return EmailId.make(`M${hex(digest).slice(0, 40)}`)
})

const annotated = (bytes: Uint8Array, verdict: Verdict, provenance: string | undefined): Uint8Array =>
  prependHeaders(renameForged(bytes), [
    ...provenance === undefined ? [] : [[PROVENANCE_HEADER, provenance] as const],
    [ENCRYPTION_HEADER, encryptionHeader(verdict.encryption)],
    [SIGNATURE_HEADER, signatureHeader(verdict.signature)]
  ])

const marked = (own: OwnKeys, item: IncomingItem, id: EmailId, encrypted: Uint8Array, reason: string): Uint8Array =>
  annotated(
    undecryptable({
      to: own.address,
      arrivedAt: item.arrivedAt,
      messageId: `<${id}.undecryptable@${domain(own.address)}>`,
      encrypted
    }),
    { encryption: { _tag: "Failed", reason }, signature: { _tag: "None" } },
    undefined
  )

const read = Effect.fnUntraced(function*(own: OwnKeys, encrypted: Uint8Array) {
  const pgp = yield* OpenPgp
  const { data } = yield* pgp.decrypt({ data: encrypted, secretKeys: own.secretKeys, verifyWith: [] })
  const { bytes: arrived, provenance } = takeProvenance(data)
  const { bytes, verdict } = yield* unwrap(own, arrived)
  return annotated(bytes, verdict, provenance)
})

/** undefined: another device took it meanwhile. What does not open, or trips us, is delivered as it is, marked. */
const take = Effect.fnUntraced(function*(own: OwnKeys, item: IncomingItem) {
  const queue = yield* IncomingQueue
  const encrypted = yield* queue.fetch(item.id)
  if (encrypted === undefined) return undefined
  const emailId = yield* objectId(item)
  const bytes = yield* read(own, encrypted).pipe(
    Effect.catchTag("OpenPgpError", ({ reason }) => Effect.succeed(marked(own, item, emailId, encrypted, reason))),
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError("A message could not be read; it is delivered marked", Cause.die(defect)),
        marked(own, item, emailId, encrypted, "leap-mail failed on this message")
      )
    )
  )
  const message: NewMessage = { bytes, flags: [], internalDate: item.arrivedAt, emailId }
  return message
})

/** Everything that waits. Answers how many messages came. */
export const receiveOnce = Effect.fn("Incoming.receiveOnce")(function*() {
  const queue = yield* IncomingQueue
  const store = yield* MailStore
  const keys = yield* KeyStore
  const own = yield* keys.own
  let received = 0
  for (;;) {
    const items = own === undefined ? [] : yield* queue.list(BATCH)
    if (own === undefined || items.length === 0) return received
    const taken = yield* Effect.forEach(items, (item) => take(own, item), { concurrency: CONCURRENCY })
    const messages = taken.filter((message) => message !== undefined)
    const inbox = yield* store.mailbox(INBOX)
    yield* store.append(inbox.id, messages)
    // On disk: only now may the provider forget.
    yield* queue.acknowledge(items.map(({ id }) => id))
    received += messages.length
  }
})

const backOff = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("1 minute")]).pipe(Schedule.jittered)

/** As often as the provider's feed says so, and every minute. Never ends. */
export const receive = Effect.gen(function*() {
  const replication = yield* Replication
  const wakes = yield* Queue.sliding<void>(1)
  const wake = () => Queue.offer(wakes, undefined)
  yield* replication.feed.pipe(
    Stream.filter(({ _tag }) => _tag === "Incoming"),
    Stream.runForEach(wake),
    Effect.tapError((error) => Effect.logDebug("The provider's feed was cut off", error)),
    Effect.retry(backOff),
    Effect.repeat(backOff),
    Effect.forkChild
  )
  yield* Effect.forkChild(Stream.runForEach(Stream.tick("1 minute"), wake))
  const once = receiveOnce().pipe(
    Effect.tapError((error) => Effect.logWarning("Mail that waits at the provider could not be taken", error)),
    Effect.retry(backOff)
  )
  return yield* Queue.take(wakes).pipe(Effect.andThen(once), Effect.forever)
})
