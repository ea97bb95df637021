import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope, Stream } from "effect"
import { serve } from "../../../src/adapters/imap/ImapServer.ts"
import { Accounts } from "../../../src/ports/Accounts.ts"
import { makeAccount, type StoreName, type Watched } from "../../imap/Account.ts"
import { connect } from "./TcpClient.ts"

interface Options {
  readonly store?: StoreName
  readonly watched?: Watched
  readonly maxClients?: number
}

/** The listener on a free port, in a scope of its own. */
const start = Effect.fnUntraced(function*({ maxClients, store: kind = "memory", watched }: Options = {}) {
  const { accounts, store } = yield* makeAccount(kind, watched)
  const scope = yield* Scope.fork(yield* Scope.Scope)
  const { port } = yield* serve({ host: "127.0.0.1", port: 0, ...maxClients === undefined ? {} : { maxClients } }).pipe(
    Effect.provideService(Accounts, accounts),
    Scope.provide(scope)
  )
  return { port, store, stop: Scope.close(scope, Exit.void) }
})

const LOGIN = "LOGIN alice@leap.test \"correct horse\""

const client = Effect.fnUntraced(function*(port: number) {
  const connection = yield* connect(port)
  assert.match((yield* connection.line) ?? "", /^\* OK \[CAPABILITY /)
  return connection
})

const loggedIn = Effect.fnUntraced(function*(port: number) {
  const connection = yield* client(port)
  assert.match((yield* connection.ask(LOGIN)).at(-1) ?? "", /^t OK/)
  return connection
})

describe("ImapServer", () => {
  it.live("says BYE to everyone when it stops, in a command, idle or not logged in", () =>
    Effect.gen(function*() {
      const { port, stop } = yield* start()
      const stranger = yield* client(port)
      const quiet = yield* loggedIn(port)
      const idle = yield* loggedIn(port)
      yield* idle.send("a IDLE\r\n")
      assert.strictEqual(yield* idle.line, "+ idling")
      yield* stop
      for (const { line } of [stranger, quiet, idle]) {
        assert.strictEqual(yield* line, "* BYE [UNAVAILABLE] leap-mail is stopping")
        assert.isUndefined(yield* line)
      }
    }))

  it.live("takes no more clients at once than it may, and takes the next when one has gone", () =>
    Effect.gen(function*() {
      const { port } = yield* start({ maxClients: 2 })
      const first = yield* client(port)
      const second = yield* client(port)
      const third = yield* connect(port)
      assert.strictEqual(yield* third.line, "* BYE [UNAVAILABLE] Too many clients at once; try again later")
      assert.isUndefined(yield* third.line)
      assert.strictEqual((yield* first.ask("LOGOUT")).length, 2)
      assert.isUndefined(yield* first.line)
      const fourth = yield* client(port)
      yield* second.reset
      assert.match((yield* fourth.ask("NOOP")).join(), /^t OK/)
      // A connection that ended without a word leaves its place, too.
      for (;;) {
        const fifth = yield* connect(port)
        if ((yield* fifth.line)?.startsWith("* OK") === true) break
      }
    }))

  it.live("a client that does not read costs no more than what lies between", () =>
    Effect.gen(function*() {
      const MESSAGES = 16
      const MEGABYTE = 1024 * 1024
      let read = 0
      const { port, store } = yield* start({
        store: "encrypted SQLite",
        watched: (store) => ({
          ...store,
          fetch: (...args) => Stream.tap(store.fetch(...args), ({ size }) => Effect.sync(() => read += size))
        })
      })
      const { id } = yield* store.mailbox("INBOX")
      const bytes = new Uint8Array(MEGABYTE).fill(120)
      bytes.set([97, 58, 13, 10, 13, 10])
      for (let at = 0; at < MESSAGES; at++) yield* store.append(id, [{ bytes, flags: [], internalDate: 0 }])
      const slow = yield* loggedIn(port)
      assert.match((yield* slow.ask("EXAMINE INBOX")).at(-1) ?? "", /^t OK/)
      yield* slow.pause
      yield* slow.send("a FETCH 1:* BODY.PEEK[]\r\n")

      // Others are served meanwhile; when the server has stood still for many of their turns, it waits for the reader.
      const other = yield* loggedIn(port)
      let before = -1
      for (let still = 0; still < 50; before = read) {
        still = read === before && read > 0 ? still + 1 : 0
        assert.match((yield* other.ask("NOOP")).at(-1) ?? "", /^t OK/)
      }
      assert.isBelow(read, MESSAGES * MEGABYTE / 2)

      yield* slow.resume
      let heard = 0
      for (;;) {
        const line = yield* slow.line
        if (line === undefined || line.startsWith("a ")) break
        if (line.endsWith(`{${MEGABYTE}}`)) heard++
      }
      assert.strictEqual(heard, MESSAGES)
    }))

  it.live("a client that goes in the middle of a literal, or of an answer, leaves nothing behind", () =>
    Effect.gen(function*() {
      const { port, store } = yield* start({ maxClients: 3 })
      for (let at = 0; at < 6; at++) {
        const one = yield* loggedIn(port)
        yield* one.send(
          at % 2 === 0 ? "a APPEND INBOX {1000000}\r\nonly so much" : "a SELECT INBOX\r\na FETCH 1:* ALL\r\n"
        )
        yield* one.line
        yield* one.reset
      }
      const last = yield* loggedIn(port)
      assert.deepStrictEqual(yield* last.ask("STATUS INBOX (MESSAGES)"), [
        "* STATUS INBOX (MESSAGES 0)",
        "t OK STATUS done"
      ])
      assert.strictEqual((yield* store.mailbox("INBOX")).exists, 0)
    }))

  it.live("strangers are sent away at a line too long, and told so", () =>
    Effect.gen(function*() {
      const { port } = yield* start()
      const stranger = yield* client(port)
      yield* stranger.send("x".repeat(10_000))
      assert.match((yield* stranger.line) ?? "", /^\* BYE \[TOOBIG\] /)
      assert.isUndefined(yield* stranger.line)
    }))

  it.live("a hundred idle clients are told of a delivery", () =>
    Effect.gen(function*() {
      const { port, store } = yield* start()
      const idle = yield* Effect.forEach(
        Array.from({ length: 100 }),
        Effect.fnUntraced(function*() {
          const one = yield* loggedIn(port)
          yield* one.ask("SELECT INBOX")
          yield* one.send("a IDLE\r\n")
          yield* one.line
          return one
        }),
        { concurrency: 10 }
      )
      const { id } = yield* store.mailbox("INBOX")
      yield* store.append(id, [{ bytes: new Uint8Array(3), flags: [], internalDate: 0 }])
      for (const { line } of idle) assert.strictEqual(yield* line, "* 1 EXISTS")
    }))

  it.live("says what to do where the port is taken", () =>
    Effect.gen(function*() {
      const { port } = yield* start()
      const { accounts } = yield* makeAccount("memory")
      const error = yield* serve({ host: "127.0.0.1", port, setting: "LEAP_MAIL_IMAP_PORT" }).pipe(
        Effect.provideService(Accounts, accounts),
        Effect.flip
      )
      assert.strictEqual(
        error.message,
        `Port ${port} on 127.0.0.1 is in use: stop the other program or set LEAP_MAIL_IMAP_PORT`
      )
    }))
})
