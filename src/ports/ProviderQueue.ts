/** Mail that was encrypted at arrival, until a device of its account has it. */
import { Context } from "effect"
import type { IncomingItem } from "./IncomingQueue.ts"
import type { AccountId, Done, OverQuota } from "./ProviderStoreError.ts"

export class ProviderQueue extends Context.Service<ProviderQueue, {
  /** Durable when answered; feeds of the account are told. */
  enqueue(account: AccountId, encrypted: Uint8Array, arrivedAt: number): Done<IncomingItem, OverQuota>
  /** In the order of their coming. */
  incoming(account: AccountId, limit: number): Done<ReadonlyArray<IncomingItem>>
  fetchIncoming(account: AccountId, id: string): Done<Uint8Array | undefined>
  acknowledge(account: AccountId, ids: ReadonlyArray<string>): Done<void>
}>()("leap-mail/ports/ProviderQueue") {}
