/**
 * Sessions played from a script, as the RFCs write them. `C:` is what the client sends and `S:` what it must hear next,
 * all of it, in this order; `C2:` and `S2:` are a second session of the same account, `C3:` a third. A session begins
 * with its first line. In an `S` line `…` is any text, and `«name»` is kept the first time and the same ever after.
 * `S: (until) …` passes over what comes before that line.
 * `C: (closes)` and `S: (closed)` end a connection.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Option, Queue } from "effect"
import { TestClock } from "effect/testing"
import { type Connection, ConnectionEnded } from "../../src/adapters/imap/Connection.ts"
import * as Logins from "../../src/adapters/imap/Logins.ts"
import { run } from "../../src/adapters/imap/Session.ts"
import * as Trace from "../../src/adapters/imap/Trace.ts"
import type { Flag } from "../../src/domain/mailbox/Flag.ts"
import { fromLatin1, latin1 } from "../../src/domain/message/Latin1.ts"
import { Accounts } from "../../src/ports/Accounts.ts"
import { ADDRESS, makeAccount, PASSWORD, STORE_NAMES, type StoreName, type Watched } from "./Account.ts"

export const CLOSED = "(closed)"
const CRASHED = "(crashed)"
const CLOSES = "(closes)"
const MAX_SILENCE = "5 seconds"
const SILENT = "(silence)"
/** No line comes after these. */
const ENDS: ReadonlySet<string> = new Set([CLOSED, CRASHED, SILENT])
const UNTIL = "(until) "

/** One client's end of a connection in memory. */
export interface Peer {
  send(octets: string | Uint8Array): Effect.Effect<void>
  /** The next line of the server, without its CRLF, an octet a character. */
  readonly line: Effect.Effect<string>
  /** What the server has said already and nobody has read. */
  readonly heard: Effect.Effect<ReadonlyArray<string>>
  readonly hangUp: Effect.Effect<void>
}

const encoder = new TextEncoder()
const utf8 = (text: string): string => latin1(encoder.encode(text))

export const connect = Effect.fnUntraced(function*(
  accounts: Accounts["Service"],
  { hasTls = false, isLocal = true, isPrivate = true, isTraced = false }: Pick<
    Options,
    "hasTls" | "isLocal" | "isPrivate" | "isTraced"
  > = {}
) {
  const input = yield* Queue.unbounded<Uint8Array, ConnectionEnded>()
  const lines = yield* Queue.unbounded<string>()
  let unfinished = ""
  const connection: Connection = {
    isPrivate,
    isLocal,
    startTls: hasTls ? Effect.void : undefined,
    read: Queue.take(input),
    write: (pieces) =>
      Effect.sync(() => {
        const parts = (unfinished + pieces.map((piece) => latin1(piece)).join("")).split("\r\n")
        unfinished = parts.pop() ?? ""
        Queue.offerAllUnsafe(lines, parts)
      })
  }
  const trace = isTraced ? Trace.make(connection, 1) : undefined
  yield* run(connection, yield* Logins.make, trace).pipe(
    Effect.provideService(Accounts, accounts),
    Effect.onExit((exit) =>
      Effect.sync(() => {
        const isCrash = Exit.hasDies(exit)
        Queue.offerUnsafe(lines, unfinished + (isCrash ? CRASHED : CLOSED))
      })
    ),
    Effect.forkScoped
  )
  const peer: Peer = {
    send: (octets) => Queue.offer(input, typeof octets === "string" ? fromLatin1(octets) : octets),
    line: TestClock.withLive(Effect.timeoutOption(Queue.take(lines), MAX_SILENCE)).pipe(
      Effect.map(Option.getOrElse(() => SILENT))
    ),
    heard: Queue.clear(lines),
    hangUp: Queue.fail(input, new ConnectionEnded({ reason: "The client hung up" }))
  }
  return peer
})

interface Step {
  readonly speaker: "C" | "S"
  readonly session: number
  readonly text: string
}

const STEP = /^\s*([CS])(\d?):(?: (.*))?$/u

const parse = (script: string): ReadonlyArray<Step> =>
  script.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const found = STEP.exec(line)
    if (found === null) return assert.fail(`This is no line of a transcript: ${line}`)
    const [, speaker, session, text] = found
    return { speaker: speaker === "C" ? "C" : "S", session: Number(session || 1), text: text ?? "" }
  })

/** Flags have no order. */
const inOrder = (line: string): string =>
  line.replace(
    /( FETCH \(.*?FLAGS \()([^)…]*)/u,
    (_, before: string, flags: string) => before + flags.split(" ").sort().join(" ")
  )

const literally = (text: string): string => utf8(text).replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")

export interface Options {
  readonly store?: StoreName
  /** Each session's first commands are left out of the scripts. */
  readonly begin?: "greeted" | "loggedIn" | "selected"
  readonly isPrivate?: boolean
  /** STARTTLS can be had; from then on the lines are as good as encrypted. */
  readonly hasTls?: boolean
  readonly isLocal?: boolean
  readonly isTraced?: boolean
  /** Stands between the sessions and the store. */
  readonly watched?: Watched
}

export const makeStage = Effect.fnUntraced(function*(options: Options = {}) {
  const { accounts, store } = yield* makeAccount(options.store ?? "memory", options.watched)
  const begin = options.begin ?? "loggedIn"
  const peers = new Map<number, Peer>()
  const kept = new Map<string, string>()
  const played: Array<string> = []

  const hear = Effect.fnUntraced(function*({ session, text }: Step, peer: Peer) {
    const names: Array<string> = []
    const passesOver = text.startsWith(UNTIL)
    const pattern = inOrder(passesOver ? text.slice(UNTIL.length) : text).split(/(…|«\w+»)/u).map((part) => {
      if (part === "…") return ".*"
      const name = /^«(\w+)»$/u.exec(part)?.[1]
      if (name === undefined) return literally(part)
      const known = kept.get(name)
      if (known !== undefined) return literally(known)
      names.push(name)
      return "([^ ()\\]]+)"
    }).join("")
    const expected = new RegExp(`^${pattern}$`, "s")
    let line = inOrder(yield* peer.line)
    while (passesOver && !expected.test(line) && !ENDS.has(line)) {
      played.push(`S${session}: ${line}`)
      line = inOrder(yield* peer.line)
    }
    const found = expected.exec(line)
    const after = played.slice(-12).join("\n")
    if (found === null) assert.fail(`session ${session}\nexpected ${text}\nheard    ${line}\nafter\n${after}`)
    names.forEach((name, index) => kept.set(name, found[index + 1] ?? ""))
    played.push(`S${session}: ${line}`)
  })

  const open = Effect.fnUntraced(function*(session: number) {
    const peer = yield* connect(accounts, options)
    peers.set(session, peer)
    if (begin === "greeted") return peer
    yield* peer.line
    yield* peer.send(`login LOGIN ${ADDRESS} "${PASSWORD}"\r\n`)
    assert.match(yield* peer.line, /^login OK/)
    if (begin === "selected") {
      yield* peer.send("select SELECT INBOX\r\n")
      while (!(yield* peer.line).startsWith("select OK")) continue
    }
    return peer
  })
  const peerOf = (session: number) =>
    Effect.suspend(() => {
      const peer = peers.get(session)
      return peer === undefined ? open(session) : Effect.succeed(peer)
    })

  const say = Effect.fnUntraced(function*({ session, text }: Step, peer: Peer) {
    assert.deepStrictEqual(yield* peer.heard, [], `session ${session} heard more than was expected, before ${text}`)
    played.push(`C${session}: ${text}`)
    if (text === CLOSES) return yield* peer.hangUp
    const filled = text.replaceAll(/«(\w+)»/gu, (_, name: string) => kept.get(name) ?? assert.fail(`no ${name} yet`))
    yield* peer.send(`${utf8(filled)}\r\n`)
  })

  const play = Effect.fnUntraced(function*(script: string) {
    for (const step of parse(script)) {
      const peer = yield* peerOf(step.session)
      yield* step.speaker === "C" ? say(step, peer) : hear(step, peer)
    }
    for (const [session, peer] of peers) {
      assert.deepStrictEqual(yield* peer.heard, [], `session ${session} heard more than the transcript has`)
    }
  })

  return {
    store,
    play,
    peer: peerOf,
    /** Puts a message into a mailbox, as a delivery does. */
    deliver: Effect.fnUntraced(function*(
      message: string | Uint8Array,
      placed: { readonly mailbox?: string; readonly flags?: ReadonlyArray<Flag>; readonly at?: number } = {}
    ) {
      const { id } = yield* store.mailbox(placed.mailbox ?? "INBOX")
      const bytes = typeof message === "string" ? fromLatin1(message) : message
      const news = { bytes, flags: placed.flags ?? [], internalDate: placed.at ?? 0 }
      return (yield* store.append(id, [news])).uids[0] ?? 0
    })
  }
})

/** Lines with LF become a message with CRLF. */
export const message = (text: string): string => utf8(text.replaceAll("\n", "\r\n"))

export const transcript = (script: string, options?: Options) =>
  Effect.flatMap(makeStage(options), ({ play }) => play(script))

/** The same promises on every store. */
export const onEachStore = (title: string, suite: (options: Options) => void): void => {
  for (const store of STORE_NAMES) describe(`${title} (${store})`, () => suite({ store }))
}
