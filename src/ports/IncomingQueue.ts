/** Mail that the provider encrypted at arrival and keeps until this account's client has it on disk. */
import { Context, type Effect, Schema } from "effect"
import { because } from "./Because.ts"

export class IncomingQueueError extends Schema.TaggedError<IncomingQueueError>()("IncomingQueueError", {
  operation: Schema.Literals(["list", "fetch", "acknowledge"]),
  /** Another try may succeed: the network, a restart. */
  transient: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The provider's queue of new mail could not be used (${this.operation})${because(this.cause)}`
  }
}

export interface IncomingItem {
  /** Opaque, made by the provider, the same for every device. */
  readonly id: string
  /** Milliseconds, when the provider took the message. */
  readonly arrivedAt: number
  /** Of the encrypted message. */
  readonly size: number
}

export class IncomingQueue extends Context.Service<IncomingQueue, {
  /** Oldest first, at most `limit`. */
  list(limit: number): Effect.Effect<ReadonlyArray<IncomingItem>, IncomingQueueError>
  /** The binary OpenPGP message; undefined when another device acknowledged it meanwhile. */
  fetch(id: string): Effect.Effect<Uint8Array | undefined, IncomingQueueError>
  /** Gone after this. Idempotent. Only after the local store has the message on disk. */
  acknowledge(ids: ReadonlyArray<string>): Effect.Effect<void, IncomingQueueError>
}>()("leap-mail/ports/IncomingQueue") {}
