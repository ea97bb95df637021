/** Bytes by account and name, written once: in the database, or in a store made for such (docs/scaling.md). */
import { Context } from "effect"
import type { AccountId, Done } from "./ProviderStoreError.ts"
import type { SealedBlob } from "./Replication.ts"

/** RFC 9110 §14.1.2: both inclusive, within the blob. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

export class BlobStore extends Context.Service<BlobStore, {
  /** Durable when answered, all of them. The same name always has the same bytes: writing it again changes nothing. */
  writeBlobs(account: AccountId, blobs: ReadonlyArray<SealedBlob>): Done<void>
  readBlob(account: AccountId, id: string, range?: ByteRange): Done<Uint8Array | undefined>
  /** Idempotent. */
  eraseBlobs(account: AccountId, ids: ReadonlyArray<string>): Done<void>
  /** All of an account that is gone. Idempotent. */
  eraseAccount(account: AccountId): Done<void>
}>()("leap-mail/ports/BlobStore") {}
