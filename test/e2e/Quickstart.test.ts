import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { textOf, valuesOf } from "../domain/Correspondents.ts"
import { open } from "./MailReader.ts"
import { makeHome, type Ready, run, start, startForPerson } from "./Program.ts"

/** Nobody listens there any more. */
const isFree = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("connect", () => {
      socket.destroy()
      resume(Effect.succeed(false))
    })
    socket.on("error", () => resume(Effect.succeed(true)))
  })

/** Each ends with 1 and one sentence. `ready` holds its home and its ports. */
const refuses = Effect.fnUntraced(function*(ready: Ready) {
  const file = yield* makeHome
  writeFileSync(file, "")
  const broken = yield* makeHome
  mkdirSync(join(broken, "client", "alice@leap.test"), { recursive: true })
  writeFileSync(join(broken, "password"), "x\n")
  writeFileSync(join(broken, "client", "alice@leap.test", "slots.json"), "{")
  const fresh = yield* makeHome
  const taken = String(ready.imap.port)
  const cases: ReadonlyArray<readonly [home: string, settings: Record<string, string>, sentence: RegExp]> = [
    [
      fresh,
      { LEAP_MAIL_IMAP_PORT: taken },
      new RegExp(`^leap-mail: Port ${taken} on 127.0.0.1 is in use.*LEAP_MAIL_IMAP_PORT\\n$`)
    ],
    [ready.home, {}, /^leap-mail: Another leap-mail \(process \d+\) already uses .* LEAP_MAIL_HOME\.\n$/],
    [file, {}, /^leap-mail: Cannot use the folder .* LEAP_MAIL_HOME\.\n$/],
    [broken, {}, /^leap-mail: .*slots\.json.*\n$/]
  ]
  yield* Effect.forEach(
    cases,
    Effect.fnUntraced(function*([home, settings, sentence]) {
      const { code, stderr, stdout } = yield* run(home, ["quickstart", "--json"], settings)
      assert.match(stderr, sentence)
      assert.deepStrictEqual([code, stdout], [1, ""])
    }),
    { concurrency: 2 }
  )
})

describe("quickstart", () => {
  it.live("tells in one line where it listens; what is wrong, in one sentence; and Ctrl-C stops it cleanly", () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const { output, ready, stop } = yield* start(home, { LEAP_MAIL_PASSWORD: "secret" })
      assert.strictEqual(ready.home, home)
      assert.deepStrictEqual(ready.accounts, [
        { address: "alice@leap.test", password: "secret" },
        { address: "bob@leap.test", password: "secret" }
      ])
      assert.strictEqual(statSync(home).mode & 0o777, 0o700)
      yield* refuses(ready)
      const { code, stderr } = yield* stop("SIGINT")
      assert.strictEqual(code, 0)
      assert.strictEqual(stderr, "")
      assert.strictEqual(output.stdout.trimEnd().split("\n").length, 1)
      const { home: _, accounts: __, ...doors } = ready
      for (const { port } of Object.values(doors)) assert.isTrue(yield* isFree(port))
    }))

  it.live("welcomes alice by the real way in, once; what waits for the world is told; all is found again", () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const first = yield* start(home)
      const [alice] = first.ready.accounts
      if (alice === undefined) return assert.fail("no account")
      const mailbox = yield* open(first.ready.imap, alice)
      const [welcome, ...more] = yield* mailbox.messages
      assert.deepStrictEqual(more, [])
      const bytes = welcome?.bytes ?? new Uint8Array()
      assert.deepStrictEqual(valuesOf(bytes, "Subject"), ["Welcome to leap-mail"])
      assert.include(valuesOf(bytes, "X-Leap-Provenance").join(), `received-by="leap.test"; encrypted-at-arrival="yes"`)
      assert.deepStrictEqual(valuesOf(bytes, "X-Leap-Encryption"), ["none"])
      assert.match(textOf(bytes), /^ by \S+ with LMTP /m)
      yield* Effect.promise(() => mailbox.client.messageFlagsAdd("1", ["$Kept"]))
      const auth = { user: alice.address, pass: alice.password }
      const raw = "From: alice@leap.test\r\nTo: someone@elsewhere.test\r\nSubject: waits\r\n\r\nHello.\r\n"
      const { smtp } = first.ready
      yield* send({ port: smtp.port, from: alice.address, to: ["someone@elsewhere.test"], raw, auth })
      while (!first.output.stderr.includes("LEAP_MAIL_SMARTHOST")) yield* Effect.sleep("20 millis")
      assert.match(
        first.output.stderr,
        /Mail for other domains waits: set LEAP_MAIL_RELAY to mx, or LEAP_MAIL_SMARTHOST to host:port/
      )
      assert.strictEqual((yield* first.stop("SIGTERM")).code, 0)
      assert.strictEqual(first.output.stdout.split("\n").length, 2)

      // A home that made its own password asks for none; and its accounts are not a person's own.
      const keys = yield* run(home, ["keys", "list", "--account", "alice@leap.test"])
      assert.match(keys.stdout, /^alice@leap\.test {2}[0-9A-F]{40} .*\(yours\)\n/)
      assert.match((yield* run(home, ["serve"])).stderr, /^leap-mail: There is no account in /)

      const again = yield* startForPerson(home)
      assert.include(again.told, `user alice@leap.test  password ${alice.password}`)
      assert.match(again.told, /^ {2}mutt -e 'set from=alice@leap\.test' /m)
      const port = Number(/IMAP \(read mail\) +127\.0\.0\.1:(\d+)/.exec(again.told)?.[1])
      const kept = yield* (yield* open({ host: "127.0.0.1", port }, alice)).messages
      assert.deepStrictEqual(kept.map(({ flags, uid }) => [uid, flags.has("$Kept")]), [[welcome?.uid, true]])
      assert.strictEqual(textOf(kept[0]?.bytes ?? new Uint8Array()), textOf(bytes))
      assert.strictEqual((yield* again.stop("SIGINT")).code, 0)
      assert.strictEqual(readFileSync(join(home, "password"), "utf8").trim(), alice.password)
    }))
})
