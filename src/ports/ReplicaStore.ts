/** One account's documents on this device, kept in step with its mail and keys: what replication reads and writes. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Document } from "../domain/document/Document.ts"
import type { RemoteDocument, RolledBack } from "../domain/document/Rollback.ts"
import type { EmailId } from "../domain/mailbox/Mailbox.ts"

export class ReplicaStoreError extends Schema.TaggedError<ReplicaStoreError>()("ReplicaStoreError", {
  operation: Schema.Literals(["read", "apply", "push", "supply"]),
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `Mail could not be kept in step with the provider (${this.operation}): look at the disk and the logs`
  }
}

export interface PendingDocument {
  readonly document: Document
  /** The generation it builds on; 0 for a new document. */
  readonly parent: number
  /** Tells this state of the document from a later one. */
  readonly revision: number
}

export interface AcceptedDocument extends PendingDocument {
  readonly generation: number
}

/** A message that should be seen here and whose bytes are not. */
export interface LackingMessage {
  readonly email: EmailId
  /** Milliseconds: the newest of its internal dates. */
  readonly at: number
}

type Done<A> = Effect.Effect<A, ReplicaStoreError>

export class ReplicaStore extends Context.Service<ReplicaStore, {
  /** The provider's generation up to which everything is here; 0 at first. */
  readonly cursor: Done<number>
  /**
   * Merged, shown as mail and keys, and the cursor moved: all or nothing. Listeners of the mail are told. What needs the
   * whole of a pull to be understood waits for its last page.
   */
  apply(
    documents: ReadonlyArray<RemoteDocument>,
    cursor: number,
    isLast: boolean
  ): Effect.Effect<void, ReplicaStoreError | RolledBack>

  /** Newest first, those that follow `last` in this order. */
  lacking(last: LackingMessage | undefined, limit: number): Done<ReadonlyArray<LackingMessage>>
  readonly lackingCount: Done<number>
  /** The bytes of one of those: it is seen from now on. */
  supply(email: EmailId, bytes: Uint8Array): Done<void>

  /** What changed here and the provider does not have, oldest change first. */
  pending(limit: number): Done<ReadonlyArray<PendingDocument>>
  /** The provider has these, ascending by generation. What changed meanwhile stays pending. */
  accepted(documents: ReadonlyArray<AcceptedDocument>): Done<void>
  /** undefined: the message is gone meanwhile. */
  bytes(email: EmailId): Done<Uint8Array | undefined>

  /** Something may be pending: once at the start, then after changes. */
  readonly changes: Stream.Stream<void>
}>()("leap-mail/ports/ReplicaStore") {}
