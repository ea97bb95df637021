import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync, statSync } from "node:fs"
import { get } from "node:https"
import { connectTls } from "../adapters/imap/TcpClient.ts"
import { makeHome, run, start } from "./Program.ts"

/** This machine, by a name that is not known to mean it: good for an address that others reach. */
const ELSEWHERE = "127.1"

const decodeMade = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Struct({ cert: Schema.String, key: Schema.String }))
)

const statusOf = (url: string, ca: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.callback<number | undefined>((resume) => {
    get(url, { ca, servername: "mail.test", headers: { host: "mail.test", ...headers } }, (response) => {
      response.resume()
      response.on("end", () => resume(Effect.succeed(response.statusCode)))
    }).on("error", (error) => resume(Effect.die(error)))
  })

describe("leap-mail certificate", () => {
  it.live("without one, an address that others reach is not opened; with one, all doors there speak TLS", () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const refused = yield* run(home, ["quickstart"], { LEAP_MAIL_HOST: ELSEWHERE })
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /^leap-mail: Port 0 on 127\.1 would show mail and passwords to the network: /)
      assert.strictEqual(refused.stderr.trimEnd().split("\n").length, 1)

      const made = yield* decodeMade((yield* run(home, ["certificate", "mail.test", "--json"])).stdout)
      const ca = readFileSync(made.cert, "utf8")
      assert.strictEqual(statSync(made.key).mode & 0o777, 0o600)

      const { ready, stop } = yield* start(home, { LEAP_MAIL_HOST: ELSEWHERE, LEAP_MAIL_PASSWORD: "secret" })
      const { http, imaps } = ready
      if (imaps === undefined || ready.smtps === undefined) return assert.fail("no doors with TLS")
      const mail = yield* connectTls(imaps.port, ca)
      assert.match((yield* mail.line) ?? "", /^\* OK/)
      assert.match((yield* mail.ask("LOGIN alice@leap.test secret")).at(-1) ?? "", /^t OK/)
      const url = `https://${http.host}:${http.port}/v1/health`
      assert.strictEqual(yield* statusOf(url, ca), 200)
      assert.strictEqual(yield* statusOf(url, ca, { origin: "https://page.test" }), 403)
      const { stderr } = yield* stop("SIGINT")
      assert.strictEqual(stderr, "")
    }))
})
