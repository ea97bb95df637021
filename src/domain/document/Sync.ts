/** Once: what changed elsewhere comes, what changed here goes, all of it sealed. Not twice at a time for one account. */
import { Effect, Schedule } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import {
  type AcceptedDocument,
  type PendingDocument,
  ReplicaStore,
  type ReplicaStoreError
} from "../../ports/ReplicaStore.ts"
import { Replication, ReplicationError, type SealedDocument, type SignedOut } from "../../ports/Replication.ts"
import { openDocument, sealDocument, type SealRefused, type TooLargeToSeal } from "../vault/Sealed.ts"
import { dropSurplus, fetchContents, fetchMessages, fetchOriginals } from "./Contents.ts"
import { documentId } from "./DocumentId.ts"
import { decode, DocumentRefused, encode } from "./Encode.ts"
import { markOf } from "./Mark.ts"
import { blobsOf, putContents, withContents } from "./PutContents.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"
import { type HistoryDiffers, type RemoteDocument, RolledBack } from "./Rollback.ts"

/** The provider shows what no device of the account made: nothing more may be taken from it until a person looked. */
export type ReplicaRefused = RolledBack | HistoryDiffers | SealRefused | DocumentRefused | TooLargeToSeal

export type SyncServices = Replication | ReplicaStore | Crypto

export type SyncError = ReplicaRefused | ReplicationError | ReplicaStoreError | SignedOut

const PAGE = 500
const BATCH = 200
/** What changed last, looked at before all that came earlier where a device is new. */
const NEWEST = 200
/** Devices that write all the time may keep each other stale: the next wake goes on. */
const MAX_ROUNDS = 1000

/** Of a kind that is not known nothing says where it belongs, but its seal: that opens under no other id. */
const decodeAt = Effect.fnUntraced(function*(vault: ReplicaVault, id: string, bytes: Uint8Array) {
  const document = yield* decode(id, bytes)
  if (document._tag === "unknown" || (yield* documentId(vault.ids, document)) === id) return document
  return yield* new DocumentRefused({ id, reason: "misplaced" })
})

const openRemote = Effect.fnUntraced(function*(vault: ReplicaVault, remote: SealedDocument) {
  const { generation, id, parent, sealed } = remote
  if (sealed === undefined) return yield* new DocumentRefused({ id, reason: "unsealed" })
  const opened = yield* openDocument(vault.root, { account: vault.address, id, version: parent }, sealed)
  const document = yield* decodeAt(vault, id, opened.bytes)
  const mark = yield* markOf(vault.ids, { id, generation, sealed })
  const opens: RemoteDocument = { id, document, generation, parent, mark }
  return opens
})

/** The mail that came last. What this brings comes again, in its place, and is known. */
const pullNewest = Effect.fn("Sync.pullNewest")(function*(vault: ReplicaVault) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const { generation } = yield* replication.pull(0, 1)
  if (generation <= NEWEST) return
  const { documents } = yield* replication.pull(generation - NEWEST, NEWEST)
  yield* store.apply(yield* Effect.forEach(documents, (remote) => openRemote(vault, remote)), 0, false)
  yield* fetchMessages(vault, NEWEST)
})

/**
 * Mailboxes and keys, all of them at once: names may have passed from one mailbox to another. They come again, in their
 * place, and are known.
 */
const pullEarly = Effect.fn("Sync.pullEarly")(function*(vault: ReplicaVault) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  let since = 0
  for (let isMore = true; isMore;) {
    const { documents } = yield* replication.pullEarly(since, PAGE)
    isMore = documents.length === PAGE
    since = documents.at(-1)?.generation ?? since
    yield* store.apply(yield* Effect.forEach(documents, (remote) => openRemote(vault, remote)), 0, !isMore)
  }
})

/** Answers whether there is more. */
const pullPage = Effect.fnUntraced(function*(vault: ReplicaVault) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const cursor = yield* store.cursor
  const page = yield* replication.pull(cursor, PAGE)
  if (page.generation < cursor) {
    return yield* new RolledBack({ document: undefined, remembered: cursor, shown: page.generation })
  }
  const documents = yield* Effect.forEach(page.documents, (remote) => openRemote(vault, remote))
  const isMore = documents.length === PAGE
  const next = isMore ? documents.at(-1)?.generation ?? page.generation : page.generation
  yield* store.apply(documents, next, !isMore)
  return isMore
})

/** After an update: what an older program had to pass over. */
const understand = Effect.fn("Sync.understand")(function*(vault: ReplicaVault) {
  const store = yield* ReplicaStore
  for (;;) {
    const kept = yield* store.understandable
    if (kept.length === 0) return
    const documents = yield* Effect.forEach(kept, (remote) =>
      Effect.map(
        decodeAt(vault, remote.id, new TextEncoder().encode(remote.document.text)),
        (document): RemoteDocument => ({ ...remote, document })
      ))
    yield* store.apply(documents, yield* store.cursor, false)
  }
})

const pull = Effect.fn("Sync.pull")(function*(vault: ReplicaVault) {
  yield* understand(vault)
  yield* introduce(vault)
  while (yield* pullPage(vault)) { /* the next */ }
})

/**
 * On a device that knows nothing yet: the account's mailboxes and keys, and the mail that came last. With that it may be
 * opened; the rest is for `replicate`.
 */
export const introduce = Effect.fn("Sync.introduce")(function*(vault: ReplicaVault) {
  const store = yield* ReplicaStore
  if ((yield* store.cursor) > 0) return
  yield* pullEarly(vault)
  yield* pullNewest(vault)
  yield* pullPage(vault)
})

const sealPending = Effect.fnUntraced(function*(vault: ReplicaVault, pending: PendingDocument) {
  const id = yield* documentId(vault.ids, pending.document)
  const context = { account: vault.address, id, version: pending.parent }
  const sealed = yield* sealDocument(vault.root, context, encode(pending.document))
  const { document } = pending
  const blobs = document._tag === "message" ? Array.from((yield* blobsOf(vault, document)).keys()) : []
  const isEarly = document._tag === "mailbox" || document._tag === "ownKeys"
  return { id, parent: pending.parent, sealed, blobs, isEarly }
})

const batchId = Effect.gen(function*() {
  const crypto = yield* Crypto
  const bytes = yield* crypto.randomBytes(16)
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
})

/** Another try may end otherwise. */
export const isTransient = (error: SyncError): boolean =>
  error._tag === "ReplicaStoreError" || (error._tag === "ReplicationError" && error.transient)

/** An answer that was lost on its way: the same batch may be sent again, the provider answers the same. */
const again = Schedule.exponential("20 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 3 }))

interface Pushed {
  /** Somebody was first with one of them. */
  readonly isStale: boolean
  /** Messages that the account has no room for. */
  readonly full: number
}

const pushBatch = Effect.fn("Sync.pushBatch")(function*(
  vault: ReplicaVault,
  pending: ReadonlyArray<PendingDocument>
) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const batch = yield* Effect.forEach(pending, (one) => withContents(vault, one))
  const refused = yield* putContents(vault, batch)
  const sealed = yield* Effect.forEach(
    batch,
    (pending) => Effect.map(sealPending(vault, pending), (document) => ({ pending, document }))
  )
  const going = sealed.filter(({ document }) => !document.blobs.some((blob) => refused.has(blob)))
  const documents = going.map(({ document }) => document)
  const outcomes = yield* replication.push(yield* batchId, documents).pipe(
    Effect.retry({ schedule: again, while: isTransient })
  )
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]))
  const accepted: Array<AcceptedDocument> = []
  for (const { document, pending } of going) {
    const outcome = byId.get(document.id)
    if (outcome?._tag !== "Accepted") continue
    const { generation } = outcome
    accepted.push({ ...pending, generation, mark: yield* markOf(vault.ids, { ...document, generation }) })
  }
  yield* store.accepted(accepted)
  for (const { id, parent } of documents) {
    const outcome = byId.get(id)
    if (outcome?._tag === "Stale" && outcome.current < parent) {
      return yield* new RolledBack({ document: id, remembered: parent, shown: outcome.current })
    }
  }
  const pushed: Pushed = { isStale: accepted.length < going.length, full: sealed.length - going.length }
  return pushed
})

const isFull = (messages: number) =>
  new ReplicationError({
    operation: "push",
    transient: false,
    cause: new Error(
      `The account is full: ${messages} messages are on this device only. Delete something, or ask for more room.`
    )
  })

/** Documents only: all that is known of the mail, but not its bytes. Not twice at a time for one account. */
export const syncDocuments: (
  vault: ReplicaVault
) => Effect.Effect<void, SyncError, SyncServices> = Effect.fn("Sync.syncDocuments")(
  function*(vault) {
    const store = yield* ReplicaStore
    yield* pull(vault)
    let [after, waiting] = [0, 0]
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const batch = yield* store.pending(BATCH, after)
      if (batch.length === 0) break
      const { full, isStale } = yield* pushBatch(vault, batch)
      // What finds no room does not keep back what changed later: that may be what makes room.
      if (full > 0) after = batch.at(-1)?.revision ?? after
      waiting += full
      if (isStale) yield* pull(vault)
    }
    if (waiting > 0) return yield* isFull(waiting)
  }
)

/** Where all is in step, the other devices are told what was seen here: a provider that shows two histories is found. */
export const attest = Effect.fn("Sync.attest")(function*(vault: ReplicaVault) {
  const store = yield* ReplicaStore
  if (yield* store.attest(yield* vault.name)) yield* syncDocuments(vault)
})

/** Once: everything from there, everything from here. Not twice at a time for one account. */
export const syncOnce = (
  vault: ReplicaVault
): Effect.Effect<void, SyncError, SyncServices> =>
  syncDocuments(vault).pipe(
    Effect.andThen(fetchMessages(vault)),
    Effect.andThen(fetchContents(vault)),
    Effect.andThen(fetchOriginals(vault)),
    Effect.andThen(dropSurplus())
  )
