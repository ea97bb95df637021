/** Commands in, responses out, in order: what a session sees of its connection. */
import { type Clock, Duration, Effect, Exit, Fiber, type Scope } from "effect"
import { type Connection, ConnectionEnded } from "./Connection.ts"
import * as Deflated from "./Deflated.ts"
import * as Framer from "./Framer.ts"
import { write as encode } from "./grammar/Encode.ts"
import * as Octets from "./grammar/Octets.ts"
import type { Code, Response } from "./grammar/Response.ts"

export interface Dialogue {
  /** Kept back until they are worth a write, or the client's turn comes. */
  send(responses: ReadonlyArray<Response>): Effect.Effect<void, ConnectionEnded>
  readonly flush: Effect.Effect<void, ConnectionEnded>
  /**
   * The next command, complete with its literals; or one line of an exchange such as AUTHENTICATE.
   */
  receive(limits: Framer.Limits, unsettled?: Unsettled): Effect.Effect<Uint8Array, ConnectionEnded>
  /** Ends the dialogue where the client keeps the server waiting for too long; to go on beside it. */
  readonly watch: Effect.Effect<never, ConnectionEnded>
  hangUp(text: string, code?: Code): Effect.Effect<never, ConnectionEnded>
  /** Has the client spoken before it was answered? */
  isAhead(): boolean
  /** What is sent and received from here on is deflated. */
  readonly compress: Effect.Effect<void, never, Scope.Scope>
}

/** What is settled before the client is waited for, or spoken to. */
export interface Unsettled {
  readonly isAny: () => boolean
  readonly settle: Effect.Effect<void, ConnectionEnded>
}

const NOTHING: Unsettled = { isAny: () => false, settle: Effect.void }

/** Of the event loop: what is on its way within the machine is there by then. */
const TURNS = 3

/** Fewer octets than these are no reason to wake the client. */
const WORTH_A_WRITE = 65_536

const GOODBYE_PATIENCE = Duration.seconds(1)

/** Milliseconds. */
const SHORTEST_WATCH = 1000

/**
 * `until` is asked each time the client is waited for, to say something or to read: until when, in milliseconds; `isUtf8`,
 * how mailbox names are written.
 */
export const make = (
  plain: Connection,
  clock: Clock.Clock,
  until: (now: number) => number,
  isUtf8 = () => false
): Dialogue => {
  const framer = Framer.make()
  let connection = plain
  const waiting = Octets.make()
  /** Until when the client is to have read, and to have spoken. One watch goes by them: a timer each would cost more. */
  let readBy = Number.POSITIVE_INFINITY
  let spokenBy = Number.POSITIVE_INFINITY

  const write = Effect.suspend(() => waiting.length === 0 ? Effect.void : connection.write(Octets.take(waiting)))
  const isRead = Effect.sync(() => {
    readBy = Number.POSITIVE_INFINITY
  })
  const isSpoken = Effect.sync(() => {
    spokenBy = Number.POSITIVE_INFINITY
  })

  const flush = Effect.suspend(() => {
    if (waiting.length === 0) return Effect.void
    readBy = until(clock.currentTimeMillisUnsafe())
    return Effect.ensuring(write, isRead)
  })

  const send = (responses: ReadonlyArray<Response>) =>
    Effect.suspend(() => {
      const utf8 = isUtf8()
      for (const response of responses) encode(waiting, response, utf8)
      return waiting.length >= WORTH_A_WRITE ? flush : Effect.void
    })

  const hangUp = Effect.fnUntraced(function*(text: string, code?: Code) {
    yield* send([{ _tag: "Status", tag: undefined, status: "BYE", code, text }])
    yield* Effect.timeoutOption(write, GOODBYE_PATIENCE)
    return yield* new ConnectionEnded({ reason: text })
  })

  /** A client that goes on without waiting has sent more: that joins what is under way. */
  const readOn = Effect.fnUntraced(function*(settle: Effect.Effect<void, ConnectionEnded>) {
    const reading = yield* Effect.forkChild(connection.read, { startImmediately: true })
    for (let turn = 0; turn < TURNS && reading.pollUnsafe() === undefined; turn++) yield* Effect.yieldNow
    const exit = reading.pollUnsafe()
    if (exit === undefined || Exit.isFailure(exit)) {
      yield* settle
      yield* flush
    }
    return yield* Fiber.join(reading)
  })

  const nextFrame = Effect.fnUntraced(function*(limits: Framer.Limits, { isAny, settle }: Unsettled) {
    for (;;) {
      const framed = framer.next(limits)
      if (framed?._tag === "Command") return framed
      if (framed !== undefined) {
        yield* settle
        return framed
      }
      if (isAny()) framer.push(yield* readOn(settle))
      else {
        yield* flush
        framer.push(yield* connection.read)
      }
    }
  })

  const nextCommand = Effect.fnUntraced(function*(limits: Framer.Limits, unsettled: Unsettled) {
    for (;;) {
      const framed = yield* nextFrame(limits, unsettled)
      switch (framed._tag) {
        case "Command":
          return framed.bytes
        case "LiteralRequested":
          yield* send([{ _tag: "Continue", text: "Ready for the literal" }])
          break
        case "LiteralRefused":
          yield* send([{
            _tag: "Status",
            tag: framed.tag,
            status: framed.tag === undefined ? "BAD" : "NO",
            code: framed.name === "SETMETADATA"
              ? { _tag: "Metadata", word: "MAXSIZE", value: framed.limit }
              : { _tag: "Word", word: "TOOBIG" },
            text: `This server takes at most ${framed.limit} octets here`
          }])
          break
        case "TooMuch":
          return yield* hangUp(`This server takes at most ${framed.limit} octets here`, {
            _tag: "Word",
            word: "TOOBIG"
          })
        case "TooLong":
          return yield* hangUp(`A command line is at most ${limits.maxLine} octets long`, {
            _tag: "Word",
            word: "TOOBIG"
          })
      }
    }
  })

  return {
    send,
    flush,
    hangUp,
    isAhead: framer.hasMore,
    compress: Effect.map(Deflated.make(plain), (deflated) => {
      connection = deflated
    }),
    receive: (limits, unsettled = NOTHING) =>
      Effect.suspend(() => {
        spokenBy = until(clock.currentTimeMillisUnsafe())
        return Effect.ensuring(nextCommand(limits, unsettled), isSpoken)
      }),
    watch: Effect.gen(function*() {
      for (;;) {
        const now = clock.currentTimeMillisUnsafe()
        if (readBy <= now) return yield* new ConnectionEnded({ reason: "The client read nothing for too long" })
        if (spokenBy <= now) return yield* hangUp("Nothing was heard for too long")
        // What is waited for next has no earlier end.
        const next = Math.min(readBy, spokenBy, until(now))
        yield* Effect.sleep(Math.max(next - now, SHORTEST_WATCH))
      }
    })
  }
}
