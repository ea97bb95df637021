/** All that a provider keeps, every row under its account. It can read none of it. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { IncomingItem } from "./IncomingQueue.ts"
import type { FeedEvent, PushedDocument, PushOutcome, SealedDocument } from "./Replication.ts"

export class ProviderStoreError extends Schema.TaggedError<ProviderStoreError>()("ProviderStoreError", {
  operation: Schema.String,
  cause: Schema.Defect()
}) {}

export class AccountTaken extends Schema.TaggedError<AccountTaken>()("AccountTaken", { address: Schema.String }) {}

/** Row id of an account, never reused. */
export type AccountId = number

export interface ProviderAccount {
  readonly id: AccountId
  readonly address: Address
  /** OPAQUE registration record (RFC 9807), as the library writes it. */
  readonly registration: string
  /** Root secret wrapped under OPAQUE's export key: opaque here. */
  readonly wrappedRoot: Uint8Array
}

/** Mail for elsewhere, waiting for its next try. */
export interface OutboundItem {
  readonly id: number
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
  readonly attempts: number
  /** Milliseconds. */
  readonly offeredAt: number
}

type Done<A> = Effect.Effect<A, ProviderStoreError>

export class ProviderStore extends Context.Service<ProviderStore, {
  createAccount(account: Omit<ProviderAccount, "id">): Effect.Effect<ProviderAccount, ProviderStoreError | AccountTaken>
  /** By canonical address. */
  findAccount(address: Address): Done<ProviderAccount | undefined>
  /** Only the SHA-256 of a session token is kept. */
  addSession(account: AccountId, tokenHash: Uint8Array, device: string, expiresAt: number): Done<void>
  findSession(tokenHash: Uint8Array, now: number): Done<ProviderAccount | undefined>

  publish(account: AccountId, certificate: Uint8Array): Done<void>
  certificate(address: Address): Done<Uint8Array | undefined>

  /** Durable when answered; feeds of the account are told. */
  enqueue(account: AccountId, encrypted: Uint8Array, arrivedAt: number): Done<IncomingItem>
  incoming(account: AccountId, limit: number): Done<ReadonlyArray<IncomingItem>>
  fetchIncoming(account: AccountId, id: string): Done<Uint8Array | undefined>
  acknowledge(account: AccountId, ids: ReadonlyArray<string>): Done<void>

  push(account: AccountId, batchId: string, documents: ReadonlyArray<PushedDocument>): Done<ReadonlyArray<PushOutcome>>
  pull(
    account: AccountId,
    since: number,
    limit: number
  ): Done<{ readonly documents: ReadonlyArray<SealedDocument>; readonly generation: number }>
  putBlob(account: AccountId, id: string, sealed: Uint8Array): Done<void>
  getBlob(account: AccountId, id: string): Done<Uint8Array | undefined>
  missingBlobs(account: AccountId, ids: ReadonlyArray<string>): Done<ReadonlyArray<string>>
  /** First the current generation, and "incoming" if anything waits; then each change as it is committed. */
  feed(account: AccountId): Stream.Stream<FeedEvent, ProviderStoreError>

  /** Encrypted at rest by nobody but the sender: what is relayed in clear is clear here until it is gone. */
  enqueueOutbound(item: Omit<OutboundItem, "id" | "attempts">): Done<number>
  dueOutbound(now: number, limit: number): Done<ReadonlyArray<OutboundItem>>
  postponeOutbound(id: number, notBefore: number, to: ReadonlyArray<string>): Done<void>
  removeOutbound(id: number): Done<void>

  /** A provider-wide secret, made once by `make` (OPAQUE server setup). */
  secret(name: string, make: Effect.Effect<string>): Done<string>
}>()("leap-mail/ports/ProviderStore") {}
