import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue } from "effect"
import { TestClock } from "effect/testing"
import { Accounts, AccountsError } from "../../src/ports/Accounts.ts"
import { makeAccount } from "./Account.ts"
import { connect, transcript } from "./Transcript.ts"

const GREETED = { begin: "greeted" } as const
/** `NUL alice@leap.test NUL correct horse`; the second one acts as itself, the third as another. */
const PLAIN = "AGFsaWNlQGxlYXAudGVzdABjb3JyZWN0IGhvcnNl"
const AS_SELF = Buffer.from("Alice@leap.test\0alice@leap.test\0correct horse").toString("base64")
const AS_OTHER = Buffer.from("bob@leap.test\0alice@leap.test\0correct horse").toString("base64")
const WRONG = Buffer.from("\0alice@leap.test\0wrong").toString("base64")

describe("RFC 3501 §6.2.3 LOGIN", () => {
  it.effect("takes atoms, quoted strings and literals, the address in any case", () =>
    transcript(
      `
      S: * OK …
      C: a LOGIN {15}
      S: + Ready for the literal
      C: Alice@leap.TEST {13+}
      C: correct horse
      S: a OK [CAPABILITY …] Logged in
    `,
      GREETED
    ))

  it.effect("RFC 5530: a wrong password and an unknown address are answered alike", () =>
    Effect.gen(function*() {
      const { client, checked } = yield* stranger
      const answers: Array<string> = []
      for (const user of ["alice@leap.test", "nobody@leap.test", "nobody"]) {
        yield* client.send(`a LOGIN ${user} wrong\r\n`)
        yield* Queue.take(checked)
        yield* TestClock.adjust("10 seconds")
        answers.push(yield* client.line)
      }
      assert.strictEqual(new Set(answers).size, 1)
      assert.match(answers[0] ?? "", /^a NO \[AUTHENTICATIONFAILED\] This address and password do not belong together/)
    }))

  it.effect("RFC 5530: no password over a connection that others can read", () =>
    transcript(
      `
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE LITERAL- LOGINDISABLED] …
      C: a LOGIN alice@leap.test "correct horse"
      S: a NO [PRIVACYREQUIRED] …
      C: b AUTHENTICATE PLAIN ${PLAIN}
      S: b NO [PRIVACYREQUIRED] …
    `,
      { ...GREETED, isPrivate: false }
    ))
})

describe("RFC 3501 §6.2.1 STARTTLS", () => {
  it.effect("no password before it where others listen, and nothing of it after", () =>
    transcript(
      `
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE LITERAL- STARTTLS LOGINDISABLED] …
      C: a LOGIN alice@leap.test "correct horse"
      S: a NO [PRIVACYREQUIRED] …
      C: b STARTTLS now
      S: b BAD expected the end of the command (at character 12)
      C: c STARTTLS
      S: c OK Begin TLS now
      C: d CAPABILITY
      S: * CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ID ENABLE LITERAL- AUTH=PLAIN
      S: d OK …
      C: e LOGIN alice@leap.test "correct horse"
      S: e OK …
    `,
      { ...GREETED, isPrivate: false, hasTls: true }
    ))

  it.effect("what was sent behind it is not obeyed", () =>
    Effect.gen(function*() {
      const { accounts } = yield* makeAccount("memory")
      const client = yield* connect(accounts, { isPrivate: false, hasTls: true })
      yield* client.line
      yield* client.send("a STARTTLS\r\nb LOGIN alice@leap.test \"correct horse\"\r\n")
      assert.match(yield* client.line, /^\* BYE \[CLIENTBUG\]/)
      assert.strictEqual(yield* client.line, "(closed)")
    }))
})

describe("RFC 3501 §6.2.2 AUTHENTICATE, RFC 4616 PLAIN, RFC 4959 SASL-IR", () => {
  it.effect("asks for the message where it did not come", () =>
    transcript(
      `
      S: * OK …
      C: a AUTHENTICATE PLAIN
      S: +${" "}
      C: ${PLAIN}
      S: a OK [CAPABILITY …] Logged in
      C: b NOOP
      S: b OK …
    `,
      GREETED
    ))

  it.effect("takes it with the command, and an authorization identity that is the same", () =>
    transcript(`S: * OK …\nC: a authenticate plain ${AS_SELF}\nS: a OK [CAPABILITY …] Logged in`, GREETED))

  it.effect("lets nobody act as another", () =>
    transcript(
      `S: * OK …\nC: a AUTHENTICATE PLAIN ${AS_OTHER}\nS: a NO [AUTHORIZATIONFAILED] …\nC: b LIST "" *\nS: b BAD Log in first`,
      GREETED
    ))

  it.effect("is cancelled by *, and refuses what is no base64 and no PLAIN message", () =>
    transcript(
      `
      S: * OK …
      C: a AUTHENTICATE PLAIN
      S: +${" "}
      C: *
      S: a BAD Login cancelled
      C: b AUTHENTICATE PLAIN
      S: +${" "}
      C: not base64!
      S: b BAD That is no PLAIN message in base64
      C: c AUTHENTICATE PLAIN =
      S: c BAD That is no PLAIN message in base64
      C: d AUTHENTICATE PLAIN ${Buffer.from("\0alice").toString("base64")}
      S: d BAD That is no PLAIN message in base64
      C: e AUTHENTICATE PLAIN ${Buffer.from("\0a\0b\0c").toString("base64")}
      S: e BAD That is no PLAIN message in base64
      C: f AUTHENTICATE PLAIN
      S: +${" "}
      C:
      S: f BAD That is no PLAIN message in base64
      C: g AUTHENTICATE GSSAPI
      S: g NO [CANNOT] This server knows the mechanism PLAIN only
      C: h AUTHENTICATE PLAIN ${PLAIN}
      S: h OK …
    `,
      GREETED
    ))
})

/** A client that has not logged in; `checked` hears of each password that was looked at. */
const stranger = Effect.gen(function*() {
  const { accounts } = yield* makeAccount("memory")
  const checked = yield* Queue.unbounded<string>()
  const client = yield* connect(Accounts.of({
    ...accounts,
    login: (address, password) => Effect.ensuring(accounts.login(address, password), Queue.offer(checked, address))
  }))
  yield* client.line
  return { client, checked }
})

describe("guesses at a password", () => {
  it.effect("cost half a second, then double, and the connection after five", () =>
    Effect.gen(function*() {
      const { checked, client } = yield* stranger
      for (const [index, delay] of [500, 1000, 2000, 4000, 8000].entries()) {
        yield* client.send(index % 2 === 0 ? "a LOGIN alice@leap.test wrong\r\n" : `a AUTHENTICATE PLAIN ${WRONG}\r\n`)
        yield* Queue.take(checked)
        yield* TestClock.adjust(delay - 1)
        assert.deepStrictEqual(yield* client.heard, [])
        yield* TestClock.adjust(1)
        assert.match(
          yield* client.line,
          index < 4 ? /^a NO \[AUTHENTICATIONFAILED\]/ : /^\* BYE \[AUTHENTICATIONFAILED\] Too many wrong passwords/
        )
      }
      assert.strictEqual(yield* client.line, "(closed)")
    }))

  it.effect("do not slow down the right one", () =>
    Effect.gen(function*() {
      const { checked, client } = yield* stranger
      yield* client.send("a LOGIN alice@leap.test wrong\r\nb LOGIN alice@leap.test \"correct horse\"\r\n")
      yield* Queue.take(checked)
      yield* TestClock.adjust(500)
      assert.match(yield* client.line, /^a NO/)
      assert.match(yield* client.line, /^b OK/)
    }))
})

describe("before login", () => {
  const DEADLINE = "* BYE Nothing was heard for too long"

  it.effect("two minutes are all there is, however busy the client is", () =>
    Effect.gen(function*() {
      const { client } = yield* stranger
      yield* TestClock.adjust("119 seconds")
      yield* client.send("a AUTHENTICATE PLAIN\r\n")
      assert.strictEqual(yield* client.line, "+ ")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* client.line, DEADLINE)
      assert.strictEqual(yield* client.line, "(closed)")
    }))

  it.effect("a line, a literal and all of them together are short", () =>
    Effect.gen(function*() {
      const { client } = yield* stranger
      yield* client.send(`a LOGIN {1025}\r\nb LOGIN {1024}\r\n`)
      assert.match(yield* client.line, /^a NO \[TOOBIG\] This server takes at most 1024 octets here/)
      assert.match(yield* client.line, /^\+ /)
      yield* client.send(`${"x".repeat(1024)} ${"y".repeat(8192)}`)
      assert.match(yield* client.line, /^\* BYE \[TOOBIG\] A command line is at most 8192 octets long/)
      assert.strictEqual(yield* client.line, "(closed)")
    }))

  it.effect("APPEND is no way round that", () =>
    transcript(
      `
      S: * OK …
      C: a APPEND INBOX {100000}
      S: a NO [TOOBIG] This server takes at most 1024 octets here
      C: b NOOP
      S: b OK …
    `,
      GREETED
    ))

  it.effect("accounts that cannot be asked say nothing of the password", () =>
    Effect.gen(function*() {
      const client = yield* connect(Accounts.of({
        addresses: Effect.succeed([]),
        login: () => Effect.fail(new AccountsError({ operation: "login", cause: new Error("the disk is gone") }))
      }))
      yield* client.line
      yield* client.send("a LOGIN alice@leap.test wrong\r\n")
      assert.match(yield* client.line, /^a NO \[UNAVAILABLE\] /)
    }))
})

describe("after login", () => {
  it.effect("half an hour of silence is borne (RFC 3501 §5.4)", () =>
    Effect.gen(function*() {
      const { accounts } = yield* makeAccount("memory")
      const client = yield* connect(accounts)
      yield* client.line
      yield* client.send("a LOGIN alice@leap.test \"correct horse\"\r\n")
      assert.match(yield* client.line, /^a OK/)
      yield* TestClock.adjust("30 minutes")
      yield* client.send("b NOOP\r\n")
      assert.match(yield* client.line, /^b OK/)
      yield* TestClock.adjust("32 minutes")
      assert.match(yield* client.line, /^\* BYE/)
      assert.strictEqual(yield* client.line, "(closed)")
    }))
})
