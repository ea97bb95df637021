/** The bytes of messages from this device to the provider, sealed: what a message is read by, and its contents apart. */
import { Effect } from "effect"
import { type PendingDocument, ReplicaStore } from "../../ports/ReplicaStore.ts"
import { Replication } from "../../ports/Replication.ts"
import { cut } from "../message/Holes.ts"
import { sealContent } from "../vault/Stream.ts"
import type { MessageDocument } from "./Document.ts"
import { contentBlob, messageBlob, originalBlob } from "./DocumentId.ts"
import * as Outline from "./Outline.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"

/** At a time; each may be a whole message in memory. */
const PUTS = 8

const namedContents = Effect.fnUntraced(function*(vault: ReplicaVault, document: MessageDocument) {
  const store = yield* ReplicaStore
  const { contents, email, exists, size } = document
  if (contents !== undefined || !exists.value || size < Outline.MIN_HOLE_BYTES) return document
  const bytes = yield* store.bytes(email)
  const holes = bytes === undefined ? [] : Outline.holesOf(bytes)
  if (bytes === undefined || holes.length === 0) return document
  const named = yield* Effect.forEach(holes, (hole) =>
    Effect.map(
      contentBlob(vault.ids, bytes.subarray(hole.offset, hole.offset + hole.length)),
      (blob) => ({ ...hole, blob })
    ))
  return { ...document, contents: named }
})

/** A message that is large says which of its contents travel by themselves. */
export const withContents = Effect.fnUntraced(function*(vault: ReplicaVault, pending: PendingDocument) {
  const { document } = pending
  return document._tag === "message" ? { ...pending, document: yield* namedContents(vault, document) } : pending
})

/** What of a message a blob holds: octets from one to another, what is left of it, or the message as it came. */
type Range = readonly [from: number, to: number] | "outline" | "original"

/** The blobs that a message document refers to, while any device needs it. */
export const blobsOf = Effect.fnUntraced(function*(vault: ReplicaVault, message: MessageDocument) {
  const { contents = [], email, exists, original } = message
  const blobs = new Map<string, Range>()
  if (!exists.value) return blobs
  blobs.set(yield* messageBlob(vault.ids, message), "outline")
  if (original !== undefined) blobs.set(yield* originalBlob(vault.ids, email), "original")
  for (const { blob, length, offset } of contents) blobs.set(blob, [offset, offset + length])
  return blobs
})

const partOf = Effect.fnUntraced(function*({ contents = [], email }: MessageDocument, range: Range) {
  const store = yield* ReplicaStore
  if (range === "original") return yield* store.original(email)
  const bytes = yield* store.bytes(email)
  if (bytes === undefined) return undefined
  return range === "outline" ? cut(bytes, contents) : bytes.subarray(...range)
})

/** Before the documents that promise them. */
export const putContents = Effect.fnUntraced(function*(vault: ReplicaVault, batch: ReadonlyArray<PendingDocument>) {
  const replication = yield* Replication
  const sources = new Map<string, readonly [MessageDocument, Range]>()
  for (const { document } of batch) {
    if (document._tag !== "message") continue
    for (const [blob, range] of yield* blobsOf(vault, document)) sources.set(blob, [document, range])
  }
  if (sources.size === 0) return
  const missing = yield* replication.missingBlobs(Array.from(sources.keys()))
  const put = Effect.fnUntraced(function*(id: string) {
    const source = sources.get(id)
    const part = source && (yield* partOf(...source))
    if (part === undefined) return
    yield* replication.putBlob(id, yield* sealContent(vault.root, { account: vault.address, id }, part))
  })
  yield* Effect.forEach(missing, put, { concurrency: PUTS, discard: true })
})
