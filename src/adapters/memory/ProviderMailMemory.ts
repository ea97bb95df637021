/** ProviderQueue, ProviderDocuments, ProviderBlobs, RelayQueue and ProviderUpkeep in memory. */
import { Clock, Effect, Layer } from "effect"
import { admit } from "../../domain/document/BlobRoom.ts"
import { decide, documentRoom, pageLength, type Version } from "../../domain/document/Versions.ts"
import { ProviderBlobs } from "../../ports/ProviderBlobs.ts"
import { ProviderDocuments } from "../../ports/ProviderDocuments.ts"
import { ProviderQueue } from "../../ports/ProviderQueue.ts"
import { OverQuota } from "../../ports/ProviderStoreError.ts"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { RelayQueue } from "../../ports/RelayQueue.ts"
import type { BlobOutcome, SealedBlob } from "../../ports/Replication.ts"
import { grow, type Kept, of, Tables } from "./ProviderTables.ts"

/** Milliseconds that a blob without use is kept. */
const BLOB_GRACE = 24 * 3_600_000

const sizeOf = (version: { readonly sealed: Uint8Array | undefined } | undefined): number =>
  version?.sealed?.length ?? 0

const ifRoom = (kept: Kept, bytes: number): Effect.Effect<void, OverQuota> => {
  const { quota, used } = kept.account
  return quota !== undefined && used + bytes > quota ? Effect.fail(new OverQuota({ quota })) : Effect.void
}

const layerQueue = Layer.effect(
  ProviderQueue,
  Effect.map(Tables, (tables) =>
    ProviderQueue.of({
      enqueue: Effect.fnUntraced(function*(account, encrypted, arrivedAt) {
        const kept = yield* of(tables, "enqueue", account)
        yield* ifRoom(kept, encrypted.length)
        const item = { id: crypto.randomUUID(), arrivedAt, size: encrypted.length }
        kept.incoming.set(item.id, { item, bytes: encrypted })
        grow(kept, item.size)
        tables.feeds.announce(account, { _tag: "Incoming" })
        return item
      }),
      incoming: (account, limit) =>
        Effect.map(
          of(tables, "incoming", account),
          (kept) => Array.from(kept.incoming.values(), ({ item }) => item).slice(0, limit)
        ),
      fetchIncoming: (account, id) =>
        Effect.map(of(tables, "fetchIncoming", account), (kept) => kept.incoming.get(id)?.bytes),
      acknowledge: (account, ids) =>
        Effect.map(of(tables, "acknowledge", account), (kept) => {
          for (const id of ids) {
            grow(kept, -(kept.incoming.get(id)?.item.size ?? 0))
            kept.incoming.delete(id)
          }
        })
    }))
)

const release = (kept: Kept, blobs: Iterable<string>, now: number): void => {
  const used = new Set(Array.from(kept.documents.values()).flatMap((document) => document.blobs))
  for (const id of blobs) {
    const blob = kept.blobs.get(id)
    if (blob !== undefined) blob.releasedAt = used.has(id) ? undefined : now
  }
}

const pageOf = ({ generation }: Kept, among: Iterable<Version>, since: number, limit: number) => {
  const documents = Array.from(among, ({ blobs: _, isEarly: __, ...document }) => document)
    .filter((document) => document.generation > since)
    .toSorted((a, b) => a.generation - b.generation)
    .slice(0, limit)
  return { documents: documents.slice(0, pageLength(documents.map(sizeOf))), generation }
}

const layerDocuments = Layer.effect(
  ProviderDocuments,
  Effect.map(Tables, (tables) =>
    ProviderDocuments.of({
      push: Effect.fnUntraced(function*(account, batchId, documents) {
        const kept = yield* of(tables, "push", account)
        const now = yield* Clock.currentTimeMillis
        const before = kept.batches.get(batchId)
        if (before !== undefined) return before
        const current = new Map(Array.from(kept.documents.values(), ({ generation, id }) => [id, generation]))
        const { generation, outcomes, versions } = decide(kept.generation, current, documents)
        const growth = versions.reduce((sum, one) => sum + sizeOf(one) - sizeOf(kept.documents.get(one.id)), 0)
        const { quota, used } = kept.account
        if (quota !== undefined && growth > 0 && used + growth > documentRoom(quota)) {
          return yield* new OverQuota({ quota })
        }
        const touched = new Set(versions.flatMap(({ blobs, id }) => [...blobs, ...kept.documents.get(id)?.blobs ?? []]))
        for (const version of versions) kept.documents.set(version.id, version)
        release(kept, touched, now)
        grow(kept, growth)
        kept.batches.set(batchId, outcomes)
        if (generation > kept.generation) tables.feeds.announce(account, { _tag: "Generation", generation })
        kept.generation = generation
        return outcomes
      }),
      pull: (account, since, limit) =>
        Effect.map(of(tables, "pull", account), (kept) => pageOf(kept, kept.documents.values(), since, limit)),
      pullEarly: (account, since, limit) =>
        Effect.map(of(tables, "pullEarly", account), (kept) => {
          const early = Array.from(kept.documents.values()).filter(({ isEarly }) => isEarly)
          return pageOf(kept, early, since, limit)
        }),
      feed: (account) =>
        tables.feeds.listen(
          account,
          Effect.map(
            of(tables, "feed", account),
            (kept) => ({ generation: kept.generation, waiting: kept.incoming.size > 0 })
          )
        )
    }))
)

const putAll = (kept: Kept, blobs: ReadonlyArray<SealedBlob>): ReadonlyArray<BlobOutcome> => {
  const { growth, news, outcomes } = admit(kept.account, new Set(kept.blobs.keys()), blobs)
  for (const { id, sealed } of news) kept.blobs.set(id, { bytes: sealed, releasedAt: undefined })
  grow(kept, growth)
  return outcomes
}

const layerBlobs = Layer.effect(
  ProviderBlobs,
  Effect.map(Tables, (tables) =>
    ProviderBlobs.of({
      putBlob: Effect.fnUntraced(function*(account, id, sealed) {
        const kept = yield* of(tables, "putBlob", account)
        if (kept.blobs.has(id)) return
        yield* ifRoom(kept, sealed.length)
        putAll(kept, [{ id, sealed }])
      }),
      putBlobs: (account, blobs) => Effect.map(of(tables, "putBlobs", account), (kept) => putAll(kept, blobs)),
      getBlob: (account, id, range) =>
        Effect.map(of(tables, "getBlob", account), (kept) => {
          const bytes = kept.blobs.get(id)?.bytes
          return range === undefined ? bytes : bytes?.subarray(range.first, range.last + 1)
        }),
      blobSize: (account, id) =>
        Effect.map(of(tables, "blobSize", account), (kept) => kept.blobs.get(id)?.bytes.length),
      missingBlobs: Effect.fnUntraced(function*(account, ids) {
        const kept = yield* of(tables, "missingBlobs", account)
        const now = yield* Clock.currentTimeMillis
        for (const id of ids) {
          const blob = kept.blobs.get(id)
          if (blob?.releasedAt !== undefined) blob.releasedAt = now
        }
        return ids.filter((id) => !kept.blobs.has(id))
      })
    }))
)

const layerRelay = Layer.effect(
  RelayQueue,
  Effect.map(Tables, (tables) => {
    const all = () => Array.from(tables.accounts.values()).flatMap(({ outbound }) => [...outbound.values()])
    return RelayQueue.of({
      enqueueOutbound: Effect.fnUntraced(function*(item) {
        const kept = yield* of(tables, "enqueueOutbound", item.account)
        const id = crypto.randomUUID()
        kept.outbound.set(id, { ...item, id, attempts: 0, notBefore: item.offeredAt })
        return id
      }),
      claimOutbound: (now, until, limit) =>
        Effect.sync(() => {
          const due = all().filter(({ notBefore }) => notBefore <= now)
            .toSorted((a, b) => a.notBefore - b.notBefore || a.offeredAt - b.offeredAt).slice(0, limit)
          return due.map(({ notBefore: _, ...item }) => {
            tables.accounts.get(item.account)?.outbound.set(item.id, { ...item, notBefore: until })
            return item
          })
        }),
      postponeOutbound: ({ account, id }, notBefore, to) =>
        Effect.sync(() => {
          const outbound = tables.accounts.get(account)?.outbound
          const item = outbound?.get(id)
          if (item !== undefined) outbound?.set(id, { ...item, to, notBefore, attempts: item.attempts + 1 })
        }),
      removeOutbound: ({ account, id }) => Effect.sync(() => void tables.accounts.get(account)?.outbound.delete(id)),
      outboundCount: Effect.sync(() => all().length)
    })
  })
)

const sweepAccount = (kept: Kept, now: number): void => {
  for (const [hash, { expiresAt }] of kept.sessions) if (expiresAt <= now) kept.sessions.delete(hash)
  for (const [kind, { expiresAt }] of kept.credentials) {
    if (expiresAt !== undefined && expiresAt <= now) kept.credentials.delete(kind)
  }
  for (const [id, { bytes, releasedAt }] of kept.blobs) {
    if (releasedAt === undefined || releasedAt > now - BLOB_GRACE) continue
    kept.blobs.delete(id)
    grow(kept, -bytes.length)
  }
}

const layerUpkeep = Layer.effect(
  ProviderUpkeep,
  Effect.map(Tables, (tables) =>
    ProviderUpkeep.of({
      secret: Effect.fnUntraced(function*(name, make) {
        const made = tables.secrets.get(name) ?? (yield* make)
        const kept = tables.secrets.get(name) ?? made
        tables.secrets.set(name, kept)
        return kept
      }),
      sweep: (now) =>
        Effect.sync(() => {
          for (const kept of tables.accounts.values()) sweepAccount(kept, now)
          for (const [id, { expiresAt }] of tables.attempts) if (expiresAt <= now) tables.attempts.delete(id)
          for (const [hash, { expiresAt }] of tables.invites) if (expiresAt <= now) tables.invites.delete(hash)
        }),
      ping: Effect.void
    }))
)

export const layer = Layer.mergeAll(layerQueue, layerDocuments, layerBlobs, layerRelay, layerUpkeep)
