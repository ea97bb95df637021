import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted, Schema, SubscriptionRef } from "effect"
import { connect } from "node:net"
import { connect as connectSecurely } from "node:tls"
import { createTransport } from "nodemailer"
import { serveGateway } from "../../../src/adapters/smtp/SmtpGateway.ts"
import type { Received } from "../../../src/adapters/smtp/SmtpListener.ts"
import { make } from "../../../src/adapters/x509/SelfSigned.ts"
import type { Identity } from "../../../src/ports/Tls.ts"

const auth = { user: "alice@leap.test", pass: "token" }
const HOSTS = ["mail.test", "127.0.0.1"] as const
const LETTER = "From: alice@leap.test\r\n\r\nhello\r\n"

class Refused extends Schema.TaggedError<Refused>()("Refused", { message: Schema.String }) {}

const start = Effect.fnUntraced(function*(isImplicit: boolean) {
  const identity = make(HOSTS, Date.now())
  const tls = yield* SubscriptionRef.make<Identity>(identity)
  const sent: Array<Received> = []
  const { port } = yield* serveGateway<{ readonly address: string }, never, never>(
    { host: "127.0.0.1", port: 0, name: "leap.test", loginDelay: Duration.millis(1), tls, isImplicit },
    {
      authenticate: (user, password) =>
        Effect.succeed(Redacted.value(password) === auth.pass ? { address: user } : undefined),
      submit: (_, received) => Effect.sync(() => void sent.push(received))
    }
  )
  return { port, ca: identity.cert, sent, tls }
})

const send = (port: number, ca: string, options: { readonly secure?: boolean; readonly requireTLS?: boolean }) =>
  Effect.tryPromise({
    try: () =>
      createTransport({ host: "127.0.0.1", port, auth, tls: { ca, servername: "mail.test" }, ...options }).sendMail({
        envelope: { from: auth.user, to: ["bob@leap.test"] },
        raw: LETTER
      }),
    catch: (cause) => new Refused({ message: String(cause) })
  })

/** What is answered after `injected` came in the clear behind STARTTLS: in the clear, and over TLS to `inside`. */
const injectedBefore = (port: number, ca: string, injected: string, inside: string) =>
  Effect.callback<string>((resume) => {
    const clear = connect(port, "127.0.0.1")
    clear.setEncoding("latin1")
    let heard = ""
    const steps: Array<readonly [after: RegExp, say: string]> = [
      [/^220 .*\r\n$/, "EHLO test\r\n"],
      [/^250 .*\r\n$/m, `STARTTLS\r\n${injected}`]
    ]
    const hear = (text: string | Uint8Array) => {
      heard += String(text)
      const [step] = steps
      if (step?.[0].test(heard) === true) {
        heard = ""
        steps.shift()
        return clear.write(step[1])
      }
      if (step !== undefined || !heard.startsWith("220 ")) return
      clear.off("data", hear)
      const secure = connectSecurely({ socket: clear, ca, servername: "mail.test" })
      secure.setEncoding("latin1")
      secure.on("error", () => {})
      secure.on("secureConnect", () => {
        heard = ""
        secure.write(`${inside}\r\n`)
      })
      secure.on("data", (text) => {
        heard += String(text)
        secure.end("QUIT\r\n")
      })
      secure.on("close", () => resume(Effect.succeed(heard)))
    }
    clear.on("data", hear)
    clear.on("error", () => {})
    clear.on("close", () => resume(Effect.succeed(heard)))
    return Effect.sync(() => clear.destroy())
  })

describe("SMTP for mail programs, over TLS", () => {
  it.live("STARTTLS, TLS from the first octet on, and in the clear on this machine", () =>
    Effect.gen(function*() {
      const explicit = yield* start(false)
      yield* send(explicit.port, explicit.ca, { requireTLS: true })
      yield* send(explicit.port, explicit.ca, {})
      const implicit = yield* start(true)
      yield* send(implicit.port, implicit.ca, { secure: true })
      assert.deepStrictEqual([...explicit.sent, ...implicit.sent].map(({ bytes }) => bytes.length), [
        LETTER.length,
        LETTER.length,
        LETTER.length
      ])
    }))

  it.live("commands that came in the clear behind STARTTLS are not obeyed", () =>
    Effect.gen(function*() {
      const { ca, port } = yield* start(false)
      const login = `AUTH PLAIN ${Buffer.from("\0alice@leap.test\0token").toString("base64")}\r\n`
      const heard = yield* injectedBefore(port, ca, `EHLO evil\r\n${login}`, "MAIL FROM:<alice@leap.test>")
      assert.match(heard, /^5/)
      assert.notMatch(heard, /^235/m)
    }))

  it.live("a renewed certificate is shown to whoever comes next", () =>
    Effect.gen(function*() {
      for (const isImplicit of [false, true]) {
        const { ca, port, sent, tls } = yield* start(isImplicit)
        const options = { secure: isImplicit, requireTLS: true }
        yield* send(port, ca, options)
        const renewed = make(HOSTS, Date.now())
        yield* SubscriptionRef.set(tls, renewed)
        yield* send(port, renewed.cert, options)
        assert.lengthOf(sent, 2)
        const error = yield* Effect.flip(send(port, ca, options))
        assert.include(error.message, "self-signed")
      }
    }))

  it.effect("without a certificate no address is listened on that other machines reach", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        serveGateway<{ readonly address: string }, never, never>(
          { host: "::", port: 0, name: "leap.test" },
          { authenticate: () => Effect.succeed(undefined), submit: () => Effect.void }
        )
      )
      assert.strictEqual(error.code, "NEEDS_TLS")
    }))
})
