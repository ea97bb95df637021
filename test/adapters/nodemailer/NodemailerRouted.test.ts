import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Ref, SubscriptionRef } from "effect"
import { connect, createServer } from "node:net"
import * as NodemailerRouted from "../../../src/adapters/nodemailer/NodemailerRouted.ts"
import { type Received, serve } from "../../../src/adapters/smtp/SmtpListener.ts"
import { SmtpRefusal } from "../../../src/adapters/smtp/SmtpRefusal.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import { type MailRoute, MailRoutes, NoRoute } from "../../../src/ports/MailRoutes.ts"
import { MailTransport, type OutgoingMessage } from "../../../src/ports/MailTransport.ts"
import type { Identity } from "../../../src/ports/Tls.ts"
import * as Loopback from "../../Loopback.ts"
import { mailTransportContract, refusalOf } from "../../ports/MailTransport.contract.ts"

interface Taken extends Received {
  readonly protocol: string
}

const listen = Effect.fnUntraced(function*({ identity }: { readonly identity?: Identity } = {}) {
  const tls = identity === undefined ? {} : { tls: yield* SubscriptionRef.make(identity) }
  const taken = yield* Ref.make<ReadonlyArray<Taken>>([])
  const { port } = yield* serve<never, SmtpRefusal, never>(
    { host: "127.0.0.1", port: 0, name: "mx.else.test", ...tls },
    {
      recipient: (to) => {
        const [code, enhanced, text] = (refusalOf(to) ?? "").split(" ")
        return code === "" || enhanced === undefined || text === undefined
          ? Effect.void
          : Effect.fail(new SmtpRefusal({ code: Number(code), enhanced, text }))
      },
      message: (received, { protocol }) =>
        Effect.as(Ref.update(taken, (all) => [...all, { ...received, protocol }]), [])
    }
  )
  return { port, taken: Ref.get(taken) }
})

/** `localhost` is this machine's name in the certificates of these tests. */
const to = (port: number, isVerified = false): MailRoute => ({ host: "localhost", port, isVerified })

const layer = (routes: Readonly<Record<string, ReadonlyArray<MailRoute>>>, authority?: string) =>
  NodemailerRouted.layer({ name: "leap.test", authority, timeout: 5000 }).pipe(
    Layer.provide(Layer.succeed(MailRoutes, {
      routes: (domain) => {
        const found = routes[domain]
        return found === undefined
          ? Effect.fail(new NoRoute({ transient: false, reason: `There is no domain ${domain} that takes mail` }))
          : Effect.succeed(found)
      }
    }))
  )

mailTransportContract(
  "nodemailer, routed",
  Effect.gen(function*() {
    const { port, taken } = yield* listen()
    return { layer: layer({ "else.test": [to(port)] }), taken }
  }).pipe(Effect.orDie)
)

const message: OutgoingMessage = {
  from: "ann@leap.test",
  to: ["bob@else.test"],
  bytes: new TextEncoder().encode("Subject: x\r\n\r\nx\r\n")
}

const send = (through: Layer.Layer<MailTransport>, more: Partial<OutgoingMessage> = {}) =>
  Effect.provide(Effect.flatMap(MailTransport, (transport) => transport.send({ ...message, ...more })), through)

/** Before a server that speaks none: offers TLS, agrees to it, and answers the handshake with something else. */
const offeringTls = (port: number) =>
  Loopback.listen(() =>
    createServer((client) => {
      const there = connect(port, "127.0.0.1")
      there.on("error", () => client.destroy()).on("close", () => client.destroy())
      client.on("error", () => there.destroy()).on("close", () => there.destroy())
      there.on("data", (chunk) => client.write(String(chunk).replace("250-PIPELINING", "250-STARTTLS")))
      client.on("data", (chunk) => {
        if (String(chunk) === "STARTTLS\r\n") client.end("220 Go ahead\r\nI do not know how\r\n")
        else there.write(chunk)
      })
    })
  )

const certificate = Effect.map(Clock.currentTimeMillis, (now) => make(["localhost"], now))

describe("NodemailerRouted", () => {
  it.live("each domain's servers get its recipients; what one domain refuses is not the other's affair", () =>
    Effect.gen(function*() {
      const [one, two] = [yield* listen(), yield* listen()]
      const through = layer({ "one.test": [to(one.port)], "two.test": [to(two.port)] })
      const refused = yield* send(through, {
        to: ["a@one.test", "b@TWO.test", "c@one.test", "gone@two.test", "d@none.test"]
      })
      assert.deepStrictEqual((yield* one.taken).map(({ to }) => to), [["a@one.test", "c@one.test"]])
      assert.deepStrictEqual((yield* two.taken).map(({ to }) => to), [["b@TWO.test"]])
      assert.deepStrictEqual(refused, [
        { to: "gone@two.test", reason: "550 5.1.1 Gone" },
        { to: "d@none.test", reason: "There is no domain none.test that takes mail" }
      ])
    }))

  it.live("the next server is tried when one does not answer, and not when one has refused", () =>
    Effect.gen(function*() {
      const gone = yield* Effect.scoped(listen())
      const [first, second] = [yield* listen(), yield* listen()]
      assert.deepStrictEqual(yield* send(layer({ "else.test": [to(gone.port), to(first.port), to(second.port)] })), [])
      assert.lengthOf(yield* first.taken, 1)
      yield* send(layer({ "else.test": [to(first.port), to(second.port)] }), { to: ["gone@else.test"] })
      assert.lengthOf(yield* second.taken, 0)
    }))

  it.live("TLS is spoken where it is offered, with whomever (RFC 7435)", () =>
    Effect.gen(function*() {
      const identity = yield* certificate
      const { port, taken } = yield* listen({ identity })
      yield* send(layer({ "else.test": [to(port)] }))
      assert.deepStrictEqual((yield* taken).map(({ protocol }) => protocol), ["ESMTPS"])
    }))

  it.live("where TLS is offered and does not come about, mail goes without", () =>
    Effect.gen(function*() {
      const { port, taken } = yield* listen()
      const liar = yield* offeringTls(port)
      assert.deepStrictEqual(yield* send(layer({ "else.test": [to(liar)] })), [])
      assert.deepStrictEqual((yield* taken).map(({ protocol }) => protocol), ["ESMTP"])
      assert.isTrue((yield* Effect.flip(send(layer({ "else.test": [to(liar, true)] })))).transient)
    }))

  // RFC 8461 §4.2, §5.1
  it.live("where the domain wants it, nothing goes but over TLS with a valid certificate of that name", () =>
    Effect.gen(function*() {
      const identity = yield* certificate
      const secure = yield* listen({ identity })
      const clear = yield* listen()
      const through = (port: number, authority?: string) => layer({ "else.test": [to(port, true)] }, authority)
      assert.deepStrictEqual(yield* send(through(secure.port, identity.cert)), [])
      assert.deepStrictEqual((yield* secure.taken).map(({ protocol }) => protocol), ["ESMTPS"])
      const stranger = make(["mx.else.test"], yield* Clock.currentTimeMillis)
      const named = yield* listen({ identity: stranger })
      for (const attempt of [through(secure.port), through(clear.port), through(named.port, stranger.cert)]) {
        assert.isTrue((yield* Effect.flip(send(attempt))).transient)
      }
      assert.lengthOf(yield* secure.taken, 1)
      assert.lengthOf(yield* clear.taken, 0)
      assert.lengthOf(yield* named.taken, 0)
    }))
})
