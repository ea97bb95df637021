import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { withLegacyDisplay } from "../../../src/domain/message/LegacyDisplay.ts"
import { payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { bytesOf, deliverTo, type Device, people, post, textOf, typeOf, valuesOf } from "../Correspondents.ts"
import { received, sealed, test } from "./Letters.ts"

const message = bytesOf(
  "From: Alice <alice@leap.test>",
  "To: bob@leap.test",
  "Bcc: carol@leap.test",
  "Subject: the plan",
  "Message-ID: <1@leap.test>",
  "Date: Mon, 23 Nov 2026 14:02:40 +0500",
  "User-Agent: mutt",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  "From here on: schön geheim ",
  ""
)

const only = Effect.fnUntraced(function*(device: Device) {
  yield* device.receive
  const messages = yield* device.inbox
  assert.strictEqual(messages.length, 1)
  return messages[0] ?? new Uint8Array()
})

describe("alice to bob", () => {
  it.effect("comes decrypted and verified, with the header that was hidden", () =>
    Effect.gen(function*() {
      const { alice, bob, provider } = yield* people
      yield* alice.send([bob.address], message)
      const [item] = yield* alice.outgoing
      const outside = textOf(item!.bytes)
      assert.strictEqual(typeOf(item!.bytes), "multipart/encrypted")
      assert.deepStrictEqual(valuesOf(item!.bytes, "Subject"), ["[...]"])
      assert.deepStrictEqual(valuesOf(item!.bytes, "Message-ID"), ["<1@leap.test>"])
      assert.deepStrictEqual(valuesOf(item!.bytes, "Date"), ["Mon, 23 Nov 2026 09:02:40 +0000"])
      for (const secret of ["the plan", "geheim", "carol", "mutt"]) assert.notInclude(outside, secret)

      yield* post(provider, alice)
      const got = yield* only(bob)
      assert.deepStrictEqual(valuesOf(got, "X-Leap-Encryption"), ["decrypted"])
      assert.match(valuesOf(got, "X-Leap-Signature").join(), /^valid; pubkey="[0-9A-F]{40}"; level="Provider_Trust"$/)
      assert.match(
        valuesOf(got, "X-Leap-Provenance").join(),
        /; received-by="leap\.test"; encrypted-at-arrival="yes"; /
      )
      assert.deepStrictEqual(valuesOf(got, "Subject"), ["the plan"])
      assert.deepStrictEqual(valuesOf(got, "From"), ["Alice <alice@leap.test>"])
      assert.deepStrictEqual(valuesOf(got, "Bcc"), [])
      assert.strictEqual(typeOf(got), "text/plain")
      assert.include(textOf(got), "sch=C3=B6n geheim=20")
    }).pipe(Effect.scoped))

  test("a subject that was repeated in the text, for programs that do not know better, is read once", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const letter = bytesOf("From: alice@leap.test", "To: bob@leap.test", "Subject: the plan", "", "geheim", "")
      const got = yield* received(
        provider,
        bob,
        yield* sealed(alice, bob, letter, payload(withLegacyDisplay(letter), "cipher"))
      )
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["the plan"])
      assert.match(textOf(got.bytes), /\r\n\r\ngeheim/)
      assert.notInclude(valuesOf(got.bytes, "Content-Type").join(), "legacy")
      assert.match(got.signature, /^valid;/)
    }))

  it.effect("the copy opens for its sender too, and no key is attached: it is in the header", () =>
    Effect.gen(function*() {
      const { alice, bob, provider } = yield* people
      const inside = bytesOf(textOf(message).replace("<1@", "<2@").replace("\r\nBcc: carol@leap.test", ""))
      yield* alice.send([bob.address], inside)
      const [item] = yield* alice.outgoing
      const sent = item?.bytes ?? new Uint8Array()
      // As when the mail program's copy comes from Sent to another of her devices.
      yield* deliverTo(provider, alice.address, sent)
      const hers = yield* only(alice)
      assert.deepStrictEqual(valuesOf(hers, "X-Leap-Encryption"), ["decrypted"])
      assert.match(valuesOf(hers, "X-Leap-Signature").join(), /^valid; .*level="Fingerprint"$/)
      assert.strictEqual(valuesOf(sent, "Autocrypt").length, 1)
      for (const bytes of [sent, hers]) assert.notInclude(textOf(bytes), "application/pgp-keys")
    }).pipe(Effect.scoped))

  it.effect("hidden recipients read it, and nobody learns of them", () =>
    Effect.gen(function*() {
      const { alice, bob, carol, provider } = yield* people
      yield* alice.send([bob.address, carol.address], message)
      const items = yield* alice.outgoing
      assert.deepStrictEqual(items.map(({ to }) => to), [[bob.address], [carol.address]])
      yield* post(provider, alice)
      const [hers, his] = [yield* only(carol), yield* only(bob)]
      assert.deepStrictEqual(valuesOf(hers, "X-Leap-Encryption"), ["decrypted"])
      assert.deepStrictEqual(valuesOf(hers, "Subject"), ["the plan"])
      for (const got of [hers, his]) {
        assert.match(valuesOf(got, "X-Leap-Signature").join(), /^valid;/)
        assert.notInclude(textOf(got).replaceAll(/^(Received|X-Leap-Provenance|Delivered-To):.*$/gm, ""), "carol")
      }
    }).pipe(Effect.scoped))
})
