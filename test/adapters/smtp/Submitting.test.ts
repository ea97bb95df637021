import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted, Ref } from "effect"
import { delayAfter } from "../../../src/adapters/smtp/Logins.ts"
import { serveGateway } from "../../../src/adapters/smtp/SmtpGateway.ts"
import type { Received } from "../../../src/adapters/smtp/SmtpListener.ts"
import { notAllowed, type SmtpRefusal } from "../../../src/adapters/smtp/SmtpRefusal.ts"
import { serveSubmission } from "../../../src/adapters/smtp/SubmissionServer.ts"
import { send, talk } from "./SmtpClient.ts"

const raw = "From: alice@leap.test\r\nTo: bob@leap.test\r\nSubject: hello\r\n\r\n.\r\n..\r\nend\r\n"
const auth = { user: "alice@leap.test", pass: "token" } as const
const from = auth.user
const to = ["bob@leap.test"]

const start = Effect.fnUntraced(function*(serve: typeof serveGateway) {
  const sent = yield* Ref.make<ReadonlyArray<Received & { readonly account: string }>>([])
  const { port } = yield* serve<{ readonly address: string }, SmtpRefusal, never>(
    { host: "127.0.0.1", port: 0, name: "leap.test", loginDelay: Duration.millis(1) },
    {
      authenticate: (user, password) =>
        Effect.succeed(user === auth.user && Redacted.value(password) === auth.pass ? { address: user } : undefined),
      recipient: (_, recipient) =>
        recipient.startsWith("nokey@")
          ? notAllowed(`No key of ${recipient} is known, and you send encrypted mail only`)
          : Effect.void,
      submit: ({ address }, received) => Ref.update(sent, (all) => [...all, { ...received, account: address }])
    }
  )
  return { port, sent: Ref.get(sent) }
})

for (const [name, serve] of [["SubmissionServer", serveSubmission], ["SmtpGateway", serveGateway]] as const) {
  describe(name, () => {
    it.live("takes mail of the logged-in account, by PLAIN and LOGIN, byte for byte", () =>
      Effect.gen(function*() {
        const { port, sent } = yield* start(serve)
        yield* send({ port, from, to, raw, auth })
        yield* send({ port, from: "Alice+work@leap.test", to, raw, auth: { ...auth, method: "LOGIN" } })
        const all = yield* sent
        assert.deepStrictEqual(all.map((one) => one.account), [from, from])
        assert.deepStrictEqual(all.map((one) => one.from), [from, "Alice+work@leap.test"])
        for (const { bytes } of all) assert.strictEqual(Buffer.from(bytes).toString("latin1"), raw)
      }))

    it.live("refuses without a login, and with a wrong one", () =>
      Effect.gen(function*() {
        const { port, sent } = yield* start(serve)
        assert.strictEqual((yield* Effect.flip(send({ port, from, to, raw }))).responseCode, 530)
        const error = yield* Effect.flip(send({ port, from, to, raw, auth: { ...auth, pass: "guess" } }))
        assert.include(error.response, "535 5.7.8 The address or the password is wrong")
        assert.deepStrictEqual(yield* sent, [])
      }))

    it.live("closes a connection that guesses", () =>
      Effect.gen(function*() {
        const { port } = yield* start(serve)
        const wrong = `AUTH PLAIN ${Buffer.from("\0alice@leap.test\0guess").toString("base64")}`
        const replies = yield* talk(port, ["EHLO test", ...Array.from({ length: 8 }, () => wrong)])
        assert.strictEqual(replies.length, 2 + 5)
        assert.match(replies.at(-1) ?? "", /^421 4\.7\.0 /)
      }))

    it.live("refuses the address of another as the sender, and the null sender", () =>
      Effect.gen(function*() {
        const { port } = yield* start(serve)
        for (const other of ["bob@leap.test", ""]) {
          const error = yield* Effect.flip(send({ port, from: other, to, raw, auth }))
          assert.include(error.response, "550 5.7.1 You are logged in as alice@leap.test")
        }
      }))

    it.live("passes on the refusal of a recipient", () =>
      Effect.gen(function*() {
        const { port } = yield* start(serve)
        const error = yield* Effect.flip(send({ port, from, to: ["nokey@else.test"], raw, auth }))
        assert.include(error.response, "550 5.7.1 No key of nokey@else.test is known")
      }))
  })
}

describe("Logins", () => {
  it("waits longer after each wrong login, up to ten seconds", () => {
    const step = Duration.millis(500)
    assert.deepStrictEqual(
      [1, 2, 3, 5, 6, 1000].map((failures) => Duration.toMillis(delayAfter(failures, step))),
      [500, 1000, 2000, 8000, 10_000, 10_000]
    )
  })
})
