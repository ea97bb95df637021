/** Whoever runs a provider, at the command line, while it runs: an account from its invitation to its end. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { call } from "../adapters/http/RawHttp.ts"
import { send, talk } from "../adapters/smtp/SmtpClient.ts"
import { holds } from "./Canary.ts"
import { write } from "./Letter.ts"
import { open } from "./MailReader.ts"
import { makeHome, run, serve, serveProvider } from "./Program.ts"

const ANNA = "anna@leap.test"
const FRIEND = "friend@elsewhere.test"
const passphrase = { LEAP_MAIL_PASSPHRASE: "a passphrase of her own" }

const decodeInvitation = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ code: Schema.String })))
const decodeCreated = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ password: Schema.String })))
const decodeListed = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(Schema.Struct({
  address: Schema.String,
  aliases: Schema.Array(Schema.String),
  isDisabled: Schema.Boolean,
  quota: Schema.NullOr(Schema.Int)
}))))

describe("leap-mail provider", () => {
  it.live("serves, invites, lists, disables and removes, and its doors answer accordingly", () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const { output, ready, stop } = yield* serveProvider(home, ["--domain", "leap.test"], {
        LEAP_MAIL_CHECK_SENDERS: "false"
      })
      const url = `http://127.0.0.1:${ready.provider.port}`
      const provider = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
        const { code, stderr, stdout } = yield* run(home, ["provider", "--json", ...args])
        assert.strictEqual(code, 0, stderr)
        return stdout
      })
      const answer = Effect.map(
        talk(ready.lmtp.port, ["LHLO x", `MAIL FROM:<${FRIEND}>`, `RCPT TO:<${ANNA}>`]),
        (replies) => replies.at(-1)?.slice(0, 9)
      )

      const person = yield* makeHome
      const create = (code: string) =>
        run(person, ["account", "create", ANNA, "--provider", url, "--invite", code, "--json"], passphrase)
      assert.strictEqual(yield* answer, "550 5.1.1")
      const { code } = yield* decodeInvitation(yield* provider("account", "add", ANNA))
      const created = yield* create(code)
      assert.strictEqual(created.code, 0, created.stderr)
      const { password } = yield* decodeCreated(created.stdout)
      const client = yield* serve(person, passphrase)
      const mailbox = yield* open(client.ready.imap, { address: ANNA, password })

      yield* provider("account", "alias", ANNA, "info@leap.test")
      const letter = yield* write(FRIEND, "info@leap.test")
      yield* send({ port: ready.lmtp.port, lmtp: true, from: FRIEND, to: ["info@leap.test"], raw: letter.bytes })
      yield* mailbox.until((mail) => mail.some(({ bytes }) => holds(bytes, letter.subject)))

      yield* provider("account", "disable", ANNA)
      assert.strictEqual(yield* answer, "550 5.2.1")
      assert.deepStrictEqual(yield* decodeListed(yield* provider("account", "list")), [
        { address: ANNA, aliases: ["info@leap.test"], isDisabled: true, quota: null }
      ])
      yield* provider("account", "remove", ANNA)
      assert.strictEqual(yield* answer, "550 5.1.1")
      assert.strictEqual((yield* call(url, `/?address=${ANNA}`)).status, 404)
      assert.strictEqual((yield* call(`http://127.0.0.1:${ready.inner.port}`, "/ready")).status, 200)
      // Neither names of people nor mail.
      assert.notInclude(output.stderr, ANNA)
      assert.isFalse(letter.canaries.some((canary) => output.stderr.includes(canary)))
      assert.strictEqual((yield* stop("SIGTERM")).code, 0)
    }))
})
