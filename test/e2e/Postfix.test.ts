/** A real Postfix in front of the provider, with the settings that docs/postfix.md gives. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Schedule } from "effect"
import * as SenderCheckMailauth from "../../src/adapters/mailauth/SenderCheckMailauth.ts"
import { drain } from "../../src/adapters/maildir/MaildirSpool.ts"
import { ingest } from "../../src/apps/ProviderArrival.ts"
import { send, talk } from "../adapters/smtp/SmtpClient.ts"
import { dns, home, makeHouse, open, openTables } from "../apps/FrontDoors.ts"
import { textOf, valuesOf } from "../domain/Correspondents.ts"
import { needs, run } from "./Installed.ts"
import * as Postfix from "./Postfix.ts"

/** Whole: Postfix adds what is missing, where a message comes from its own machine. */
const LETTER = "From: x@else.test\r\nTo: info@leap.test\r\nSubject: hello\r\nMessage-ID: <1@else.test>\r\n" +
  "Date: Wed, 25 Nov 2026 05:00:00 +0000\r\n\r\nhello\r\n.\r\n"

const senders = SenderCheckMailauth.layer({
  resolver: dns({ "TXT else.test": "v=spf1 ip4:127.0.0.1 -all", "TXT _dmarc.else.test": "v=DMARC1; p=reject" })
})

type House = Effect.Success<typeof makeHouse>

/** Until a person has so many messages. */
const mailOf = Effect.fnUntraced(function*(person: House["ann"], count: number) {
  const look = Effect.andThen(person.receive, person.inbox)
  return yield* Effect.repeat(look, {
    schedule: Schedule.spaced("100 millis"),
    until: (mail) => mail.length >= count
  })
})

const postfix = needs("postfix", "postconf")
const isMissing = postfix.isMissing || process.getuid?.() !== 0
const named = (name: string) =>
  postfix.isMissing || !isMissing ? postfix.named(name) : `${name} (skipped: Postfix is started by root)`

describe("Postfix", () => {
  it.live.skipIf(isMissing)(
    named("asks who there is, hands on over LMTP, keeps what the provider cannot take now"),
    () =>
      Effect.gen(function*() {
        const house = yield* makeHouse
        const tables = yield* openTables(house)
        // The door's port, while nobody stands there.
        const { lmtp } = yield* Effect.scoped(open(house))
        const { flush, log, port } = yield* Postfix.start(
          Postfix.documented("Settings").replace("example.org", "leap.test")
            .replace("2424", String(lmtp.port))
            .replace("4242", String(tables.aliases.port))
            .replace("2244", String(tables.recipients.port))
        )

        const replies = yield* talk(port, [
          "EHLO client.else.test",
          "MAIL FROM:<x@else.test>",
          ...["nobody", "kim", "dora", "ann"].map((name) => `RCPT TO:<${name}@leap.test>`),
          "RCPT TO:<x@elsewhere.test>",
          "QUIT"
        ])
        assert.match(replies[3] ?? "", /^550 5\.1\.1 .*There is no mailbox nobody@leap\.test here/)
        assert.match(replies[4] ?? "", /^450 4\.7\.13 .*kim@leap\.test has no usable key yet/)
        assert.match(replies[5] ?? "", /^550 5\.2\.1 /)
        assert.match(replies[6] ?? "", /^250 /)
        assert.match(replies[7] ?? "", /^554 5\.7\.1 .*Relay access denied/)

        // Taken while the door is closed: Postfix answers for it.
        const to = ["info+shop@leap.test", "fay@leap.test"]
        yield* send({ port, from: "x@else.test", to, raw: LETTER })
        yield* Effect.repeat(log, {
          schedule: Schedule.spaced("100 millis"),
          until: (text) => /status=deferred/.test(text)
        })
        yield* open(house, { lmtp: lmtp.port }, senders)
        yield* flush
        const [mail = new Uint8Array()] = yield* mailOf(house.ann, 1)
        yield* mailOf(house.fay, 1)
        assert.include(textOf(mail), "for <ann+shop@leap.test>")
        assert.isTrue(textOf(mail).endsWith(LETTER), textOf(mail))
        assert.match(valuesOf(mail, "X-Leap-Provenance").join(), /dkim="none"; dmarc="pass"; spf="pass"/)
      }).pipe(Effect.scoped)
  )

  it.live.skipIf(isMissing)(named("writes to a maildir, from which mail is taken in"), () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const house = yield* makeHouse
      const tables = yield* openTables(house)
      const spool = yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-spool-" })
      yield* run("chown", ["65534:65534", spool])
      const settings = Postfix.documented("Settings").replace(/^virtual_transport.*$/m, "")
        .replace("example.org", "leap.test")
        .replace("4242", String(tables.aliases.port))
        .replace("2244", String(tables.recipients.port))
      const { port } = yield* Postfix.start(
        settings + Postfix.documented("Maildir settings").replace("/var/spool/leap-mail", spool)
      )
      yield* send({ port, from: "x@else.test", to: ["info@leap.test"], raw: LETTER })
      const folder = `${spool}/all`
      const isThere = fs.readDirectory(`${folder}/new`).pipe(
        Effect.map((files) => files.length > 0),
        Effect.catch(() => Effect.succeed(false))
      )
      yield* Effect.repeat(isThere, { schedule: Schedule.spaced("100 millis"), until: (is) => is })
      const taken = yield* drain(folder, 10_000, ingest(home, undefined)).pipe(
        Effect.provide(senders),
        Effect.provideContext(house.provider.services)
      )
      assert.deepStrictEqual(taken, { taken: 1, left: 0 })
      const [mail = new Uint8Array()] = yield* mailOf(house.ann, 1)
      assert.isTrue(textOf(mail).endsWith(LETTER), textOf(mail))
      assert.match(valuesOf(mail, "X-Leap-Provenance").join(), /dmarc="pass"; spf="pass"/)
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer)))
})
