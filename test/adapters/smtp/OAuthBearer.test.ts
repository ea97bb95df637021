import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Redacted, Schema } from "effect"
import { decode } from "../../../src/adapters/smtp/OAuthBearer.ts"
import { serveSubmission } from "../../../src/adapters/smtp/SubmissionServer.ts"
import { talk } from "./SmtpClient.ts"

const message = (user: string, token: string): string =>
  `n,a=${
    user.replaceAll("=", "=3D").replaceAll(",", "=2C")
  },\u0001host=mail.leap.test\u0001port=587\u0001auth=Bearer ${token}\u0001\u0001`

const base64 = (text: string): string => Buffer.from(text).toString("base64")

const start = serveSubmission<{ readonly address: string }, never, never>(
  { host: "127.0.0.1", port: 0, name: "leap.test", loginDelay: Duration.millis(1) },
  {
    authenticate: (user, password) =>
      Effect.succeed(
        user === "alice@leap.test" && Redacted.value(password) === "1.token" ? { address: user } : undefined
      ),
    submit: () => Effect.void
  }
)

const right = base64(message("alice@leap.test", "1.token"))
const wrong = base64(message("alice@leap.test", "1.guess"))

describe("OAUTHBEARER", () => {
  it.prop("names who logs in, and by which token", {
    user: Schema.String.check(Schema.isPattern(/^[^\u0001]{1,40}$/)),
    token: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9._~+/-]{1,40}$/))
  }, ({ token, user }) => {
    const login = decode(message(user, token))
    return login?.user === user && login.token === token
  })

  it.prop("whatever else comes, it is read or not", { text: Schema.String }, ({ text }) => {
    decode(text)
    return true
  })

  // RFC 7628 §4.1 to §4.3
  it.live("is offered, takes the right token at once or when asked for it, and refuses as its RFC says", () =>
    Effect.gen(function*() {
      const { port } = yield* start
      assert.match((yield* talk(port, ["EHLO x", `AUTH OAUTHBEARER ${right}`])).at(-1) ?? "", /^235 /)
      assert.match((yield* talk(port, ["EHLO x", "AUTH OAUTHBEARER", right])).at(-1) ?? "", /^235 /)
      const [, , challenge = "", refusal = ""] = yield* talk(port, ["EHLO x", `AUTH OAUTHBEARER ${wrong}`, "AQ=="])
      assert.deepStrictEqual(JSON.parse(Buffer.from(challenge.slice(4), "base64").toString()), {
        status: "invalid_token",
        schemes: "bearer"
      })
      assert.match(refusal, /^535 /)
      for (const token of ["*", base64("n,,\u0001auth=Bearer 1.token\u0001\u0001"), "%", base64("\u0001")]) {
        assert.match((yield* talk(port, ["EHLO x", "AUTH OAUTHBEARER", token])).at(-1) ?? "", /^501 /, token)
      }
    }))
})
