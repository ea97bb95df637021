/** Mail for elsewhere, on its way through a provider. */
import { Context } from "effect"
import type { AccountId, Done } from "./ProviderStoreError.ts"

export interface OutboundItem {
  /** Whose mail it is. */
  readonly account: AccountId
  readonly id: string
  /** Empty for a notification. */
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
  readonly attempts: number
  /** Milliseconds. */
  readonly offeredAt: number
}

export class RelayQueue extends Context.Service<RelayQueue, {
  /** Durable when answered. What is relayed in clear is clear here until it is gone. Answers the id. */
  enqueueOutbound(item: Omit<OutboundItem, "id" | "attempts">): Done<string>
  /** What is due at `now`, earliest first. Nobody else is given it until `until`: whoever took it may have died. */
  claimOutbound(now: number, until: number, limit: number): Done<ReadonlyArray<OutboundItem>>
  postponeOutbound(
    item: Pick<OutboundItem, "account" | "id">,
    notBefore: number,
    to: ReadonlyArray<string>
  ): Done<void>
  removeOutbound(item: Pick<OutboundItem, "account" | "id">): Done<void>
  /** How many wait. */
  readonly outboundCount: Done<number>
}>()("leap-mail/ports/RelayQueue") {}
