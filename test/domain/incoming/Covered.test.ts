/** The shapes in which protected mail comes, each opened and judged; nothing of it joined with what stands beside it. */
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { originalOf } from "../../../src/domain/incoming/Original.ts"
import { prependHeaders } from "../../../src/domain/message/HeaderEdit.ts"
import { decodedPart } from "../../../src/domain/message/Section.ts"
import { encryptedMessage, payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { bytesOf, textOf, typeOf, valuesOf } from "../Correspondents.ts"
import { armored, clearSigned, fingerprint, headers, message, received, sealed, signed, test } from "./Letters.ts"

const SECRET = "Pay 10 to Carol."

/** The content of a part, as a mail program shows it. */
const shown = (got: Effect.Success<ReturnType<typeof received>>, ...path: ReadonlyArray<number>): string => {
  const body = got.structure && decodedPart(got.structure, got.bytes, path)
  return body instanceof Uint8Array ? textOf(body) : String(body)
}

/** MIME header and body alone. */
const entityOf = (bytes: Uint8Array): string => {
  const text = textOf(bytes)
  return text.slice(text.indexOf("Content-Type: multipart/"))
}

const mixed = (...parts: ReadonlyArray<string>): Uint8Array =>
  bytesOf(
    ...headers,
    "MIME-Version: 1.0",
    "Content-Type: multipart/mixed; boundary=x",
    "",
    ...parts.flatMap((part) => ["--x", part]),
    "--x--",
    ""
  )

const text = (...lines: ReadonlyArray<string>): Uint8Array =>
  bytesOf(...headers, "Content-Type: text/plain", "", ...lines)

describe("layers around the whole message", () => {
  test("encrypted of encrypted", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const inner = yield* sealed(alice, bob, message)
      const got = yield* received(provider, bob, yield* sealed(undefined, bob, message, inner))
      assert.strictEqual(got.encryption, "decrypted")
      assert.match(got.signature, /^valid/)
      assert.include(shown(got, 1), SECRET)
    }))

  test("signed of encrypted: who signs ciphertext has not read it", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      const unsigned = bytesOf(entityOf(yield* sealed(undefined, bob, message)))
      const taken = yield* received(provider, bob, yield* signed(alice, message, unsigned))
      assert.strictEqual(taken.encryption, "decrypted")
      assert.match(taken.signature, /^invalid; reason="it signs the encrypted form only/)
      assert.include(shown(taken, 1), SECRET)
      // What counts is the signature inside.
      const inside = bytesOf(entityOf(yield* sealed(alice, bob, message)))
      assert.match((yield* received(provider, bob, yield* signed(carol, message, inside))).signature, /^valid/)
    }))

  test("several signatures: one of the sender is enough, and each is told of", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      const hers = bytesOf(textOf(message).replace("alice@", "carol@"))
      yield* received(provider, bob, yield* signed(carol, hers))
      const inner = bytesOf(entityOf(yield* signed(carol, message)))
      const got = yield* received(provider, bob, yield* sealed(alice, bob, message, inner))
      assert.strictEqual(got.signature, `valid; pubkey="${yield* fingerprint(alice)}"; level="Provider_Trust"`)
      assert.deepStrictEqual(
        got.verdict?.signatures.map(({ fingerprint, status }) => [status, fingerprint]),
        [["valid", yield* fingerprint(alice)], ["valid", yield* fingerprint(carol)]]
      )
    }))

  test("as Exchange leaves it: multipart/mixed, an empty text in front", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const intact = textOf(yield* sealed(alice, bob, message))
      const boundary = /boundary="?([^"\r\n;]+)/.exec(intact)?.[1] ?? ""
      const wreck = intact
        .replace(/multipart\/encrypted; protocol="?[^;"]+"?;/, "multipart/mixed;")
        .replace(`--${boundary}\r\n`, `--${boundary}\r\nContent-Type: text/plain\r\n\r\n\r\n--${boundary}\r\n`)
      assert.include(wreck, "multipart/mixed")
      const got = yield* received(provider, bob, bytesOf(wreck))
      assert.deepStrictEqual([got.encryption, got.signature.slice(0, 5)], ["decrypted", "valid"])
    }))

  test("the original stays retrievable, octet for octet", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const sent = yield* sealed(alice, bob, message)
      const opened = yield* received(provider, bob, sent)
      assert.deepStrictEqual(opened.original, sent)
      assert.deepStrictEqual(originalOf(opened), sent)
      // What is delivered as it came is its own original, but for our fields.
      const clear = yield* signed(alice, message)
      const same = yield* received(provider, bob, clear)
      assert.isUndefined(same.original)
      assert.deepStrictEqual(originalOf(same), clear)
    }))
})

describe("the verdict as data", () => {
  test("says what the headers say", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const { verdict } = yield* received(provider, bob, yield* sealed(alice, bob, message))
      assert.deepStrictEqual(verdict?.encryption, { _tag: "Decrypted" })
      assert.deepStrictEqual(verdict?.signature, {
        _tag: "Valid",
        fingerprint: yield* fingerprint(alice),
        level: 1
      })
      assert.deepStrictEqual(verdict?.differing, [])
      const plain = yield* received(provider, bob, message)
      assert.deepStrictEqual(plain.verdict?.encryption, { _tag: "None" })
    }))
})

describe("text without MIME", () => {
  test("armored, alone: decrypted in its place", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const got = yield* received(provider, bob, text(yield* armored(alice, bob, "Schön: 10 to Carol.\n")))
      assert.strictEqual(got.encryption, "decrypted")
      assert.match(got.signature, /^valid/)
      assert.strictEqual(shown(got, 1), "Schön: 10 to Carol.\r\n")
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["tea"])
    }))

  test("armored, among other text: a file beside it", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const block = yield* armored(alice, bob, SECRET)
      const got = yield* received(provider, bob, text("Do answer this:", block, "-- ", "the list"))
      assert.strictEqual(got.encryption, "partly-decrypted")
      assert.strictEqual(got.signature, "none")
      assert.include(shown(got, 1), "Do answer this:")
      assert.notInclude(shown(got, 1), SECRET)
      assert.strictEqual(got.structure?.root.parts[1]?.disposition, "attachment")
      assert.strictEqual(shown(got, 2), SECRET)
    }))

  test("armored in one part of several is that part's matter", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const block = yield* armored(alice, bob, SECRET)
      const got = yield* received(
        provider,
        bob,
        mixed("Content-Type: text/plain\r\n\r\nclear", `Content-Type: text/plain\r\n\r\n${block}`)
      )
      assert.deepStrictEqual([got.encryption, got.signature], ["partly-decrypted", "none"])
      assert.deepStrictEqual(
        got.verdict?.parts.map(({ encryption, part, signature }) => [part, encryption._tag, signature._tag]),
        [["2", "Decrypted", "Valid"]]
      )
      assert.strictEqual(shown(got, 2), SECRET)
    }))

  test("armored in HTML stays closed", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const block = yield* armored(alice, bob, SECRET)
      const html = bytesOf(...headers, "Content-Type: text/html", "", "<img src=\"http://mallory.test/", block, "\">")
      const got = yield* received(provider, bob, html)
      assert.match(got.encryption, /^failed; reason="an encrypted text inside HTML/)
      assert.notInclude(textOf(got.bytes), SECRET)
    }))

  test("clear-signed: judged as it stands, and it stays", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const block = yield* clearSigned(alice, ["- from me", "", "  Schön  ", "-- ", "alice"])
      const sent = text(block)
      const got = yield* received(provider, bob, sent)
      assert.strictEqual(got.signature, `valid; pubkey="${yield* fingerprint(alice)}"; level="Provider_Trust"`)
      assert.include(textOf(got.bytes), textOf(sent))
      const changed = yield* received(provider, bob, text(block.replace("from me", "from you")))
      assert.match(changed.signature, /^invalid/)
      const more = yield* received(provider, bob, text("And pay Mallory.", block))
      assert.strictEqual(more.signature, "invalid; reason=\"it covers only some of the text\"")
      const hidden = block.replace("Hash: SHA512", "Hash: SHA512\r\nComment: Pay Mallory.")
      assert.match((yield* received(provider, bob, text(hidden))).signature, /^invalid/)
    }))
})

describe("files", () => {
  test("encrypted ones become parts that a mail program can open", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const file = (name: string, body: string): string =>
        `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${body}`
      const pgp = yield* OpenPgp
      const certificate = yield* pgp.armor("public key", alice.keys.certificate)
      const got = yield* received(
        provider,
        bob,
        mixed(
          "Content-Type: text/plain\r\n\r\nsee there",
          file("plan.pdf.asc", yield* armored(alice, bob, SECRET)),
          file("alice.asc", certificate),
          file("other.gpg", yield* armored(alice, alice, SECRET))
        )
      )
      assert.deepStrictEqual([got.encryption, got.signature], ["partly-decrypted", "none"])
      assert.strictEqual(shown(got, 2), SECRET)
      const [, plan, key, other] = got.structure?.root.parts ?? []
      assert.strictEqual(plan?.dispositionParameters.find(({ name }) => name === "filename")?.value, "plan.pdf")
      assert.strictEqual(key?.dispositionParameters[0]?.value, "alice.asc")
      assert.strictEqual(other?.dispositionParameters[0]?.value, "other.gpg")
      assert.deepStrictEqual(
        got.verdict?.parts.map(({ encryption, part, signature }) => [part, encryption._tag, signature._tag]),
        [["2", "Decrypted", "Valid"], ["4", "Failed", "None"]]
      )
    }))
})

describe("a message inside another", () => {
  test("is opened in its place and judged by its own sender", ({ bob, carol, provider }) =>
    Effect.gen(function*() {
      const hers = bytesOf(textOf(message).replace("alice@", "carol@"))
      yield* received(provider, bob, yield* signed(carol, hers))
      const forwarded = textOf(yield* sealed(carol, bob, hers))
      const got = yield* received(
        provider,
        bob,
        mixed("Content-Type: text/plain\r\n\r\nfyi", `Content-Type: message/rfc822\r\n\r\n${forwarded}`)
      )
      assert.deepStrictEqual([got.encryption, got.signature], ["partly-decrypted", "none"])
      const [verdict] = got.verdict?.parts ?? []
      assert.strictEqual(verdict?.part, "2")
      assert.deepStrictEqual(verdict?.signature, { _tag: "Valid", fingerprint: yield* fingerprint(carol), level: 1 })
      assert.include(shown(got, 2, 1), SECRET)
    }))

  test("that is for others only makes no alarm, as in a report that it could not be delivered", (given) =>
    Effect.gen(function*() {
      const { bob, carol, provider } = given
      const returned = textOf(yield* sealed(bob, carol, message))
      const got = yield* received(
        provider,
        bob,
        mixed("Content-Type: text/plain\r\n\r\nundelivered", `Content-Type: message/rfc822\r\n\r\n${returned}`)
      )
      assert.strictEqual(got.encryption, "none")
      assert.deepStrictEqual(got.verdict?.parts.map(({ encryption }) => encryption._tag), ["Failed"])
    }))
})

describe("mixed content (EFAIL)", () => {
  test("decrypted text does not get out of its part, whatever delimiters it holds", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const inner = bytesOf("Content-Type: text/plain", "", "--x", "Content-Type: text/html", "", SECRET, "--x--", "")
      const entity = entityOf(yield* sealed(alice, bob, message, inner))
      const got = yield* received(
        provider,
        bob,
        mixed("Content-Type: text/html\r\n\r\n<img src=\"http://mallory.test/", entity)
      )
      assert.strictEqual(got.encryption, "partly-decrypted")
      const [, apart, ...others] = got.structure?.root.parts ?? []
      assert.deepStrictEqual([others.length, apart?.disposition, apart?.encoding], [0, "attachment", "base64"])
      assert.notInclude(textOf(got.bytes), SECRET)
      assert.include(shown(got, 2), SECRET)
      const block = yield* armored(alice, bob, `--x\r\nContent-Type: text/html\r\n\r\n${SECRET}`)
      const inline = yield* received(provider, bob, mixed("Content-Type: text/plain\r\n\r\n", `\r\n${block}`))
      assert.strictEqual(inline.structure?.root.parts.length, 2)
    }))
})

describe("protected headers", () => {
  const inner = (...fields: ReadonlyArray<string>): Uint8Array =>
    bytesOf(...fields, "Content-Type: text/plain; protected-headers=\"v1\"", "", SECRET, "")

  test("of the older draft take their place; outer ones that nobody explains are kept", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const sendAs = Effect.fnUntraced(function*(outerSubject: string) {
        const hidden = inner("From: alice@leap.test", "To: bob@leap.test", "Subject: the plan")
        const sent = textOf(yield* sealed(alice, bob, message, hidden))
        return yield* received(provider, bob, bytesOf(sent.replace("Subject: [...]", `Subject: ${outerSubject}`)))
      })
      for (const hidden of ["...", "[...]", "Encrypted Message"]) {
        const got = yield* sendAs(hidden)
        assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["the plan"])
        assert.deepStrictEqual(valuesOf(got.bytes, "X-Original-Subject"), [])
      }
      const got = yield* sendAs("Urgent: pay")
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["the plan"])
      assert.deepStrictEqual(valuesOf(got.bytes, "X-Original-Subject"), ["Urgent: pay"])
      assert.deepStrictEqual(got.verdict?.differing, [{ name: "subject", outer: "Urgent: pay", inner: "the plan" }])
    }))

  test("of RFC 9788 tell what the sender wrote outside: what a relay made of it is kept", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const sent = textOf(yield* sealed(alice, bob, message))
      const changed = sent.replace("To: bob@leap.test", "To: bob@leap.test, mallory@elsewhere.test")
      const got = yield* received(provider, bob, bytesOf(changed))
      assert.deepStrictEqual(valuesOf(got.bytes, "To"), ["bob@leap.test"])
      assert.deepStrictEqual(valuesOf(got.bytes, "X-Original-To"), ["bob@leap.test, mallory@elsewhere.test"])
    }))

  test("name another author: the one outside is shown, the other told", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const outer = textOf(yield* sealed(alice, bob, message)).replace("From: alice@", "From: mallory@")
      const got = yield* received(provider, bob, bytesOf(outer))
      assert.deepStrictEqual(valuesOf(got.bytes, "From"), ["mallory@leap.test"])
      assert.notMatch(got.signature, /^valid/)
      assert.deepStrictEqual(got.verdict?.differing, [
        { name: "from", outer: "mallory@leap.test", inner: "alice@leap.test" }
      ])
    }))

  test("in a message that a draft put whole inside", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const whole = bytesOf(
        "Content-Type: message/rfc822; forwarded=no",
        "",
        ...headers.slice(0, 2),
        "Subject: the plan",
        "",
        SECRET
      )
      const got = yield* received(provider, bob, yield* sealed(alice, bob, message, whole))
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["the plan"])
      assert.include(shown(got, 1), SECRET)
    }))
})

describe("keys that come along", () => {
  test("inside the encrypted part: the signature is checked once more", ({ bob, carol, provider }) =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const dora = yield* pgp.generate({ name: "Dora", email: "dora@elsewhere.test" }, { expiresInSeconds: undefined })
      const hers = bytesOf(textOf(message).replace("alice@leap.test", "dora@elsewhere.test"))
      const key = (certificate: string): string => `Content-Type: application/pgp-keys\r\n\r\n${certificate}`
      const body = mixed(
        `Content-Type: text/plain\r\n\r\n${SECRET}`,
        key("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nrubbish"),
        // Somebody else's says nothing of dora.
        key(yield* pgp.armor("public key", carol.keys.certificate)),
        key(yield* pgp.armor("public key", dora.certificate))
      )
      const encrypted = yield* pgp.encrypt({
        data: payload(bytesOf(textOf(body).replace("alice@leap.test", "dora@elsewhere.test")), "cipher"),
        recipients: [bob.keys.certificate],
        signWith: dora.secretKey,
        anonymous: false
      })
      const got = yield* received(provider, bob, encryptedMessage(hers, yield* pgp.armored("message", encrypted)))
      const { fingerprint: expected } = yield* pgp.inspect(dora.certificate)
      assert.strictEqual(got.signature, `valid; pubkey="${expected}"; level="Weak_Chain"`)
    }))
})

describe("poison", () => {
  const broken: ReadonlyArray<readonly [name: string, bytes: Uint8Array]> = [
    [
      "multipart/signed of one part",
      bytesOf(
        ...headers,
        "Content-Type: multipart/signed; boundary=x; protocol=\"application/pgp-signature\"",
        "",
        "--x",
        "",
        "alone",
        "--x--",
        ""
      )
    ],
    [
      "multipart/encrypted of three",
      bytesOf(
        ...headers,
        "Content-Type: multipart/encrypted; boundary=x; protocol=\"application/pgp-encrypted\"",
        "",
        "--x",
        "",
        "--x",
        "",
        "--x",
        "",
        "--x--",
        ""
      )
    ],
    [
      "an OpenPGP field with = in its URL",
      prependHeaders(message, [["OpenPGP", "id=1; url=\"https://leap.test/?a=b=c\""]])
    ],
    ["a From without @", bytesOf("From: nobody", "Autocrypt: addr=; keydata=", "", "text")],
    ["no header at all", bytesOf("", "text")],
    ["nothing", new Uint8Array(0)],
    ["an armor that holds nothing", text("-----BEGIN PGP MESSAGE-----", "", "-----END PGP MESSAGE-----")],
    [
      "a clear-signed text without signature",
      text("-----BEGIN PGP SIGNED MESSAGE-----", "Hash: SHA512", "", "x", "-----END PGP SIGNATURE-----")
    ]
  ]

  test("comes through, marked, and holds nobody up", ({ bob, provider }) =>
    Effect.gen(function*() {
      for (const [name, bytes] of broken) {
        const got = yield* received(provider, bob, bytes)
        assert.match(got.encryption, /^(none|failed; )/, name)
        assert.match(got.signature, /^(none|invalid; )/, name)
        assert.include(textOf(got.bytes), textOf(bytes), name)
      }
      assert.strictEqual(typeOf((yield* received(provider, bob, message)).bytes), "text/plain")
    }))
})
