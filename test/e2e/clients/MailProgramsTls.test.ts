/** Mail programs that people use, over TLS, trusting the certificate that `leap-mail certificate` made by its file. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { make as makeCertificate } from "../../../src/adapters/x509/SelfSigned.ts"
import { needs, run, type RunOptions } from "../Installed.ts"
import { makeHome, run as runProgram, start } from "../Program.ts"

const PASSWORD = "correct-horse-battery"
const ALICE = "alice@leap.test"
const BOB = "bob@leap.test"
/** In the certificate. */
const HOST = "localhost"

const decodeMade = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Struct({ cert: Schema.String })))

const make = Effect.gen(function*() {
  const home = yield* makeHome
  const { cert } = yield* Effect.flatMap(
    runProgram(home, ["certificate", "mail.test", "--json"]),
    ({ stdout }) => decodeMade(stdout)
  )
  const { ready } = yield* start(home, { LEAP_MAIL_PASSWORD: PASSWORD })
  const { imaps, smtps } = ready
  if (imaps === undefined || smtps === undefined) return assert.fail("no doors with TLS")
  const stranger = `${home}-stranger.pem`
  writeFileSync(stranger, makeCertificate([HOST], Date.now()).cert)
  return { cert, home, imap: ready.imap, smtp: ready.smtp, imaps, smtps, stranger }
})

class Running extends Context.Service<Running, Effect.Success<typeof make>>()(
  "leap-mail/test/e2e/clients/RunningWithTls"
) {}

const attempt = Effect.fnUntraced(
  function*(program: string, args: ReadonlyArray<string>, options: RunOptions = {}) {
    const { code, stderr, stdout } = yield* run(program, args, options)
    return { code, said: `${stderr}${stdout.toString()}` }
  }
)

const curl = needs("curl")
const mutt = needs("mutt", "script")

const letter = (subject: string) => `From: ${ALICE}\r\nTo: ${BOB}\r\nSubject: ${subject}\r\n\r\nhello\r\n`

layer(Layer.effect(Running, make), { excludeTestServices: true, timeout: "30 seconds" })("over TLS", (it) => {
  it.effect.skipIf(curl.isMissing)(
    curl.named("curl: STARTTLS and TLS from the start, to read and to send; no other certificate will do"),
    () =>
      Effect.gen(function*() {
        const { cert, imap, imaps, smtp, smtps, stranger } = yield* Running
        const ways = [
          [`imap://${HOST}:${imap.port}/`, `smtp://${HOST}:${smtp.port}`],
          [`imaps://${HOST}:${imaps.port}/`, `smtps://${HOST}:${smtps.port}`]
        ] as const
        const curl = (args: ReadonlyArray<string>, authority: string, input?: string) =>
          attempt(
            "curl",
            [
              "--silent",
              "--show-error",
              "--ssl-reqd",
              "--cacert",
              authority,
              "--user",
              `${ALICE}:${PASSWORD}`,
              ...args
            ],
            input === undefined ? {} : { input }
          )
        const sending = ["--mail-from", ALICE, "--mail-rcpt", BOB, "--upload-file", "-"]
        for (const [reads, sends] of ways) {
          const listed = yield* curl([reads], cert)
          assert.strictEqual(listed.code, 0, listed.said)
          assert.match(listed.said, /^\* LIST \(.*\) "\/" INBOX\r$/m)
          const sent = yield* curl([...sending, sends], cert, letter("by curl over TLS"))
          assert.strictEqual(sent.code, 0, sent.said)
          // 60: the server's certificate cannot be verified.
          assert.strictEqual((yield* curl([reads], stranger)).code, 60)
          assert.strictEqual((yield* curl([...sending, sends], stranger, letter("not sent"))).code, 60)
        }
      })
  )

  it.effect.skipIf(mutt.isMissing)(
    mutt.named("mutt: STARTTLS and TLS from the start, to send and to read; no other certificate will do"),
    () =>
      Effect.gen(function*() {
        const { cert, home, imap, imaps, smtp, smtps, stranger } = yield* Running
        const user = encodeURIComponent(ALICE)
        const settings = (authority: string, isImplicit: boolean) => {
          const [reads, sends] = isImplicit
            ? [`imaps://${user}@${HOST}:${imaps.port}/`, `smtps://${user}@${HOST}:${smtps.port}/`]
            : [`imap://${user}@${HOST}:${imap.port}/`, `smtp://${user}@${HOST}:${smtp.port}/`]
          return [
            `set from=${ALICE} realname=Alice`,
            `set imap_pass="${PASSWORD}" smtp_pass="${PASSWORD}"`,
            "set ssl_starttls=yes ssl_force_tls=yes ssl_usesystemcerts=no",
            `set certificate_file="${authority}"`,
            `set folder="${reads}" spoolfile="+INBOX" record="" smtp_url="${sends}"`
          ].join("\n")
        }
        const env = { HOME: home, TERM: "xterm", LANG: "C.UTF-8" }
        const send = Effect.fnUntraced(function*(authority: string, isImplicit: boolean) {
          const file = join(home, "muttrc")
          writeFileSync(file, settings(authority, isImplicit), { mode: 0o600 })
          const args = ["-F", file, "-s", "by mutt over TLS", "--", BOB]
          return yield* attempt("mutt", args, { env, input: "hello\n" })
        })
        for (const isImplicit of [false, true]) {
          assert.notStrictEqual((yield* send(stranger, isImplicit)).code, 0)
          const { code, said } = yield* send(cert, isImplicit)
          assert.strictEqual(code, 0, said)
          const copies = join(home, isImplicit ? "implicit" : "explicit")
          const keys = `<copy-message>${copies}<enter><quit>`
          const command = `mutt -F '${join(home, "muttrc")}' -f '=INBOX' ` +
            `-e 'set quit=yes confirmappend=no confirmcreate=no mbox_type=mbox delete=no' -e 'push "${keys}"'`
          yield* attempt("script", ["-qec", command, "/dev/null"], { env })
          assert.match(readFileSync(copies, "utf8"), /^Subject: /m)
        }
      })
  )
})
