/** What a provider's front doors answer, with real accounts behind them. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, SubscriptionRef } from "effect"
import { createTransport } from "nodemailer"
import * as SenderCheckMailauth from "../../src/adapters/mailauth/SenderCheckMailauth.ts"
import * as SenderCheckNone from "../../src/adapters/memory/SenderCheckNone.ts"
import { make } from "../../src/adapters/x509/SelfSigned.ts"
import { aliasTable, recipientTable } from "../../src/apps/ProviderArrival.ts"
import { Address } from "../../src/domain/account/Address.ts"
import type { Identity } from "../../src/ports/Tls.ts"
import { send, talk } from "../adapters/smtp/SmtpClient.ts"
import { textOf, valuesOf } from "../domain/Correspondents.ts"
import * as RawSession from "../e2e/RawSession.ts"
import { dns, home, makeHouse, open, RATE } from "./FrontDoors.ts"

const RECIPIENTS: ReadonlyArray<readonly [name: string, answer: string]> = [
  ["Ann", "250 "],
  ["ann+shop", "250 "],
  ["info", "250 "],
  ["INFO+x", "250 "],
  ["nobody", "550 5.1.1 There is no mailbox nobody@leap.test here"],
  ["kim", "450 4.7.13 kim@leap.test has no usable key yet"],
  ["dora", "550 5.2.1 dora@leap.test does not receive mail"],
  ["fay", "452 4.2.2 The mailbox fay@leap.test is full"]
]

const LETTER = "From: x@else.test\r\nSubject: hello\r\n\r\nhello\r\n"

describe("ProviderArrival", () => {
  it.live("both doors answer at RCPT what will become of mail; LMTP each recipient after DATA", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      yield* house.store.setQuota(house.fay.account.id, 0)
      const { lmtp, mx } = yield* open(house)
      for (const [port, hello] of [[lmtp.port, "LHLO"], [mx.port, "EHLO"]] as const) {
        const replies = yield* talk(port, [
          `${hello} test`,
          "MAIL FROM:<x@else.test>",
          ...RECIPIENTS.map(([name]) => `RCPT TO:<${name}@leap.test>`),
          "RCPT TO:<ann@elsewhere.test>",
          "QUIT"
        ])
        const answers = replies.slice(3)
        for (const [index, [name, answer]] of RECIPIENTS.entries()) {
          assert.isTrue(answers[index]?.startsWith(answer), `${name}: ${answers[index]}`)
        }
        assert.include(answers[RECIPIENTS.length], "550 5.1.1 ")
      }

      // Room for something, not for this.
      yield* house.store.setQuota(house.fay.account.id, 100)
      const to = ["ann", "fay", "info"].map((name) => `RCPT TO:<${name}@leap.test>`)
      const replies = yield* talk(lmtp.port, ["LHLO test", "MAIL FROM:<>", ...to, "DATA", `${LETTER}.`, "QUIT"])
      const codes = replies.slice(-4).map((reply) => reply.slice(0, 9))
      assert.deepStrictEqual(codes, ["250 2.0.0", "452 4.2.2", "250 2.0.0", "221 Bye"])
      yield* house.ann.receive
      yield* house.fay.receive
      assert.lengthOf(yield* house.ann.inbox, 2)
      assert.lengthOf(yield* house.fay.inbox, 0)
    }))

  it.live("the postmaster is written to without a domain, too (RFC 5321 §4.5.1)", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      yield* house.store.addAlias(house.ann.account.id, Address.make("postmaster@leap.test"))
      const { mx } = yield* open(house)
      const replies = yield* talk(mx.port, [
        "EHLO test",
        "MAIL FROM:<>",
        "RCPT TO:<Postmaster>",
        "RCPT TO:<ann>",
        "DATA",
        `${LETTER}.`,
        "QUIT"
      ])
      assert.deepStrictEqual(replies.slice(3, 6).map((reply) => reply.slice(0, 3)), ["250", "501", "354"])
      yield* house.ann.receive
      assert.lengthOf(yield* house.ann.inbox, 1)
    }))

  it.live("one machine of the world names so many recipients an hour, those there are and those there are not", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      const { lmtp, mx } = yield* open(house, {}, SenderCheckNone.layer, { ...RATE, limit: 3 })
      const names = ["ann", "nobody", "ann", "ann", "nobody"]
      const ask = (port: number, hello: string) =>
        talk(port, [
          `${hello} test`,
          "MAIL FROM:<x@else.test>",
          ...names.map((name) => `RCPT TO:<${name}@leap.test>`),
          "QUIT"
        ])
      const codes = (replies: ReadonlyArray<string>) => replies.slice(3, -1).map((reply) => reply.slice(0, 3))
      assert.deepStrictEqual(codes(yield* ask(mx.port, "EHLO")), ["250", "550", "250", "450", "450"])
      // What comes from our own server was counted there, if at all.
      assert.notInclude(codes(yield* ask(lmtp.port, "LHLO")), "450")
    }))

  it.live("the catch-all has what nobody else has, and only then", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      yield* house.store.addAlias(house.fay.account.id, Address.make("*@leap.test"))
      const { mx } = yield* open(house)
      for (const to of ["whoever@leap.test", "ann@leap.test"]) {
        yield* send({ port: mx.port, from: "x@else.test", to: [to], raw: LETTER })
      }
      yield* house.ann.receive
      yield* house.fay.receive
      const [mail = new Uint8Array(), ...others] = yield* house.fay.inbox
      assert.deepStrictEqual(others, [])
      assert.include(textOf(mail), "for <whoever@leap.test>")
      assert.lengthOf(yield* house.ann.inbox, 1)
    }))

  it.live("what was found of the sender is sealed with the message, and the client shows it", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      const resolver = dns({
        "TXT else.test": "v=spf1 ip4:127.0.0.1 -all",
        "TXT _dmarc.else.test": "v=DMARC1; p=reject"
      })
      const { mx } = yield* open(house, {}, SenderCheckMailauth.layer({ resolver }))
      const forged = `X-Leap-Provenance: dkim="pass"\r\n${LETTER}`
      yield* send({ port: mx.port, from: "x@else.test", to: ["ann@leap.test"], raw: forged })
      yield* house.ann.receive
      const [mail = new Uint8Array()] = yield* house.ann.inbox
      const [provenance = "", ...others] = valuesOf(mail, "X-Leap-Provenance")
      assert.deepStrictEqual(others, [])
      assert.match(
        provenance,
        /^\w{3}, .*; received-by="mx\.leap\.test"; encrypted-at-arrival="yes"; dkim="none"; dmarc="pass"; spf="pass"; arc="none"$/
      )
      assert.deepStrictEqual(valuesOf(mail, "X-Original-X-Leap-Provenance"), [`dkim="pass"`])
    }))

  it.live(
    "the world may speak TLS, and is told how large mail may be",
    () =>
      Effect.gen(function*() {
        const identity = make(["mx.leap.test"], Date.now())
        const tls = yield* SubscriptionRef.make<Identity>(identity)
        const house = yield* makeHouse
        const { mx } = yield* open(house, { tls, maxSize: 4096 })
        const transport = createTransport({
          host: "127.0.0.1",
          port: mx.port,
          requireTLS: true,
          tls: { ca: identity.cert, servername: "mx.leap.test" }
        })
        const envelope = { from: "x@else.test", to: ["ann@leap.test"] }
        yield* Effect.promise(() => transport.sendMail({ envelope, raw: LETTER }))
        yield* house.ann.receive
        const [mail = new Uint8Array()] = yield* house.ann.inbox
        // RFC 3848
        assert.match(textOf(mail), /^ by mx\.leap\.test with ESMTPS id /m)

        const session = yield* RawSession.open(mx)
        yield* session.until(/^220 /m)
        const offered = yield* session.say("EHLO test", /^250 /m)
        assert.match(offered, /^250.STARTTLS\r$/m)
        assert.match(offered, /^250.SIZE 4096\r$/m)
        yield* session.say("MAIL FROM:<x@else.test> SIZE=4097", /^552 /m)
      }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("one machine does not keep the door to itself", () =>
    Effect.gen(function*() {
      const { mx } = yield* open(yield* makeHouse, { maxFromAddress: 1 })
      const first = yield* RawSession.open(mx)
      yield* first.until(/^220 /m)
      const second = yield* RawSession.open(mx)
      assert.match(yield* second.closed, /^421 4\.7\.0 Too many connections/)
      yield* first.say("QUIT", /^221 /m)
      yield* first.closed
      const third = yield* RawSession.open(mx)
      yield* third.until(/^220 /m)
    }))

  it.effect("what Postfix asks is what the doors would answer", () =>
    Effect.gen(function*() {
      const house = yield* makeHouse
      yield* house.store.setQuota(house.fay.account.id, 0)
      const ask = recipientTable(home)
      yield* Effect.gen(function*() {
        for (const [name, answer] of RECIPIENTS) {
          const said = yield* ask(`${name}@leap.test`)
          const expected = answer === "250 " ? "DUNNO" : answer
          assert.isTrue(said._tag === "Found" && said.value.startsWith(expected), `${name}: ${JSON.stringify(said)}`)
        }
        assert.deepStrictEqual(yield* ask("ann@elsewhere.test"), { _tag: "NotFound" })
        assert.deepStrictEqual(yield* aliasTable("Info+x@leap.test"), { _tag: "Found", value: "ann+x@leap.test" })
        assert.deepStrictEqual(yield* aliasTable("nobody@leap.test"), { _tag: "NotFound" })
        assert.deepStrictEqual(yield* aliasTable("leap.test"), { _tag: "NotFound" })
      }).pipe(Effect.provideContext(house.provider.services))
    }))
})
