/** What strangers do: each case must come through, marked as what it is. */
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { Address } from "../../../src/domain/account/Address.ts"
import { formatAutocrypt } from "../../../src/domain/keys/Autocrypt.ts"
import { prependHeaders } from "../../../src/domain/message/HeaderEdit.ts"
import { payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { alice, bytesOf, makeDevice, makeProvider, textOf, typeOf, valuesOf } from "../Correspondents.ts"
import { fingerprint, headers, message, received, sealed, signed, test } from "./Letters.ts"

describe("a signature", () => {
  test("of the sender over all of it is valid", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const bytes = yield* signed(alice, message)
      const got = yield* received(provider, bob, bytes)
      assert.strictEqual(got.signature, `valid; pubkey="${yield* fingerprint(alice)}"; level="Provider_Trust"`)
      assert.strictEqual(got.encryption, "none")
      assert.include(textOf(got.bytes), textOf(bytes))
    }))

  test("does not fit a text that was changed", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const changed = textOf(yield* signed(alice, message)).replace("Pay 10", "Pay 99")
      const got = yield* received(provider, bob, bytesOf(changed))
      assert.match(got.signature, /^invalid; reason="/)
    }))

  test("of somebody else does not vouch for the sender", ({ bob, carol, provider }) =>
    Effect.gen(function*() {
      const got = yield* received(provider, bob, yield* signed(carol, message))
      assert.match(got.signature, /^unknown-key; keyid="[0-9A-F]{16}"$/)
      // Once carol is known, bob is told who it was.
      const hers = textOf(message).replace("alice@", "carol@")
      assert.match((yield* received(provider, bob, yield* signed(carol, bytesOf(hers)))).signature, /^valid/)
      const known = yield* received(provider, bob, yield* signed(carol, message))
      assert.strictEqual(known.signature, `mismatch; pubkey="${yield* fingerprint(carol)}"`)
      const hidden = yield* received(provider, bob, yield* sealed(carol, bob, message))
      assert.strictEqual(hidden.signature, known.signature)
    }))

  test("over one part of several says nothing of the message", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const inner = textOf(yield* signed(alice, message))
      const got = yield* received(
        provider,
        bob,
        bytesOf(
          ...headers,
          "Content-Type: multipart/mixed; boundary=x",
          "",
          "--x",
          "Content-Type: text/plain",
          "",
          "Pay 99 to Mallory.",
          "--x",
          inner.slice(inner.indexOf("Content-Type: multipart/signed")),
          "--x--",
          ""
        )
      )
      assert.strictEqual(got.signature, "none")
    }))

  test("does not count under a header that names two content types", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const bytes = prependHeaders(yield* signed(alice, message), [["From", "x"]])
      const twice = textOf(bytes).replace("From: x\r\n", "").replace(
        "MIME-Version: 1.0\r\n",
        "MIME-Version: 1.0\r\nContent-type: multipart/signed; boundary=y;\r\n protocol=\"application/pgp-signature\"\r\n"
      )
      assert.notMatch((yield* received(provider, bob, bytesOf(twice))).signature, /^valid/)
    }))

  test("vouches for no second author", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const two = prependHeaders(yield* signed(alice, message), [["From", "mallory@elsewhere.test"]])
      assert.match((yield* received(provider, bob, two)).signature, /^unknown-key/)
    }))

  test("is checked with the key that the message brings, and that key stays", ({ bob, provider }) =>
    Effect.gen(function*() {
      const dora = Address.make("dora@elsewhere.test")
      const mallory = yield* makeDevice(yield* makeProvider, dora)
      const brought = (address: Address) => [["Autocrypt", formatAutocrypt(address, mallory.keys.certificate)]] as const
      const hers = prependHeaders(bytesOf(textOf(message).replace(alice, dora)), brought(dora))
      const first = yield* received(provider, bob, yield* signed(mallory, hers))
      assert.strictEqual(first.signature, `valid; pubkey="${yield* fingerprint(mallory)}"; level="Weak_Chain"`)
      // In the name of someone whom the directory knows, it is not believed.
      const forged = prependHeaders(message, brought(alice))
      assert.notMatch((yield* received(provider, bob, yield* signed(mallory, forged))).signature, /^valid/)
    }))
})

describe("an encrypted message", () => {
  test("without a signature opens and is not vouched for", ({ bob, provider }) =>
    Effect.gen(function*() {
      const got = yield* received(provider, bob, yield* sealed(undefined, bob, message))
      assert.deepStrictEqual([got.encryption, got.signature], ["decrypted", "none"])
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["tea"])
    }))

  test("with a signed one inside is judged by it", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const inner = yield* signed(alice, message)
      const outer = yield* sealed(undefined, bob, message, inner)
      const got = yield* received(provider, bob, outer)
      assert.strictEqual(got.encryption, "decrypted")
      assert.match(got.signature, /^valid/)
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["tea"])
    }))

  test("to another key is delivered as it is, with the reason", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      const got = yield* received(provider, bob, yield* sealed(alice, carol, message))
      assert.match(got.encryption, /^failed; reason="[^"]+"$/)
      assert.strictEqual(got.signature, "none")
      assert.strictEqual(typeOf(got.bytes), "multipart/encrypted")
    }))

  test("that was changed does not open", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const text = textOf(yield* sealed(alice, bob, message))
      const at = text.indexOf("\r\n\r\n", text.indexOf("BEGIN PGP MESSAGE")) + 200
      const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1)
      assert.match((yield* received(provider, bob, bytesOf(changed))).encryption, /^failed; reason="/)
    }))

  test("beside clear parts becomes a message apart from them", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const inner = textOf(yield* sealed(alice, bob, message))
      const entity = inner.slice(inner.indexOf("Content-Type: multipart/encrypted"))
      const got = yield* received(
        provider,
        bob,
        bytesOf(
          ...headers,
          "Content-Type: multipart/mixed; boundary=x",
          "",
          "--x",
          "Content-Type: text/html",
          "",
          "<img src=\"http://mallory.test/",
          "--x",
          entity,
          "--x--",
          ""
        )
      )
      assert.strictEqual(got.encryption, "partly-decrypted")
      const [html, apart] = got.structure?.root.parts ?? []
      assert.strictEqual(html?.subtype, "html")
      assert.strictEqual(apart?.disposition, "attachment")
      assert.strictEqual(apart?.message?.root.type, "text")
    }))

  test("cannot name another sender inside, nor take the place of what servers wrote", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const hers = bytesOf(textOf(message).replace("From: alice@", "From: carol@"))
      const inner = prependHeaders(payload(message, "cipher"), [["Received", "from nowhere"], [
        "X-Leap-Signature",
        "valid; pubkey=\"0\""
      ]])
      const outer = prependHeaders(yield* sealed(alice, bob, hers, inner), [["Received", "from truth"]])
      const got = yield* received(provider, bob, outer)
      assert.deepStrictEqual(valuesOf(got.bytes, "From"), ["carol@leap.test"])
      assert.deepStrictEqual(valuesOf(got.bytes, "Received"), ["from truth"])
      assert.notMatch(got.signature, /^valid/)
      assert.deepStrictEqual(valuesOf(got.bytes, "X-Original-X-Leap-Signature"), ["valid; pubkey=\"0\""])
    }))
})

describe("forged headers", () => {
  test("are renamed wherever they stand", ({ bob, provider }) =>
    Effect.gen(function*() {
      const forged = bytesOf(
        "X-Leap-Provenance: from heaven",
        "X-Leap-Encryption: decrypted",
        ...headers,
        "x-leap-signature: valid; pubkey=\"0\"; level=\"Fingerprint\"",
        "Content-Type: multipart/mixed; boundary=x",
        "",
        "--x",
        "X-Leap-Signature: valid",
        "",
        "part",
        "--x--",
        ""
      )
      const got = yield* received(provider, bob, forged)
      assert.deepStrictEqual([got.encryption, got.signature], ["none", "none"])
      assert.match(got.provenance, /received-by="leap\.test"/)
      assert.strictEqual(textOf(got.bytes).match(/^X-Original-X-Leap-/gim)?.length, 4)
    }))
})
