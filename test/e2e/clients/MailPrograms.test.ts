/** Mail programs that people use, at the doors of the running program, with the settings that README.md gives them. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { valuesOf } from "../../domain/Correspondents.ts"
import { fixture } from "../../domain/message/Fixtures.ts"
import { needs, run, type RunOptions } from "../Installed.ts"
import { connect, type Mail, messages, open } from "../MailReader.ts"
import { makeHome, start } from "../Program.ts"
import { maildir } from "./Maildir.ts"
import { snippet } from "./Snippet.ts"

const PASSWORD = "correct-horse-battery"
const ALICE = { address: "alice@leap.test", password: PASSWORD }
const BOB = { address: "bob@leap.test", password: PASSWORD }

const crlf = (bytes: Uint8Array): Buffer =>
  Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(/\r?\n/g, "\r\n"), "latin1")

const LETTERS = ["plain", "nested-multipart", "eight-bit", "multipart-signed"].map((name) => crlf(fixture(name)))

/** With letters in INBOX and in a mailbox of its own, after the welcome has come. */
const make = Effect.gen(function*() {
  const { ready } = yield* start(yield* makeHome, { LEAP_MAIL_PASSWORD: PASSWORD })
  const inbox = yield* open(ready.imap, ALICE)
  yield* inbox.until((all) => all.length > 0)
  yield* Effect.tryPromise(() => inbox.client.mailboxCreate("Work/2026"))
  for (const letter of LETTERS) {
    yield* Effect.tryPromise(() => inbox.client.append("INBOX", letter, ["\\Flagged"]))
    yield* Effect.tryPromise(() => inbox.client.append("Work/2026", letter))
  }
  return ready
})

class Running extends Context.Service<Running, Effect.Success<typeof make>>()("leap-mail/test/e2e/clients/Running") {}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")
/** As a Maildir or an mbox has it. */
const withLf = ({ bytes }: Mail): string => text(bytes).replaceAll("\r\n", "\n")

/** Programs in Python write what its parser made of a message: fields folded anew, a line more after inner multiparts. */
const byPython = (message: string): string => message.replaceAll(/\n[ \t]+/g, " ").replaceAll(/\n+/g, "\n")

const bodyOf = (message: string): string => message.slice(message.indexOf("\n\n"))

const onServer = Effect.fnUntraced(function*(mailbox: string, login = ALICE) {
  const { imap } = yield* Running
  const client = yield* connect(imap, login)
  yield* Effect.tryPromise(() => client.mailboxOpen(mailbox))
  return yield* messages(client)
}, Effect.scoped)

const waitFor = Effect.fnUntraced(function*(subject: string, login = BOB, mailbox = "INBOX") {
  const { imap } = yield* Running
  const opened = yield* open(imap, login, mailbox)
  const isIt = ({ bytes }: Mail) => text(bytes).includes(subject)
  return (yield* opened.until((all) => all.some(isIt))).filter(isIt)
}, Effect.scoped)

const makeFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "leap-mail-client-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A home for a program, and its settings in a file that nobody else may read. */
const makeClient = Effect.fnUntraced(function*(settings: string) {
  const home = yield* makeFolder
  const file = join(home, "settings")
  writeFileSync(file, settings, { mode: 0o600 })
  return { home, file }
})

/** Must end well. */
const succeed = Effect.fnUntraced(
  function*(program: string, args: ReadonlyArray<string>, options: RunOptions = {}) {
    const { code, stderr, stdout } = yield* run(program, args, options)
    assert.strictEqual(code, 0, `${program}: ${stderr}${text(stdout)}`)
    return text(stdout)
  }
)

/** What was handed to `cat`, one file a message. */
const fetched = (folder: string): Array<string> =>
  readdirSync(folder).filter((name) => name.endsWith(".eml"))
    .map((name) => readFileSync(join(folder, name), "latin1").replaceAll("\r\n", "\n"))

const mutt = needs("mutt", "script")
const offlineimap = needs("offlineimap")
const mbsync = needs("mbsync")
const getmail = needs("getmail")
const fetchmail = needs("fetchmail")
const curl = needs("curl")
const swaks = needs("swaks")

layer(Layer.effect(Running, make), { excludeTestServices: true, timeout: "30 seconds" })("mail programs", (it) => {
  it.effect.skipIf(mutt.isMissing)(
    mutt.named("mutt sends, and reads a mailbox by its keys"),
    () =>
      Effect.gen(function*() {
        const { file, home } = yield* makeClient(snippet("mutt", yield* Running))
        const env = { HOME: home, TERM: "xterm", LANG: "C.UTF-8" }
        writeFileSync(join(home, "picture.bin"), LETTERS[1] ?? "")
        yield* succeed("mutt", ["-F", file, "-s", "by mutt", "-a", join(home, "picture.bin"), "--", BOB.address], {
          env,
          input: "Grüße\n"
        })
        const [got] = yield* waitFor("by mutt")
        assert.deepStrictEqual(valuesOf(got?.bytes ?? new Uint8Array(), "X-Leap-Encryption"), ["decrypted"])
        assert.include(text(got?.bytes ?? new Uint8Array()), "picture.bin")
        assert.lengthOf(yield* waitFor("by mutt", ALICE, "Sent"), 1)

        const copies = join(home, "copies")
        const keys = `<tag-pattern>~A<enter><tag-prefix><copy-message>${copies}<enter>` +
          "<tag-prefix><set-flag>!<sync-mailbox><quit>"
        const command = `mutt -F '${file}' -f '=Work/2026' ` +
          `-e 'set quit=yes confirmappend=no confirmcreate=no mbox_type=Maildir delete=no' -e 'push "${keys}"'`
        yield* succeed("script", ["-qec", command, "/dev/null"], { env })
        const there = yield* onServer("Work/2026")
        assert.isTrue(there.every(({ flags }) => flags.has("\\Flagged")))
        assert.sameMembers(
          maildir(copies).map((kept) => kept.text.replace(/^(Status|X-Status|Content-Length|Lines): .*\n/gm, "")),
          there.map(withLf)
        )
      })
  )

  it.effect.skipIf(offlineimap.isMissing)(
    offlineimap.named("offlineimap copies everything, and then nothing"),
    () =>
      Effect.gen(function*() {
        const { file, home } = yield* makeClient(snippet("offlineimap", yield* Running))
        const sync = succeed("offlineimap", ["-c", file, "-o", "-u", "basic"], { env: { HOME: home } })
        yield* sync
        for (const mailbox of ["INBOX", "Work/2026"]) {
          const kept = maildir(join(home, "Mail/leap", mailbox.replaceAll("/", ".")))
          const there = (yield* onServer(mailbox)).map(withLf)
          assert.sameMembers(kept.map((one) => byPython(one.text)), there.map(byPython))
        }
        assert.notMatch(yield* sync, /Copy message|Deleting|Adding flags/i)
      })
  )

  it.effect.skipIf(mbsync.isMissing)(
    mbsync.named("mbsync goes both ways, and then finds nothing to do"),
    () =>
      Effect.gen(function*() {
        const { file, home } = yield* makeClient(snippet("mbsync", yield* Running))
        const here = join(home, "Mail/leap")
        mkdirSync(here, { recursive: true })
        const sync = succeed("mbsync", ["-V", "-c", file, "-a"], { env: { HOME: home } })
        const work = join(here, "Work/2026")
        /** mbsync marks what it copies, and what it finds unmarked. */
        const plain = (kept: string) => kept.replace(/^X-TUID: .*\r?\n/m, "")
        yield* sync
        const before = maildir(work)
        assert.sameMembers(before.map((one) => plain(one.text)), (yield* onServer("Work/2026")).map(withLf))

        const [seen, trashed] = before
        for (const [one, flags] of [[seen, "FS"], [trashed, "T"]] as const) {
          const path = one?.path ?? ""
          renameSync(path, join(dirname(dirname(path)), "cur", `${basename(path).replace(/:2,.*/, "")}:2,${flags}`))
        }
        const written = "From: alice@leap.test\nSubject: by mbsync\n\nhere\n"
        writeFileSync(join(work, "new", "1.here.test"), written)
        yield* sync
        const after = yield* onServer("Work/2026")
        const find = (wanted: string) => after.find((mail) => plain(withLf(mail)) === plain(wanted))
        assert.lengthOf(after, before.length)
        assert.isUndefined(find(trashed?.text ?? ""))
        assert.includeMembers([...find(seen?.text ?? "")?.flags ?? []], ["\\Seen", "\\Flagged"])
        assert.isDefined(find(written))
        const bytes = maildir(work)
        const third = yield* sync
        assert.notMatch(third, /\bC: .*B: .*F: \+[1-9]|#[1-9]|\*[1-9]/)
        assert.deepStrictEqual(maildir(work), bytes)
        assert.deepStrictEqual(yield* onServer("Work/2026"), after)
      })
  )

  it.effect.skipIf(getmail.isMissing)(getmail.named("getmail fetches a mailbox once"), () =>
    Effect.gen(function*() {
      const { imap } = yield* Running
      const { file, home } = yield* makeClient("")
      writeFileSync(
        file,
        `[retriever]
type = SimpleIMAPRetriever
server = 127.0.0.1
port = ${imap.port}
username = ${ALICE.address}
password = ${PASSWORD}
mailboxes = ("INBOX",)
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat > ${home}/$$.eml")
allow_root_commands = true
[options]
read_all = false
delivered_to = false
received = false
`
      )
      const fetch = succeed("getmail", [`--getmaildir=${home}`, `--rcfile=${file}`], { env: { HOME: home } })
      yield* fetch
      const kept = fetched(home)
      // It adds fields of its own to the header.
      const bodies = (messages: ReadonlyArray<string>) => messages.map((one) => byPython(bodyOf(one)))
      assert.sameMembers(bodies(kept), bodies((yield* onServer("INBOX")).map(withLf)))
      yield* fetch
      assert.lengthOf(fetched(home), kept.length)
    }))

  it.effect.skipIf(fetchmail.isMissing)(fetchmail.named("fetchmail fetches a mailbox"), () =>
    Effect.gen(function*() {
      const { imap } = yield* Running
      const { file, home } = yield* makeClient("")
      writeFileSync(
        file,
        `set invisible\npoll 127.0.0.1 service ${imap.port} protocol IMAP user "${ALICE.address}" password "${PASSWORD}" ` +
          `folder "INBOX" keep fetchall no rewrite sslproto "" mda "/bin/sh -c 'cat > ${home}/$$.eml'"\n`,
        { mode: 0o600 }
      )
      yield* succeed("fetchmail", ["-f", file, "--nosyslog"], { env: { HOME: home, FETCHMAILHOME: home } })
      assert.sameMembers(fetched(home), (yield* onServer("INBOX")).map(withLf))
    }))

  it.effect.skipIf(curl.isMissing)(curl.named("curl reads, sends, and lists mailboxes"), () =>
    Effect.gen(function*() {
      const { http, imap, smtp } = yield* Running
      const user = ["--silent", "--show-error", "--user", `${ALICE.address}:${PASSWORD}`]
      const there = yield* onServer("Work/2026")
      for (const { bytes, uid } of there) {
        const url = `imap://127.0.0.1:${imap.port}/Work%2F2026;UID=${uid}`
        assert.strictEqual(yield* succeed("curl", [...user, url]), text(bytes))
      }
      const letter = "From: alice@leap.test\r\nTo: bob@leap.test\r\nSubject: by curl\r\n\r\nhello\r\n"
      const sending = ["--mail-from", ALICE.address, "--mail-rcpt", BOB.address, "--upload-file", "-"]
      yield* succeed("curl", [...user, ...sending, `smtp://127.0.0.1:${smtp.port}`], { input: letter })
      const [got] = yield* waitFor("by curl")
      assert.match(text(got?.bytes ?? new Uint8Array()), /\r\n\r\nhello\r\n$/)
      const listed = yield* succeed("curl", [...user, `http://127.0.0.1:${http.port}/v1/mailboxes`])
      assert.include(listed, `"name":"Work/2026"`)
    }))

  it.effect.skipIf(swaks.isMissing)(
    swaks.named("swaks delivers by LMTP and by SMTP, and submits with a password"),
    () =>
      Effect.gen(function*() {
        const { lmtp, mx, smtp } = yield* Running
        const ways: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
          ["lmtp", ["--protocol", "LMTP", "--port", String(lmtp.port), "--from", "friend@elsewhere.test"]],
          ["mx", ["--port", String(mx.port), "--from", "friend@elsewhere.test"]],
          ["plain", ["--port", String(smtp.port), "--from", ALICE.address, "--auth", "PLAIN", "--au", ALICE.address]],
          ["login", ["--port", String(smtp.port), "--from", ALICE.address, "--auth", "LOGIN", "--au", ALICE.address]]
        ]
        for (const [way, args] of ways) {
          const auth = args.includes("--auth") ? ["--ap", PASSWORD] : []
          const subject = `by swaks ${way}`
          const letter = ["--to", BOB.address, "--header", `Subject: ${subject}`, "--body", "hello"]
          yield* succeed("swaks", ["--server", "127.0.0.1", ...letter, ...args, ...auth])
          assert.lengthOf(yield* waitFor(subject), 1)
        }
      })
  )
})
