/** Keeps this device and the provider in step: what changed elsewhere comes, what changed here goes, all of it sealed. */
import { Effect, Queue, Schedule, Stream } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import { type PendingDocument, ReplicaStore, type ReplicaStoreError } from "../../ports/ReplicaStore.ts"
import { Replication, type ReplicationError, type SealedDocument } from "../../ports/Replication.ts"
import type { Address } from "../account/Address.ts"
import type { EmailId } from "../mailbox/Mailbox.ts"
import type { IdKeys } from "../vault/Derive.ts"
import type { RootSecret } from "../vault/RootSecret.ts"
import { openDocument, sealDocument, type SealRefused, type TooLargeToSeal } from "../vault/Sealed.ts"
import { openContent, sealContent } from "../vault/Stream.ts"
import { contentId, documentId } from "./DocumentId.ts"
import { decode, DocumentRefused, encode } from "./Encode.ts"
import { type RemoteDocument, RolledBack } from "./Rollback.ts"

/** What opens the account's documents. */
export interface ReplicaVault {
  /** Canonical. */
  readonly address: Address
  readonly root: RootSecret
  readonly ids: IdKeys
}

/** The provider shows what no device of the account made: nothing more may be taken from it until a person looked. */
export type ReplicaRefused = RolledBack | SealRefused | DocumentRefused | TooLargeToSeal

export type SyncError = ReplicaRefused | ReplicationError | ReplicaStoreError

const PAGE = 200
const BATCH = 100
/** At a time; each may be a whole message in memory. */
const FETCHES = 8
/** Devices that write all the time may keep each other stale: the next wake goes on. */
const MAX_ROUNDS = 1000

const openRemote = Effect.fnUntraced(function*(vault: ReplicaVault, remote: SealedDocument) {
  const { generation, id, parent, sealed } = remote
  if (sealed === undefined) return yield* new DocumentRefused({ id, reason: "unsealed" })
  const opened = yield* openDocument(vault.root, { account: vault.address, id, version: parent }, sealed)
  const document = yield* decode(id, opened.bytes)
  if ((yield* documentId(vault.ids, document)) !== id) return yield* new DocumentRefused({ id, reason: "misplaced" })
  const opens: RemoteDocument = { id, document, generation, parent }
  return opens
})

const pull = Effect.fn("Replicate.pull")(function*(vault: ReplicaVault) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  let cursor = yield* store.cursor
  let isMore = true
  while (isMore) {
    const page = yield* replication.pull(cursor, PAGE)
    if (page.generation < cursor) {
      return yield* new RolledBack({ document: undefined, remembered: cursor, shown: page.generation })
    }
    const documents = yield* Effect.forEach(page.documents, (remote) => openRemote(vault, remote))
    isMore = documents.length === PAGE
    const next = isMore ? documents.at(-1)?.generation ?? page.generation : page.generation
    yield* store.apply(documents, next, !isMore)
    cursor = next
  }
})

/** Bytes of the messages that are known by name only. One that the provider lost leaves the others alone. */
const fetchMessages = Effect.fn("Replicate.fetchMessages")(function*(vault: ReplicaVault) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const fetchMessage = Effect.fnUntraced(function*(email: EmailId) {
    const id = yield* contentId(vault.ids, email)
    const sealed = yield* replication.getBlob(id)
    if (sealed === undefined) yield* Effect.logWarning("The provider does not have the bytes of a message", id)
    else yield* store.supply(email, yield* openContent(vault.root, { account: vault.address, id }, sealed))
  })
  let emails = yield* store.lacking(undefined, PAGE)
  while (emails.length > 0) {
    yield* Effect.forEach(emails, fetchMessage, { concurrency: FETCHES, discard: true })
    emails = yield* store.lacking(emails.at(-1), PAGE)
  }
})

/** Before the documents that promise them. */
const putMessages = Effect.fnUntraced(function*(vault: ReplicaVault, batch: ReadonlyArray<PendingDocument>) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const emails = new Map<string, EmailId>()
  for (const { document } of batch) {
    if (document._tag !== "message" || !document.exists.value) continue
    emails.set(yield* contentId(vault.ids, document.email), document.email)
  }
  if (emails.size === 0) return
  const missing = yield* replication.missingBlobs(Array.from(emails.keys()))
  for (const id of missing) {
    const email = emails.get(id)
    const bytes = email === undefined ? undefined : yield* store.bytes(email)
    if (bytes !== undefined) {
      yield* replication.putBlob(id, yield* sealContent(vault.root, { account: vault.address, id }, bytes))
    }
  }
})

const sealPending = Effect.fnUntraced(function*(vault: ReplicaVault, pending: PendingDocument) {
  const id = yield* documentId(vault.ids, pending.document)
  const context = { account: vault.address, id, version: pending.parent }
  const sealed = yield* sealDocument(vault.root, context, encode(pending.document))
  const { document } = pending
  const isNeeded = document._tag === "message" && document.exists.value
  const blobs = isNeeded ? [yield* contentId(vault.ids, document.email)] : []
  return { id, parent: pending.parent, sealed, blobs }
})

const batchId = Effect.gen(function*() {
  const crypto = yield* Crypto
  const bytes = yield* crypto.randomBytes(16)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
})

const isTransient = (error: SyncError): boolean =>
  error._tag === "ReplicaStoreError" || (error._tag === "ReplicationError" && error.transient)

/** An answer that was lost on its way: the same batch may be sent again, the provider answers the same. */
const again = Schedule.exponential("100 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 3 }))

/** Answers whether somebody was first with one of them. */
const pushBatch = Effect.fn("Replicate.pushBatch")(function*(
  vault: ReplicaVault,
  batch: ReadonlyArray<PendingDocument>
) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  yield* putMessages(vault, batch)
  const documents = yield* Effect.forEach(batch, (pending) => sealPending(vault, pending))
  const outcomes = yield* replication.push(yield* batchId, documents).pipe(
    Effect.retry({ schedule: again, while: isTransient })
  )
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]))
  const accepted = batch.flatMap((pending, index) => {
    const outcome = byId.get(documents[index]?.id ?? "")
    return outcome?._tag === "Accepted" ? [{ ...pending, generation: outcome.generation }] : []
  })
  yield* store.accepted(accepted)
  for (const { id, parent } of documents) {
    const outcome = byId.get(id)
    if (outcome?._tag === "Stale" && outcome.current < parent) {
      return yield* new RolledBack({ document: id, remembered: parent, shown: outcome.current })
    }
  }
  return accepted.length < batch.length
})

/** Once: everything from there, everything from here. Not twice at a time for one account. */
export const syncOnce: (
  vault: ReplicaVault
) => Effect.Effect<void, SyncError, Replication | ReplicaStore | Crypto> = Effect.fn("Replicate.syncOnce")(
  function*(vault) {
    const store = yield* ReplicaStore
    yield* pull(vault)
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const batch = yield* store.pending(BATCH)
      if (batch.length === 0) break
      if (yield* pushBatch(vault, batch)) yield* pull(vault)
    }
    yield* fetchMessages(vault)
  }
)

const backOff = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("1 minute")]).pipe(Schedule.jittered)

const isRefused = (error: SyncError): error is ReplicaRefused =>
  error._tag !== "ReplicaStoreError" && error._tag !== "ReplicationError"

/**
 * As often as something changes here or there, and every minute. What passes is tried again with back-off; it ends only
 * where the provider shows what it must not, and then says so.
 */
export const replicate: (
  vault: ReplicaVault
) => Effect.Effect<never, ReplicaRefused, Replication | ReplicaStore | Crypto> = Effect.fn("Replicate.replicate")(
  function*(vault) {
    const replication = yield* Replication
    const store = yield* ReplicaStore
    const wakes = yield* Queue.sliding<void>(1)
    const wake = () => Queue.offer(wakes, undefined)
    const follow = replication.feed.pipe(
      Stream.filter(({ _tag }) => _tag === "Generation"),
      Stream.runForEach(wake),
      Effect.tapError((error) => Effect.logDebug("The provider's feed was cut off", error)),
      Effect.retry(backOff),
      Effect.repeat(backOff)
    )
    yield* Effect.forkChild(follow)
    yield* Effect.forkChild(Stream.runForEach(Stream.merge(store.changes, Stream.tick("1 minute")), wake))
    const sync = syncOnce(vault).pipe(
      Effect.tapError((error) => Effect.logWarning("Mail is not in step with the provider", error)),
      Effect.retry({ schedule: backOff, while: isTransient }),
      // A session that is over, a provider of another version: the next wake tries again.
      Effect.catchIf((error) => !isRefused(error), () => Effect.void)
    )
    return yield* Queue.take(wakes).pipe(Effect.andThen(sync), Effect.forever)
  },
  Effect.tapError((error) => Effect.logError("Replication has stopped", error))
)
