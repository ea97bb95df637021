/** The bytes of messages from this device to the provider, sealed: what a message is read by, and its contents apart. */
import { Effect } from "effect"
import { type PendingDocument, ReplicaStore } from "../../ports/ReplicaStore.ts"
import { Replication, type SealedBlob } from "../../ports/Replication.ts"
import { cut } from "../message/Holes.ts"
import { sealContent } from "../vault/Stream.ts"
import type { MessageDocument } from "./Document.ts"
import { contentBlob, messageBlob, originalBlob } from "./DocumentId.ts"
import * as Outline from "./Outline.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"

/** Octets of the messages whose blobs go together, but for a message that is larger alone. */
const TOGETHER = 2 * 1024 * 1024
/** While some are on their way, the next are read and sealed. */
const ON_THEIR_WAY = 2

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

interface Source {
  readonly message: MessageDocument
  readonly blobs: ReadonlyMap<string, Range>
}

/** What is here of them: of a message whose contents are not here, nothing but how it came. */
const sealBlobs = Effect.fnUntraced(function*(vault: ReplicaVault, { blobs, message }: Source, missing: Set<string>) {
  const store = yield* ReplicaStore
  const bytes = yield* store.bytes(message.email)
  const sealed: Array<SealedBlob> = []
  for (const [id, range] of blobs) {
    // Two messages may share a content: the first that has it brings it.
    if (!missing.has(id)) continue
    const part = range === "original"
      ? yield* store.original(message.email)
      : bytes && (range === "outline" ? cut(bytes, message.contents ?? []) : bytes.subarray(...range))
    if (part === undefined) continue
    missing.delete(id)
    sealed.push({ id, sealed: yield* sealContent(vault.root, { account: vault.address, id }, part) })
  }
  return sealed
})

const inGroups = (sources: ReadonlyArray<Source>): ReadonlyArray<ReadonlyArray<Source>> => {
  const groups: Array<Array<Source>> = []
  let size = Infinity
  for (const source of sources) {
    const { original = 0, size: octets } = source.message
    size += octets + original
    if (size > TOGETHER) {
      groups.push([])
      size = octets + original
    }
    groups.at(-1)?.push(source)
  }
  return groups
}

/** Before the documents that promise them. Answers those that the account has no room for. */
export const putContents = Effect.fnUntraced(function*(vault: ReplicaVault, batch: ReadonlyArray<PendingDocument>) {
  const replication = yield* Replication
  const all: Array<Source> = []
  for (const { document } of batch) {
    if (document._tag === "message") all.push({ message: document, blobs: yield* blobsOf(vault, document) })
  }
  const ids = all.flatMap(({ blobs }) => Array.from(blobs.keys()))
  const missing = new Set(ids.length === 0 ? [] : yield* replication.missingBlobs(ids))
  const sources = all.filter(({ blobs }) => Array.from(blobs.keys()).some((id) => missing.has(id)))
  const refused = new Set<string>()
  const put = Effect.fnUntraced(function*(group: ReadonlyArray<Source>) {
    const blobs = (yield* Effect.forEach(group, (source) => sealBlobs(vault, source, missing))).flat()
    const outcomes = yield* replication.putBlobs(blobs)
    for (const [index, { id }] of blobs.entries()) if (outcomes[index] !== "Kept") refused.add(id)
  })
  yield* Effect.forEach(inGroups(sources), put, { concurrency: ON_THEIR_WAY, discard: true })
  return refused
})
