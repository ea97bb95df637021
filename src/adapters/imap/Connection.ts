/** One client's stream of octets, whatever carries it; and the ways it ends. */
import { type Effect, Schema } from "effect"

/** The client went away, or was sent away: there is nobody left to answer. */
export class ConnectionEnded extends Schema.TaggedError<ConnectionEnded>()("ConnectionEnded", {
  reason: Schema.String
}) {}

export interface Connection {
  /** May a password cross it: is it encrypted, or within this machine? */
  readonly isPrivate: boolean
  /** Does it stay within this machine? */
  readonly isLocal: boolean
  /** Encrypts it from here on; what the client sent before that is lost. Absent where it is so, or cannot be. */
  readonly startTls?: Effect.Effect<void, ConnectionEnded> | undefined
  readonly read: Effect.Effect<Uint8Array, ConnectionEnded>
  /** Answers when there is room for more: a slow reader slows the command. */
  write(octets: ReadonlyArray<Uint8Array>): Effect.Effect<void, ConnectionEnded>
}
