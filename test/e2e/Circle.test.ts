/** In and out, as the program does it: nodemailer and imapflow at its doors, a mail server for the outside world. */
import { assert, layer } from "@effect/vitest"
import { Clock, Context, Effect, Layer } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { textOf, valuesOf } from "../domain/Correspondents.ts"
import { filesWith, holds } from "./Canary.ts"
import * as Installed from "./Installed.ts"
import { type Letter, write } from "./Letter.ts"
import { open } from "./MailReader.ts"
import * as Outside from "./Outside.ts"
import { makeHome, start } from "./Program.ts"
import * as RawSession from "./RawSession.ts"

const PASSWORD = "correct horse battery"
const ALICE = { address: "alice@leap.test", password: PASSWORD }
const BOB = { address: "bob@leap.test", password: PASSWORD }
const FRIEND = "friend@elsewhere.test"

const make = Effect.gen(function*() {
  const outside = yield* Outside.listen
  const home = yield* makeHome
  const { ready } = yield* start(home, { LEAP_MAIL_PASSWORD: PASSWORD, LEAP_MAIL_SMARTHOST: outside.endpoint })
  return { ...ready, outside }
})

class Circle extends Context.Service<Circle, Effect.Success<typeof make>>()("leap-mail/test/e2e/Circle") {}

const bodyOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(Buffer.from(bytes).indexOf("\r\n\r\n") + 4)

/** The one message of a mailbox that holds the letter's canaries. */
const find = Effect.fnUntraced(function*(login: typeof ALICE, { subject }: Letter) {
  const { imap } = yield* Circle
  const mailbox = yield* open(imap, login)
  const isIt = ({ bytes }: { readonly bytes: Uint8Array }) => Buffer.from(bytes).includes(subject)
  const [mail, ...more] = (yield* mailbox.until((all) => all.some(isIt))).filter(isIt)
  assert.deepStrictEqual(more, [])
  return mail?.bytes ?? new Uint8Array()
})

const submit = Effect.fnUntraced(
  function*(to: ReadonlyArray<string>, { bytes }: Letter, method: "PLAIN" | "LOGIN" = "PLAIN") {
    const { smtp } = yield* Circle
    const auth = { user: ALICE.address, pass: PASSWORD, method }
    yield* send({ port: smtp.port, from: ALICE.address, to, raw: bytes, auth })
  }
)

/** RFC 3156 §5: the octets that are signed, and the signature. */
const splitSigned = (bytes: Uint8Array) => {
  const text = Buffer.from(bytes).toString("latin1")
  const boundary = /^Content-Type: multipart\/signed;[^]*?boundary="?([^"\r\n;]+)/m.exec(text)?.[1] ?? "none"
  const [, signed = "", rest = ""] = text.split(`\r\n--${boundary}`).map((part) => part.replace(/^\r\n/, ""))
  return { signed: Buffer.from(signed, "latin1"), signature: rest.slice(rest.indexOf("\r\n\r\n") + 4) }
}

/** What gpg says to itself of a detached signature, knowing the certificate alone. */
const verify = Effect.fnUntraced(function*(certificate: Uint8Array, signed: Uint8Array, signature: string) {
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "gpg-"))),
    (home) =>
      Effect.andThen(
        Installed.run("gpgconf", ["--homedir", home, "--kill", "all"]),
        Effect.sync(() => rmSync(home, { recursive: true, force: true }))
      )
  )
  writeFileSync(join(home, "signature.asc"), signature)
  const gpg = (args: ReadonlyArray<string>, input: Uint8Array) =>
    Installed.run("gpg", ["--homedir", home, "--batch", "--status-fd", "1", ...args], { input })
  yield* gpg(["--import"], certificate)
  const { code, stdout } = yield* gpg(["--verify", join(home, "signature.asc"), "-"], signed)
  assert.strictEqual(code, 0, stdout.toString())
  return /VALIDSIG (\w+)/.exec(stdout.toString())?.[1]
})

const gpg = Installed.needs("gpg")

layer(Layer.effect(Circle, make), { excludeTestServices: true, timeout: "30 seconds" })("the circle", (it) => {
  it.effect.each(["lmtp", "mx"] as const)(
    "in by %s: INBOX has it within a second, and IDLE tells",
    (door) =>
      Effect.gen(function*() {
        const { home, imap, ...doors } = yield* Circle
        const idler = yield* RawSession.open(imap)
        yield* idler.say(`a LOGIN ${ALICE.address} "${PASSWORD}"`, /^a OK/m)
        yield* idler.say("b SELECT INBOX", /^b OK/m)
        yield* idler.say("c IDLE", /^\+ /m)
        const letter = yield* write(FRIEND, ALICE.address)
        const { port } = doors[door]
        yield* send({ port, lmtp: door === "lmtp", from: FRIEND, to: [ALICE.address], raw: letter.bytes })
        const accepted = yield* Clock.currentTimeMillis
        yield* idler.until(/^\+ [^]*^\* \d+ EXISTS\r$/m)
        assert.isBelow((yield* Clock.currentTimeMillis) - accepted, 1000)
        const bytes = yield* find(ALICE, letter)
        assert.isTrue(textOf(bytes).endsWith(textOf(letter.bytes)), "its bytes are as they were sent")
        assert.deepStrictEqual(valuesOf(bytes, "X-Leap-Encryption"), ["none"])
        assert.deepStrictEqual(valuesOf(bytes, "X-Leap-Signature"), ["none"])
        const [provenance] = valuesOf(bytes, "X-Leap-Provenance")
        assert.include(provenance, `received-by="leap.test"; encrypted-at-arrival="yes"`)

        for (const canary of letter.canaries) assert.isTrue(holds(bytes, canary))
        assert.deepStrictEqual(filesWith(home, letter.canaries), [])
        // The provider knows whose mail it keeps, so this shows that the files are looked into.
        assert.include(filesWith(home, [ALICE.address]).join(), "provider/store.db")
      })
  )

  it.effect.each(["lmtp", "mx"] as const)("in by %s: a subaddress is the address", (door) =>
    Effect.gen(function*() {
      const doors = yield* Circle
      const letter = yield* write(FRIEND, ALICE.address)
      const to = ["Alice+shop@LEAP.test"]
      yield* send({ port: doors[door].port, lmtp: door === "lmtp", from: FRIEND, to, raw: letter.bytes })
      yield* find(ALICE, letter)
    }))

  it.effect.each(["lmtp", "mx"] as const)(
    "in by %s: nobody, and nobody elsewhere, is refused at RCPT",
    (door) =>
      Effect.gen(function*() {
        const session = yield* RawSession.open((yield* Circle)[door])
        yield* session.until(/^220 /m)
        yield* session.say(`${door === "lmtp" ? "LHLO" : "EHLO"} test`, /^250 /m)
        yield* session.say(`MAIL FROM:<${FRIEND}>`, /^250 /m)
        yield* session.say("RCPT TO:<nobody@leap.test>", /^550 5\.1\.1 There is no mailbox nobody@leap\.test here/m)
        yield* session.say("RCPT TO:<someone@elsewhere.test>", /^550 5\.1\.1 /m)
      })
  )

  it.effect.each(["PLAIN", "LOGIN"] as const)(
    "out by AUTH %s to bob: he reads it decrypted and verified",
    (method) =>
      Effect.gen(function*() {
        const letter = yield* write(ALICE.address, BOB.address)
        yield* submit([BOB.address], letter, method)
        const bytes = yield* find(BOB, letter)
        assert.deepStrictEqual(valuesOf(bytes, "X-Leap-Encryption"), ["decrypted"])
        assert.match(valuesOf(bytes, "X-Leap-Signature").join(), /^valid; pubkey="[0-9a-f]{40,64}"; level="[^"]+"$/i)
        assert.deepStrictEqual(valuesOf(bytes, "Subject"), [letter.subject])
        assert.isTrue(textOf(bytes).endsWith(textOf(bodyOf(letter.bytes))), "the body is as alice wrote it")
        assert.deepStrictEqual(filesWith((yield* Circle).home, letter.canaries), [])
      })
  )

  it.effect("out: a wrong password is refused", () =>
    Effect.gen(function*() {
      const { imap, smtp } = yield* Circle
      const letter = yield* write(ALICE.address, BOB.address)
      const auth = { user: ALICE.address, pass: "wrong" }
      const { responseCode } = yield* Effect.flip(
        send({ port: smtp.port, from: ALICE.address, to: [BOB.address], raw: letter.bytes, auth })
      )
      assert.strictEqual(responseCode, 535)
      yield* Effect.flip(open(imap, { ...ALICE, password: "wrong" }))
    }))

  it.effect.skipIf(gpg.isMissing)(
    gpg.named("out to elsewhere: signed, and gpg says by alice"),
    () =>
      Effect.gen(function*() {
        const { outside, provider } = yield* Circle
        const letter = yield* write(ALICE.address, "someone@elsewhere.test")
        yield* submit(["someone@elsewhere.test"], letter)
        const { bytes, from, to } = yield* outside.next
        assert.deepStrictEqual([from, ...to], [ALICE.address, "someone@elsewhere.test"])
        const { signature, signed } = splitSigned(bytes)
        assert.include(textOf(signed), textOf(bodyOf(letter.bytes)))
        const url = `http://${provider.host}:${provider.port}/v1/certificates/${ALICE.address}`
        const certificate = yield* Effect.promise(async () => new Uint8Array(await (await fetch(url)).arrayBuffer()))
        const fingerprint = yield* verify(certificate, signed, signature)
        const [autocrypt = ""] = valuesOf(bytes, "Autocrypt")
        const keydata = Buffer.from(/keydata=([^;]+)/.exec(autocrypt)?.[1] ?? "", "base64")
        assert.strictEqual(yield* verify(keydata, signed, signature), fingerprint)
        assert.match(fingerprint ?? "", /^[0-9A-F]{40}/)
      })
  )

  it.effect("out to both: bob's is encrypted, the world's is not", () =>
    Effect.gen(function*() {
      const { outside } = yield* Circle
      const letter = yield* write(ALICE.address, `${BOB.address}, someone@elsewhere.test`)
      yield* submit([BOB.address, "someone@elsewhere.test"], letter)
      const { bytes, to } = yield* outside.next
      assert.deepStrictEqual(to, ["someone@elsewhere.test"])
      assert.isTrue(letter.canaries.every((canary) => holds(bytes, canary)))
      assert.deepStrictEqual(valuesOf(yield* find(BOB, letter), "X-Leap-Encryption"), ["decrypted"])
    }))

  it.effect("the password lies nowhere in clear", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(filesWith((yield* Circle).home, [PASSWORD]), [])
    }))
})
