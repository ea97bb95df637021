/** The provider's front doors: LMTP behind another mail server, or SMTP as the MX. No login, local recipients only. */
import { Clock, Effect, Result, type Scope } from "effect"
import { isLooping } from "../../domain/incoming/Hops.ts"
import type { ListenError } from "../../ports/ListenError.ts"
import { type Bound, type ListenOptions, type Peer, type Received, serve, settle } from "./SmtpListener.ts"
import { looping, type SmtpRefusal } from "./SmtpRefusal.ts"
import { traceOf } from "./Trace.ts"

export interface ArrivedMessage<A, K> {
  /** Empty for the null sender. */
  readonly from: string
  readonly to: string
  /** Return-Path and Received, to be put on top. */
  readonly trace: Uint8Array
  /** As it came: the same for all recipients. */
  readonly bytes: Uint8Array
  /** What `examine` found, once for all recipients. */
  readonly found: A
  /** What `recipient` answered at RCPT, which may be minutes ago. */
  readonly recipient: K | undefined
}

/** Failing with an SmtpRefusal chooses the reply; any other failure is logged and answered 451. */
export interface ArrivingHandlers<A, K, E, R> {
  /** Fails where there is no mailbox, or none that takes mail now. */
  readonly recipient: (address: string, peer: Peer<never>) => Effect.Effect<K, E, R>
  /** The message as it came. */
  readonly examine: (message: Received, peer: Peer<never>) => Effect.Effect<A, E, R>
  /** Succeeds when the message is on disk. */
  readonly arrive: (message: ArrivedMessage<A, K>) => Effect.Effect<void, E, R>
}

/** Of the world: a large sender keeps fewer, and one machine cannot keep the door to itself. */
const MAX_FROM_ADDRESS = 20

const listen = Effect.fn("Arriving.listen")(function*<A, K, E, R>(
  options: ListenOptions,
  handlers: ArrivingHandlers<A, K, E, R>
): Effect.fn.Return<Bound, ListenError, R | Scope.Scope> {
  return yield* serve<never, E | SmtpRefusal, R, K>(options, {
    recipient: handlers.recipient,
    message: Effect.fnUntraced(function*(received, peer, known) {
      const now = yield* Clock.currentTimeMillis
      const { bytes, from } = received
      if (isLooping(bytes)) return received.to.map(() => Result.fail(looping()))
      const found = yield* handlers.examine(received, peer)
      return yield* Effect.forEach(
        received.to,
        (to, index) =>
          settle(handlers.arrive({
            from,
            to,
            found,
            recipient: known[index],
            trace: traceOf({ from, to }, peer, options.name, now),
            bytes
          }))
      )
    })
  })
})

/** RFC 2033: each recipient is answered by itself after DATA. */
export const serveLmtp = <A, K, E, R>(
  options: ListenOptions,
  handlers: ArrivingHandlers<A, K, E, R>
): Effect.Effect<Bound, ListenError, R | Scope.Scope> => listen({ ...options, lmtp: true }, handlers)

/** RFC 5321: one answer for all. A failure for one makes the client try all again: at least once, never lost. */
export const serveMx = <A, K, E, R>(
  options: ListenOptions,
  handlers: ArrivingHandlers<A, K, E, R>
): Effect.Effect<Bound, ListenError, R | Scope.Scope> =>
  listen({ maxFromAddress: MAX_FROM_ADDRESS, ...options, lmtp: false }, handlers)
