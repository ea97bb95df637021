/** The sealed documents of a provider's accounts: versions, generations, batches, and the feed of what changes. */
import { Context, type Stream } from "effect"
import type { AccountEvent } from "../domain/document/ChangeFeed.ts"
import type { AccountId, Done, OverQuota, ProviderStoreError } from "./ProviderStoreError.ts"
import type { PushedDocument, PushOutcome, SealedDocument } from "./Replication.ts"

export class ProviderDocuments extends Context.Service<ProviderDocuments, {
  /** A full account may still delete and change: a tenth above the quota is left for that. */
  push(
    account: AccountId,
    batchId: string,
    documents: ReadonlyArray<PushedDocument>
  ): Done<ReadonlyArray<PushOutcome>, OverQuota>
  pull(
    account: AccountId,
    since: number,
    limit: number
  ): Done<{ readonly documents: ReadonlyArray<SealedDocument>; readonly generation: number }>
  /** As `pull`, of the early ones only. */
  pullEarly(
    account: AccountId,
    since: number,
    limit: number
  ): Done<{ readonly documents: ReadonlyArray<SealedDocument>; readonly generation: number }>
  /**
   * First the current generation, and "incoming" if anything waits; then each change as it is committed, on whichever
   * node that was.
   */
  feed(account: AccountId): Stream.Stream<AccountEvent, ProviderStoreError>
}>()("leap-mail/ports/ProviderDocuments") {}
