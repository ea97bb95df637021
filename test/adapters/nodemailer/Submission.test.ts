/** What a device asks of the relay that takes its mail and its session's token: RFC 8314, and a pinned key. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as NodemailerTransport from "../../../src/adapters/nodemailer/NodemailerTransport.ts"
import type { NextHop } from "../../../src/adapters/nodemailer/Smtp.ts"
import { DAYS, make } from "../../../src/adapters/x509/SelfSigned.ts"
import { deliverDue } from "../../../src/domain/outgoing/DeliverOutbox.ts"
import { MailTransport, type OutgoingMessage } from "../../../src/ports/MailTransport.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"
import { alice, bytesOf, makeDevice, makeProvider, textOf } from "../../domain/Correspondents.ts"
import { pinOf } from "../x509/Pin.ts"
import * as RawRelay from "./RawRelay.ts"

const TOKEN = "the session's token"
const auth = { user: "alice@leap.test", password: Redacted.make(TOKEN) }

const message: OutgoingMessage = {
  from: "alice@leap.test",
  to: ["bob@else.test", "carol@else.test", "dan@else.test"],
  bytes: new TextEncoder().encode("Subject: x\r\n\r\nx\r\n")
}

/** By this name `localhost` is reached as if it were another machine. */
const send = (port: number, hop: Partial<NextHop> = {}) =>
  MailTransport.use((transport) => transport.send(message)).pipe(
    Effect.provide(
      NodemailerTransport.layer({
        host: "localhost",
        port,
        name: "localhost",
        isVerified: true,
        auth,
        timeout: 5000,
        ...hop
      })
    )
  )

const isTold = (heard: ReadonlyArray<string>, secret: string): boolean =>
  heard.some((piece) => piece.includes(Buffer.from(`\0${auth.user}\0${secret}`).toString("base64")))

const DAY = 86_400_000

describe("submission", () => {
  it.live("goes over TLS to whoever has a valid certificate of that name", () =>
    Effect.gen(function*() {
      const identity = make(["localhost"], yield* Clock.currentTimeMillis)
      const { heard, port } = yield* RawRelay.make({ identity })
      assert.deepStrictEqual(yield* send(port, { authority: identity.cert }), [])
      assert.isTrue(isTold(heard, TOKEN))
    }))

  it.live("waits, and says why, where the certificate is another's, over, or nobody's; no token and no mail is told", () =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const cases = [
        { identity: make(["other.test"], now), isTrusted: true, reason: /does not match certificate's altnames/ },
        { identity: make(["localhost"], now - (DAYS + 1) * DAY), isTrusted: true, reason: /certificate has expired/ },
        { identity: make(["localhost"], now), isTrusted: false, reason: /self-signed certificate/ }
      ]
      for (const { identity, isTrusted, reason } of cases) {
        const { heard, port } = yield* RawRelay.make({ identity })
        const authority = isTrusted ? { authority: identity.cert } : {}
        const error = yield* Effect.flip(send(port, authority))
        assert.isTrue(error.transient)
        assert.match(error.reason, new RegExp(`^localhost:${port}: .*${reason.source}`))
        assert.deepStrictEqual(heard.map((piece) => piece.trim()), ["EHLO localhost", "STARTTLS"])

        assert.deepStrictEqual(yield* send(port, { pin: pinOf(identity.cert) }), [])
      }
    }))

  it.effect("the report of the delay says why", () =>
    Effect.gen(function*() {
      const device = yield* makeDevice(yield* makeProvider, alice)
      const { port } = yield* RawRelay.make({ identity: make(["localhost"], Date.now()) })
      const { offer } = Context.get(device.services, Outbox)
      const bytes = bytesOf("Subject: x", "", "x", "")
      yield* offer([{ id: "a", from: alice, to: ["zoe@else.test"], bytes, offeredAt: 0 }])
      const hop = NodemailerTransport.layer({ host: "localhost", port, name: "localhost", isVerified: true })
      for (let tries = 0; tries < 12; tries++) {
        yield* deliverDue().pipe(Effect.provide(hop), Effect.provideContext(device.services))
        yield* TestClock.adjust("4 hours")
      }
      const [report, ...more] = (yield* device.inbox).map(textOf)
      assert.lengthOf(more, 0)
      assert.match(report ?? "", /^Diagnostic-Code: smtp; localhost:\d+: .*self-signed certificate/m)
    }))

  it.live("goes to nobody but the pinned key, whatever their certificate says", () =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const [identity, pinned] = [make(["localhost"], now), make(["localhost"], now)]
      const { heard, port } = yield* RawRelay.make({ identity })
      const pin = pinOf(pinned.cert)
      const error = yield* Effect.flip(send(port, { authority: identity.cert, pin }))
      assert.isTrue(error.transient)
      assert.include(error.reason, `its key is ${pinOf(identity.cert)}, and ${pin} was pinned`)
      assert.isFalse(isTold(heard, TOKEN))
      assert.isFalse(heard.some((piece) => piece.startsWith("MAIL")))
      // Pinned, it is asked of this machine, too, and without a password.
      const clear = yield* RawRelay.make({})
      yield* Effect.flip(send(clear.port, { host: "127.0.0.1", isVerified: false, pin }))
      assert.isFalse(clear.heard.some((piece) => /^(AUTH|MAIL)/.test(piece)))
    }))

  it.live("goes neither in the clear nor over a TLS that is too old", () =>
    Effect.gen(function*() {
      const clear = yield* RawRelay.make({})
      assert.isTrue((yield* Effect.flip(send(clear.port))).transient)
      const identity = make(["localhost"], yield* Clock.currentTimeMillis)
      const old = yield* RawRelay.make({
        identity,
        tls: { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }
      })
      const error = yield* Effect.flip(send(old.port, { authority: identity.cert }))
      assert.match(error.reason, /protocol version/)
      for (const { heard } of [clear, old]) assert.isFalse(heard.some((piece) => /AUTH|MAIL/.test(piece)))
    }))

  it.live("one transaction has all recipients, in one piece where the relay pipelines (RFC 2920)", () =>
    Effect.gen(function*() {
      const envelope = [
        "MAIL FROM:<alice@leap.test> SIZE=17",
        "RCPT TO:<bob@else.test>",
        "RCPT TO:<carol@else.test>",
        "RCPT TO:<dan@else.test>",
        "DATA"
      ]
      const options = { host: "127.0.0.1", isVerified: false }
      const pipelining = yield* RawRelay.make({ extensions: ["SIZE 1000000", "PIPELINING"] })
      yield* send(pipelining.port, options)
      const from = pipelining.heard.findIndex((piece) => piece.startsWith("MAIL"))
      assert.deepStrictEqual(pipelining.heard.slice(from, from + 2), [
        envelope.map((line) => `${line}\r\n`).join(""),
        "Subject: x\r\n\r\nx\r\n.\r\n"
      ])
      const plain = yield* RawRelay.make({ extensions: ["SIZE 1000000"] })
      yield* send(plain.port, options)
      const lines = plain.heard.map((piece) => piece.trim())
      assert.deepStrictEqual(lines.slice(lines.indexOf(envelope[0] ?? "")).slice(0, 5), envelope)
      assert.lengthOf(plain.heard.filter((piece) => piece.startsWith("MAIL")), 1)
    }))
})
