/** Which sealed contents the accounts have, and who refers to them. The bytes themselves are in a BlobStore. */
import { Context } from "effect"
import type { ByteRange } from "./BlobStore.ts"
import type { AccountId, Done, OverQuota } from "./ProviderStoreError.ts"
import type { BlobOutcome, SealedBlob } from "./Replication.ts"

export class ProviderBlobs extends Context.Service<ProviderBlobs, {
  /** Once: what is there stays as it is. Counted by the documents that refer to it (`PushedDocument.blobs`). */
  putBlob(account: AccountId, id: string, sealed: Uint8Array): Done<void, OverQuota>
  /** As `putBlob`, each by itself: one that finds no room leaves the others alone. In order. */
  putBlobs(account: AccountId, blobs: ReadonlyArray<SealedBlob>): Done<ReadonlyArray<BlobOutcome>>
  getBlob(account: AccountId, id: string, range?: ByteRange): Done<Uint8Array | undefined>
  /** Of the whole blob, in bytes. */
  blobSize(account: AccountId, id: string): Done<number | undefined>
  missingBlobs(account: AccountId, ids: ReadonlyArray<string>): Done<ReadonlyArray<string>>
}>()("leap-mail/ports/ProviderBlobs") {}
