import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { type ArrivedMessage, serveLmtp, serveMx } from "../../../src/adapters/smtp/Arriving.ts"
import { notAllowed, type SmtpRefusal, unknownRecipient } from "../../../src/adapters/smtp/SmtpRefusal.ts"
import { ListenError } from "../../../src/ports/ListenError.ts"
import { burst, send, talk } from "./SmtpClient.ts"

const options = { host: "127.0.0.1", port: 0, name: "mx.leap.test" }
const raw = "From: x@else.test\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n.\tthree \xe9\r\n"

const start = Effect.fnUntraced(function*(serve: typeof serveMx, more: { readonly maxSize?: number } = {}) {
  const arrived = yield* Ref.make<ReadonlyArray<ArrivedMessage<string, string>>>([])
  const { port } = yield* serve<string, string, SmtpRefusal | "disk", never>({ ...options, ...more }, {
    recipient: (address) =>
      address.startsWith("nobody@") ? Effect.fail(unknownRecipient(address)) : Effect.succeed(`known: ${address}`),
    examine: (message, peer) => Effect.succeed(`${message.from} at ${peer.address}`),
    arrive: Effect.fnUntraced(function*(message) {
      if (message.to.startsWith("full@")) return yield* Effect.fail("disk" as const)
      if (message.to.startsWith("closed@")) return yield* notAllowed("This list is closed")
      yield* Ref.update(arrived, (all) => [...all, message])
    })
  })
  return { arrived: Ref.get(arrived), port }
})

describe("Arriving", () => {
  it.live("takes mail for each recipient with its bytes unchanged below the trace fields", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      yield* send({
        port,
        from: "x@else.test",
        to: ["alice@leap.test", "bob@leap.test"],
        raw: Buffer.from(raw, "latin1")
      })
      const all = yield* arrived
      assert.deepStrictEqual(all.map(({ from, to }) => [from, to]), [
        ["x@else.test", "alice@leap.test"],
        ["x@else.test", "bob@leap.test"]
      ])
      assert.deepStrictEqual(all.map(({ recipient }) => recipient), ["known: alice@leap.test", "known: bob@leap.test"])
      assert.strictEqual(Buffer.from(all[0]!.bytes).toString("latin1"), raw)
      assert.match(
        Buffer.from(all[0]!.trace).toString("latin1"),
        /^Return-Path: <x@else\.test>\r\nReceived: from \S+ \(\[127\.0\.0\.1\]\)\r\n by mx\.leap\.test with ESMTP id \S+\r\n for <alice@leap\.test>; /
      )
    }))

  it.live("refuses an unknown recipient at RCPT", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx)
      const error = yield* Effect.flip(send({ port, from: "", to: ["nobody@leap.test"], raw }))
      assert.strictEqual(error.responseCode, 550)
      assert.include(error.response, "550 5.1.1 There is no mailbox nobody@leap.test here")
      assert.deepStrictEqual(yield* arrived, [])
    }))

  it.live("LMTP answers each recipient by itself", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveLmtp)
      const replies = yield* talk(port, [
        "LHLO test",
        "MAIL FROM:<>",
        "RCPT TO:<alice@leap.test>",
        "RCPT TO:<full@leap.test>",
        "RCPT TO:<closed@leap.test>",
        "DATA",
        `${raw}.`
      ])
      assert.strictEqual(replies[0], "220 mx.leap.test LMTP leap-mail")
      assert.deepStrictEqual(replies.slice(-3), [
        "250 2.0.0 Accepted",
        "451 4.3.0 Something failed here; try again later",
        "550 5.7.1 This list is closed"
      ])
      assert.deepStrictEqual((yield* arrived).map(({ to }) => to), ["alice@leap.test"])
    }))

  it.live("SMTP answers 451 when one recipient's copy is not on disk", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveMx)
      const error = yield* Effect.flip(send({ port, from: "", to: ["alice@leap.test", "full@leap.test"], raw }))
      assert.strictEqual(error.responseCode, 451)
      assert.notInclude(error.response, "disk")
    }))

  it.live("refuses what is too large, announced or not, and stays usable", () =>
    Effect.gen(function*() {
      const { arrived, port } = yield* start(serveMx, { maxSize: 1000 })
      const to = ["alice@leap.test"]
      assert.strictEqual(
        (yield* Effect.flip(send({ port, from: "", to, raw: raw + "x".repeat(2000) }))).responseCode,
        552
      )
      const replies = yield* talk(port, [
        "EHLO test",
        "MAIL FROM:<a@b.test>",
        "RCPT TO:<alice@leap.test>",
        "DATA",
        `Subject: 1\r\n\r\n${"x".repeat(1000)}\r\n.`,
        "MAIL FROM:<a@b.test>",
        "RCPT TO:<alice@leap.test>",
        "DATA",
        "Subject: 2\r\n\r\n."
      ])
      assert.strictEqual(replies[5], "552 5.3.4 The message is larger than 1000 bytes")
      assert.match(replies.at(-1) ?? "", /^250 2\.0\.0 /)
      assert.strictEqual((yield* arrived).length, 1)
    }))

  it.live("answers commands that came together in one write (RFC 2920)", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveLmtp)
      const commands = "LHLO test\r\nMAIL FROM:<>\r\nRCPT TO:<alice@leap.test>\r\nDATA\r\n"
      const chunks = yield* burst(port, commands, (text) => text.includes("354 "))
      assert.deepStrictEqual(chunks.map((chunk) => chunk.match(/^\d{3} /gm)), [["250 ", "250 ", "250 ", "354 "]])
    }))

  it.live("offers neither AUTH nor STARTTLS, and no sendmail jokes", () =>
    Effect.gen(function*() {
      const { port } = yield* start(serveMx)
      const replies = yield* talk(port, ["EHLO test", "AUTH PLAIN AGEAYg==", "STARTTLS", "WIZ secret", "QUIT"])
      assert.deepStrictEqual(replies.slice(2).map((reply) => reply.slice(0, 3)), ["500", "500", "500", "221"])
    }))

  it.live("says which port is taken and what to do, and frees it with the scope", () =>
    Effect.gen(function*() {
      const none = { recipient: () => Effect.void, examine: () => Effect.void, arrive: () => Effect.void }
      const port = yield* Effect.scoped(Effect.gen(function*() {
        const bound = yield* serveMx(options, none)
        const error = yield* Effect.flip(serveMx({ ...options, port: bound.port, setting: "LEAP_MAIL_MX_PORT" }, none))
        assert.instanceOf(error, ListenError)
        assert.strictEqual(
          error.message,
          `Port ${bound.port} on 127.0.0.1 is in use: stop the other program or set LEAP_MAIL_MX_PORT`
        )
        return bound.port
      }))
      assert.strictEqual((yield* serveMx({ ...options, port }, none)).port, port)
    }))
})
