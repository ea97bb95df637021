import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { holds } from "./Canary.ts"
import { write } from "./Letter.ts"
import { open } from "./MailReader.ts"
import { makeHome, run, serve, start } from "./Program.ts"

const FORBIDDEN = { NODE_OPTIONS: `--import ${new URL("NoNetwork.ts", import.meta.url).href}` }
const SECRET = { LEAP_MAIL_PASSPHRASE: "a passphrase", LEAP_MAIL_PASSWORD: "for mail programs" }
const ADDRESS = "olga@leap.test"

describe("serve --offline", () => {
  it.live("touches no network: mail is read, and what is sent waits", () =>
    Effect.gen(function*() {
      const { ready: { lmtp, provider } } = yield* start(yield* makeHome)
      const home = yield* makeHome
      const url = `http://${provider.host}:${provider.port}`
      const made = yield* run(home, ["account", "create", ADDRESS, "--provider", url, "--json"], SECRET)
      assert.strictEqual(made.code, 0, made.stderr)
      // Once with the provider, for its keys and its mail.
      const online = yield* serve(home, SECRET)
      const letter = yield* write("friend@elsewhere.test", ADDRESS)
      yield* send({ port: lmtp.port, lmtp: true, from: "friend@elsewhere.test", to: [ADDRESS], raw: letter.bytes })
      const login = { address: ADDRESS, password: SECRET.LEAP_MAIL_PASSWORD }
      yield* (yield* open(online.ready.imap, login)).until((mail) => mail.length === 1)
      yield* online.stop("SIGTERM")
      const { ready, stop } = yield* serve(home, { ...SECRET, ...FORBIDDEN }, ["--offline"])
      const [read] = yield* (yield* open(ready.imap, login)).messages
      assert.isTrue(letter.canaries.every((canary) => holds(read?.bytes ?? new Uint8Array(), canary)))
      const { bytes } = yield* write(ADDRESS, "friend@elsewhere.test")
      const auth = { user: ADDRESS, pass: SECRET.LEAP_MAIL_PASSWORD }
      yield* send({ port: ready.smtp.port, from: ADDRESS, to: ["friend@elsewhere.test"], raw: bytes, auth })
      const { code, stderr } = yield* stop("SIGTERM")
      assert.strictEqual(code, 0)
      assert.notInclude(stderr, "network")
      // Whoever does touch it is seen.
      const seen = yield* run(home, ["devices", "list"], { ...SECRET, ...FORBIDDEN, LEAP_MAIL_PASSPHRASE: "wrong" })
      assert.include(seen.stderr, "network: a connection was tried")
    }))
})
