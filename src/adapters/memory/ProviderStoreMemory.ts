/** ProviderStore in memory: for tests and the twin of the SQLite one. Gone with the process. */
import { Effect, Layer } from "effect"
import { canonical } from "../../domain/account/Address.ts"
import * as ChangeFeed from "../../domain/document/ChangeFeed.ts"
import type { IncomingItem } from "../../ports/IncomingQueue.ts"
import {
  type AccountId,
  AccountTaken,
  type OutboundItem,
  type ProviderAccount,
  ProviderStore
} from "../../ports/ProviderStore.ts"
import type { PushOutcome, SealedDocument } from "../../ports/Replication.ts"

interface Kept {
  readonly account: ProviderAccount
  certificate: Uint8Array | undefined
  generation: number
  readonly documents: Map<string, SealedDocument>
  readonly batches: Map<string, ReadonlyArray<PushOutcome>>
  readonly blobs: Map<string, Uint8Array>
  readonly incoming: Map<string, { readonly item: IncomingItem; readonly bytes: Uint8Array }>
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

const make = (): typeof ProviderStore.Service => {
  const byAddress = new Map<string, Kept>()
  const byId = new Map<AccountId, Kept>()
  const sessions = new Map<string, { readonly account: ProviderAccount; readonly expiresAt: number }>()
  const outbound = new Map<number, OutboundItem & { readonly notBefore: number }>()
  const secrets = new Map<string, string>()
  const feeds = ChangeFeed.make()
  let lastOutbound = 0

  const of = (account: AccountId): Effect.Effect<Kept> => {
    const kept = byId.get(account)
    return kept === undefined ? Effect.die(new Error(`no account ${account}`)) : Effect.succeed(kept)
  }

  return ProviderStore.of({
    createAccount: (account) =>
      Effect.suspend(() => {
        const address = canonical(account.address)
        if (byAddress.has(address)) return Effect.fail(new AccountTaken({ address }))
        const created = { ...account, address, id: byId.size + 1 }
        const kept: Kept = {
          account: created,
          certificate: undefined,
          generation: 0,
          documents: new Map(),
          batches: new Map(),
          blobs: new Map(),
          incoming: new Map()
        }
        byAddress.set(address, kept)
        byId.set(created.id, kept)
        return Effect.succeed(created)
      }),
    findAccount: (address) => Effect.sync(() => byAddress.get(canonical(address))?.account),
    addSession: (account, tokenHash, _device, expiresAt) =>
      Effect.map(of(account), (kept) => void sessions.set(hex(tokenHash), { account: kept.account, expiresAt })),
    findSession: (tokenHash, now) =>
      Effect.sync(() => {
        const session = sessions.get(hex(tokenHash))
        return session !== undefined && session.expiresAt > now ? session.account : undefined
      }),

    publish: (account, certificate) => Effect.map(of(account), (kept) => void (kept.certificate = certificate)),
    certificate: (address) => Effect.sync(() => byAddress.get(canonical(address))?.certificate),

    enqueue: (account, encrypted, arrivedAt) =>
      Effect.map(of(account), (kept) => {
        const item = { id: crypto.randomUUID(), arrivedAt, size: encrypted.length }
        kept.incoming.set(item.id, { item, bytes: encrypted })
        feeds.announce(account, { _tag: "Incoming" })
        return item
      }),
    incoming: (account, limit) =>
      Effect.map(of(account), (kept) => [...kept.incoming.values()].slice(0, limit).map(({ item }) => item)),
    fetchIncoming: (account, id) => Effect.map(of(account), (kept) => kept.incoming.get(id)?.bytes),
    acknowledge: (account, ids) =>
      Effect.map(of(account), (kept) => {
        for (const id of ids) kept.incoming.delete(id)
      }),

    push: (account, batchId, documents) =>
      Effect.map(of(account), (kept) => {
        const before = kept.batches.get(batchId)
        if (before !== undefined) return before
        const generation = kept.generation
        const outcomes = documents.map(({ id, parent, sealed }): PushOutcome => {
          const current = kept.documents.get(id)?.generation ?? 0
          if (parent !== current) return { _tag: "Stale", id, current }
          kept.generation++
          kept.documents.set(id, { id, generation: kept.generation, parent, sealed })
          return { _tag: "Accepted", id, generation: kept.generation }
        })
        kept.batches.set(batchId, outcomes)
        if (kept.generation > generation) {
          feeds.announce(account, { _tag: "Generation", generation: kept.generation })
        }
        return outcomes
      }),
    pull: (account, since, limit) =>
      Effect.map(of(account), (kept) => ({
        documents: [...kept.documents.values()]
          .filter(({ generation }) => generation > since)
          .sort((a, b) => a.generation - b.generation)
          .slice(0, limit),
        generation: kept.generation
      })),
    putBlob: (account, id, sealed) =>
      Effect.map(of(account), (kept) => {
        if (!kept.blobs.has(id)) kept.blobs.set(id, sealed)
      }),
    getBlob: (account, id) => Effect.map(of(account), (kept) => kept.blobs.get(id)),
    missingBlobs: (account, ids) => Effect.map(of(account), (kept) => ids.filter((id) => !kept.blobs.has(id))),
    feed: (account) =>
      feeds.listen(
        account,
        Effect.map(of(account), (kept) => ({ generation: kept.generation, waiting: kept.incoming.size > 0 }))
      ),

    enqueueOutbound: (item) =>
      Effect.sync(() => {
        const id = ++lastOutbound
        outbound.set(id, { ...item, id, attempts: 0, notBefore: item.offeredAt })
        return id
      }),
    dueOutbound: (now, limit) =>
      Effect.sync(() =>
        [...outbound.values()]
          .filter(({ notBefore }) => notBefore <= now)
          .sort((a, b) => a.notBefore - b.notBefore || a.id - b.id)
          .slice(0, limit)
          .map(({ notBefore: _, ...item }) => item)
      ),
    postponeOutbound: (id, notBefore, to) =>
      Effect.sync(() => {
        const item = outbound.get(id)
        if (item !== undefined) outbound.set(id, { ...item, to, notBefore, attempts: item.attempts + 1 })
      }),
    removeOutbound: (id) => Effect.sync(() => void outbound.delete(id)),

    secret: (name, make) =>
      Effect.gen(function*() {
        const made = secrets.get(name) ?? (yield* make)
        const kept = secrets.get(name) ?? made
        secrets.set(name, kept)
        return kept
      })
  })
}

export const layer: Layer.Layer<ProviderStore> = Layer.sync(ProviderStore, make)
