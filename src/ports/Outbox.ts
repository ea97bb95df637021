/** Finished messages on their way out, on disk until the next hop has them. */
import { Context, type Effect, Schema, type Stream } from "effect"

export class OutboxError extends Schema.TaggedError<OutboxError>()("OutboxError", {
  operation: Schema.Literals(["offer", "due", "list", "postpone", "remove"]),
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The outbox could not ${this.operation}: look at the disk and the logs`
  }
}

export interface OutboxItem {
  readonly id: string
  /** Envelope sender; empty for delivery status notifications. */
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly bytes: Uint8Array
  /** Milliseconds. */
  readonly offeredAt: number
}

export interface DueItem extends OutboxItem {
  readonly attempts: number
}

/** What a person sees of one: not its text. Times are milliseconds. */
export interface WaitingItem {
  readonly id: string
  readonly from: string
  readonly to: ReadonlyArray<string>
  /** Octets. */
  readonly size: number
  readonly offeredAt: number
  readonly attempts: number
  /** When it is tried next; in the past: at once. */
  readonly notBefore: number
}

type Done<A> = Effect.Effect<A, OutboxError>

export class Outbox extends Context.Service<Outbox, {
  /** All or none, durable when answered. An id that is there already is left as it is. */
  offer(items: ReadonlyArray<OutboxItem>): Done<void>
  /** Those not postponed past `now`, oldest first. */
  due(now: number, limit: number): Done<ReadonlyArray<DueItem>>
  /** All that are there, postponed or not, oldest first. */
  readonly waiting: Done<ReadonlyArray<WaitingItem>>
  /** Counts an attempt; `to` are those who still wait. */
  postpone(id: string, notBefore: number, to: ReadonlyArray<string>): Done<void>
  /** Idempotent. */
  remove(id: string): Done<void>
  /** Tells after each offer, from the moment the stream starts; several may be told as one. */
  readonly offered: Stream.Stream<void>
}>()("leap-mail/ports/Outbox") {}
