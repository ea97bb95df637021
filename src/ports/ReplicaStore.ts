/** One account's documents on this device, kept in step with its mail and keys: what replication reads and writes. */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Document, MessageContents, UnknownDocument } from "../domain/document/Document.ts"
import type { HistoryDiffers, RemoteDocument, RolledBack } from "../domain/document/Rollback.ts"
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
  /** As of a remote one. */
  readonly mark: Uint8Array
}

/** A message that should be seen here and whose bytes are not. */
export interface LackingMessage {
  readonly email: EmailId
  /** Those of its contents that travel by themselves. */
  readonly contents: MessageContents | undefined
  /** Milliseconds: the newest of its internal dates. */
  readonly at: number
}

export interface SuppliedMessage extends LackingMessage {
  /** Its contents as `Outline.fill` leaves them. */
  readonly bytes: Uint8Array
}

/** A content of a message that is seen here. */
export interface LackingContent {
  /** This device's own number for it. */
  readonly content: number
  readonly blob: string
  readonly length: number
  /** Milliseconds: when its message was sent or came. */
  readonly at: number
}

/** A message that is seen here and came in another form, which is not here. */
export interface LackingOriginal {
  readonly email: EmailId
  readonly length: number
  /** Later ones have greater numbers. */
  readonly at: number
  /** Not where it lies only in mailboxes that keep contents elsewhere. */
  readonly isWanted: boolean
}

/** Where lacking ones that follow begin. */
export type After<A extends { readonly at: number }> = Omit<A, "contents" | "blob" | "length">

/** Brings one of them with `supplyContent`; false: it cannot be had now. */
export type AskForContent = (content: LackingContent) => Effect.Effect<boolean>

type Done<A> = Effect.Effect<A, ReplicaStoreError>

export class ReplicaStore extends Context.Service<ReplicaStore, {
  /** The provider's generation up to which everything is here; 0 at first. */
  readonly cursor: Done<number>
  /**
   * Merged, shown as mail and keys, and the cursor moved: all or nothing. Listeners of the mail are told. What needs the
   * whole of a pull to be understood waits for its last page; then what other devices saw is compared. A document of an
   * unknown kind is kept as it is.
   */
  apply(
    documents: ReadonlyArray<RemoteDocument>,
    cursor: number,
    isLast: boolean
  ): Effect.Effect<void, ReplicaStoreError | RolledBack | HistoryDiffers>

  /** Some of those that were kept as they are and whose kind this program knows: to be applied, decoded. */
  readonly understandable: Done<ReadonlyArray<RemoteDocument<UnknownDocument>>>

  /** Newest first, those that follow `last` in this order. */
  lacking(last: After<LackingMessage> | undefined, limit: number): Done<ReadonlyArray<LackingMessage>>
  readonly lackingCount: Done<number>
  /** Some of those have come: they are seen from now on. */
  supply(messages: ReadonlyArray<SuppliedMessage>): Done<void>

  /** Contents that should be here and are not, newest first, those that follow `last` in this order. */
  lackingContents(last: After<LackingContent> | undefined, limit: number): Done<ReadonlyArray<LackingContent>>
  readonly lackingContentsCount: Done<number>
  /** Octets of another length than it has are not taken. */
  supplyContent(content: LackingContent, bytes: Uint8Array): Done<void>
  /** Contents that are here and need not be, `limit` at most. */
  surplusContents(limit: number): Done<ReadonlyArray<LackingContent>>
  /** Their octets are here no more. */
  dropContents(contents: ReadonlyArray<LackingContent>): Done<void>
  /** Who reads a content that is not here waits for `ask`, as long as this runs; at other times it fails at once. */
  serveContents(ask: AskForContent): Effect.Effect<never>

  /** Newest first, those that follow `last` in this order. */
  lackingOriginals(last: LackingOriginal | undefined, limit: number): Done<ReadonlyArray<LackingOriginal>>
  /** What was found out of the message is known here from now on, too. */
  supplyOriginal(email: EmailId, bytes: Uint8Array): Done<void>
  /** undefined: the message is gone meanwhile, or it was read as it came. */
  original(email: EmailId): Done<Uint8Array | undefined>

  /** What changed here and the provider does not have, oldest change first, from after that revision on. */
  pending(limit: number, after?: number): Done<ReadonlyArray<PendingDocument>>
  /**
   * Where all is in step: what was seen, as a document for the other devices, unless one says it already. Answers whether
   * there is one to push. `name`: of this device, for people.
   */
  attest(name: string | undefined): Done<boolean>
  /** The provider has these, ascending by generation. What changed meanwhile stays pending. */
  accepted(documents: ReadonlyArray<AcceptedDocument>): Done<void>
  /** undefined: the message is gone meanwhile, or not all of it is here. */
  bytes(email: EmailId): Done<Uint8Array | undefined>

  /** Something may be pending: once at the start, then after changes. */
  readonly changes: Stream.Stream<void>
}>()("leap-mail/ports/ReplicaStore") {}
