import { assert, describe, it } from "@effect/vitest"
import { Effect, SubscriptionRef } from "effect"
import { serve } from "../../../src/adapters/imap/ImapServer.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import { Accounts } from "../../../src/ports/Accounts.ts"
import type { Identity } from "../../../src/ports/Tls.ts"
import { makeAccount } from "../../imap/Account.ts"
import { connect, connectTls } from "./TcpClient.ts"

const HOSTS = ["mail.test", "127.0.0.1"] as const
const LOGIN = "LOGIN alice@leap.test \"correct horse\""

const start = Effect.fnUntraced(function*(maxClients = 10) {
  const { accounts } = yield* makeAccount("memory")
  const identity = make([...HOSTS], Date.now())
  const tls = yield* SubscriptionRef.make<Identity>(identity)
  const { implicitPort, port } = yield* serve({
    host: "127.0.0.1",
    port: 0,
    tls,
    implicit: { port: 0 },
    maxClients
  }).pipe(Effect.provideService(Accounts, accounts))
  return { port, implicitPort: implicitPort ?? assert.fail("There is no second door"), ca: identity.cert, tls }
})

describe("IMAP over TLS", () => {
  it.live("STARTTLS: the certificate is shown, and then all goes encrypted", () =>
    Effect.gen(function*() {
      const { ca, port } = yield* start()
      const clear = yield* connect(port)
      assert.match((yield* clear.line) ?? "", / STARTTLS /)
      assert.deepStrictEqual(yield* clear.ask("STARTTLS"), ["t OK Begin TLS now"])
      const secure = yield* clear.secure(ca)
      const [capability] = yield* secure.ask("CAPABILITY")
      assert.notInclude(capability, "STARTTLS")
      assert.include(capability, "AUTH=PLAIN")
      assert.deepStrictEqual(yield* secure.ask("STARTTLS"), ["t BAD There is no TLS to start here"])
      assert.match((yield* secure.ask(LOGIN)).at(-1) ?? "", /^t OK/)
      assert.deepStrictEqual(yield* secure.ask("STARTTLS"), [
        "t BAD [CLIENTBUG] You are logged in already: TLS comes before that"
      ])
    }))

  it.live("commands that came in the clear behind STARTTLS are not obeyed (CVE-2011-0411)", () =>
    Effect.gen(function*() {
      const { port } = yield* start()
      const pipelined = yield* connect(port)
      yield* pipelined.line
      yield* pipelined.send(`a STARTTLS\r\nb ${LOGIN}\r\nc DELETE Sent\r\n`)
      assert.match((yield* pipelined.line) ?? "", /^\* BYE \[CLIENTBUG\]/)
      assert.isUndefined(yield* pipelined.line)

      const half = yield* connect(port)
      yield* half.line
      yield* half.send("a STARTTLS\r\nb LOG")
      assert.match((yield* half.line) ?? "", /^\* BYE \[CLIENTBUG\]/)
      assert.isUndefined(yield* half.line)

      // Behind the answer, it is no greeting in TLS.
      const late = yield* connect(port)
      yield* late.line
      yield* late.ask("STARTTLS")
      yield* late.send("b CAPABILITY\r\n")
      assert.isUndefined(yield* late.line)
    }))

  it.live("implicit TLS: its own door, the same server", () =>
    Effect.gen(function*() {
      const { ca, implicitPort } = yield* start()
      const client = yield* connectTls(implicitPort, ca)
      const greeting = (yield* client.line) ?? ""
      assert.match(greeting, /^\* OK \[CAPABILITY .* AUTH=PLAIN\]/)
      assert.notInclude(greeting, "STARTTLS")
      assert.match((yield* client.ask(LOGIN)).at(-1) ?? "", /^t OK/)
      const big = "x".repeat(200_000)
      yield* client.send(`a APPEND INBOX {${big.length}+}\r\n${big}\r\n`)
      assert.match((yield* client.line) ?? "", /^a OK/)
      yield* client.ask("SELECT INBOX")
      const lines = yield* client.ask("FETCH 1 BODY.PEEK[]")
      assert.include(lines.join(""), big)
    }))

  it.live("who speaks no TLS at that door is gone, and the door is open for the next", () =>
    Effect.gen(function*() {
      const { ca, implicitPort } = yield* start(1)
      for (let at = 0; at < 3; at++) {
        const stranger = yield* connect(implicitPort)
        yield* stranger.send("a NOOP\r\n".repeat(100))
        while ((yield* stranger.line) !== undefined) continue
      }
      const client = yield* connectTls(implicitPort, ca)
      assert.match((yield* client.line) ?? "", /^\* OK/)
    }))

  it.live("a renewed certificate is shown to whoever comes next; who is there stays", () =>
    Effect.gen(function*() {
      const { ca, implicitPort, port, tls } = yield* start()
      const before = yield* connectTls(implicitPort, ca)
      const waiting = yield* connect(port)
      yield* before.line
      yield* waiting.line
      const renewed = make([...HOSTS], Date.now())
      yield* SubscriptionRef.set(tls, renewed)
      const after = yield* connectTls(implicitPort, renewed.cert)
      assert.match((yield* after.line) ?? "", /^\* OK/)
      yield* waiting.ask("STARTTLS")
      const secure = yield* waiting.secure(renewed.cert)
      assert.match((yield* secure.ask("CAPABILITY"))[0] ?? "", /AUTH=PLAIN/)
      assert.isUndefined(yield* (yield* connectTls(implicitPort, ca)).line)
      assert.deepStrictEqual(yield* before.ask("NOOP"), ["t OK NOOP done"])
    }))

  it.live("a certificate that was not this server's is not taken by the client", () =>
    Effect.gen(function*() {
      const { implicitPort } = yield* start()
      const client = yield* connectTls(implicitPort, make([...HOSTS], Date.now()).cert)
      assert.isUndefined(yield* client.line)
    }))

  it.effect("without a certificate no address is listened on that other machines reach", () =>
    Effect.gen(function*() {
      const { accounts } = yield* makeAccount("memory")
      const error = yield* serve({ host: "0.0.0.0", port: 0, setting: "LEAP_MAIL_IMAP_PORT" }).pipe(
        Effect.provideService(Accounts, accounts),
        Effect.flip
      )
      assert.strictEqual(error.code, "NEEDS_TLS")
    }))
})
