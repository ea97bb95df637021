/** The provider's side of replication as one account sees it (design, section 8): sealed documents only. */
import { Context, type Effect, Schema, type Stream } from "effect"
import { because } from "./Because.ts"

export class ReplicationError extends Schema.TaggedError<ReplicationError>()("ReplicationError", {
  operation: Schema.Literals(["push", "pull", "blob", "feed"]),
  transient: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The provider and this device could not be brought in step (${this.operation})${because(this.cause)}`
  }
}

/** The session is over: revoked on another device, ended by a new password, or too old. */
export class SignedOut extends Schema.TaggedError<SignedOut>()("SignedOut", {}) {
  override get message(): string {
    return "The provider has ended this device's session, for another device, a new password or its operator: " +
      "stop leap-mail, and start it with the account's password"
  }
}

export interface PushedDocument {
  /** Opaque to the provider. */
  readonly id: string
  /** The generation this version replaces; 0 for a new document. */
  readonly parent: number
  /** undefined = tombstone. */
  readonly sealed: Uint8Array | undefined
  /** Blobs that this version needs. One that no version needs any more is deleted a day later; absent = none. */
  readonly blobs?: ReadonlyArray<string>
  /** One of the few that a new device needs before all others. */
  readonly isEarly?: boolean
}

export type PushOutcome =
  | { readonly _tag: "Accepted"; readonly id: string; readonly generation: number }
  /** Somebody was first: pull, merge, push again on top of `current`. */
  | { readonly _tag: "Stale"; readonly id: string; readonly current: number }

export interface SealedBlob {
  readonly id: string
  readonly sealed: Uint8Array
}

/** Of a blob: whether the account had room for it. */
export type BlobOutcome = "Kept" | "Full"

export interface SealedDocument {
  readonly id: string
  readonly generation: number
  /** The generation its author replaced: bound into the seal. */
  readonly parent: number
  readonly sealed: Uint8Array | undefined
}

export type FeedEvent = { readonly _tag: "Generation"; readonly generation: number } | { readonly _tag: "Incoming" }

export class Replication extends Context.Service<Replication, {
  /** Idempotent by `batchId`: the same batch again answers the same. */
  push(
    batchId: string,
    documents: ReadonlyArray<PushedDocument>
  ): Effect.Effect<ReadonlyArray<PushOutcome>, ReplicationError | SignedOut>
  /** Latest version of each document changed after `since`, ascending by generation, at most `limit`. */
  pull(
    since: number,
    limit: number
  ): Effect.Effect<
    { readonly documents: ReadonlyArray<SealedDocument>; readonly generation: number },
    ReplicationError | SignedOut
  >
  /** As `pull`, of the early ones only. */
  pullEarly(
    since: number,
    limit: number
  ): Effect.Effect<
    { readonly documents: ReadonlyArray<SealedDocument>; readonly generation: number },
    ReplicationError | SignedOut
  >
  /**
   * On disk when answered, but for those that are `Full`: one outcome a blob, in order. What is there stays as it is, so
   * that all of them may be sent again.
   */
  putBlobs(
    blobs: ReadonlyArray<SealedBlob>
  ): Effect.Effect<ReadonlyArray<BlobOutcome>, ReplicationError | SignedOut>
  getBlob(id: string): Effect.Effect<Uint8Array | undefined, ReplicationError | SignedOut>
  /** In order, as many of the first as fit one answer; one at least, where one was asked for. */
  getBlobs(
    ids: ReadonlyArray<string>
  ): Effect.Effect<ReadonlyArray<Uint8Array | undefined>, ReplicationError | SignedOut>
  missingBlobs(ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, ReplicationError | SignedOut>
  /** Tells at once what it missed: the first event is the current generation. Fails when the connection does. */
  readonly feed: Stream.Stream<FeedEvent, ReplicationError | SignedOut>
}>()("leap-mail/ports/Replication") {}
