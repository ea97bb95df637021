/** Mail as other programs write it, made here in their shape with keys of ours. */
import { assert, describe } from "@effect/vitest"
import { Context, Effect } from "effect"
import { Address } from "../../../src/domain/account/Address.ts"
import { formatAutocrypt } from "../../../src/domain/keys/Autocrypt.ts"
import { toCrlf } from "../../../src/domain/message/Compose.ts"
import { decodedPart } from "../../../src/domain/message/Section.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { bytesOf, type Device, textOf, typeOf, valuesOf } from "../Correspondents.ts"
import { received, test } from "./Letters.ts"

const MOUNTAIN = "Grüße vom Berg, und zwar sehr weit oben"

const outer = (agent: string, subject: string): ReadonlyArray<string> => [
  "Message-ID: <0b4f8a6c@leap.test>",
  "Date: Mon, 23 Nov 2026 14:02:40 +0100",
  "MIME-Version: 1.0",
  agent,
  "Content-Language: de-DE",
  "To: bob@leap.test",
  "From: Alice <alice@leap.test>",
  `Subject: ${subject}`
]

const encryptedTo = Effect.fnUntraced(function*(by: Device | undefined, to: Device, entity: Uint8Array) {
  const pgp = yield* OpenPgp
  const sealed = yield* pgp.encrypt({
    data: entity,
    recipients: [to.keys.certificate],
    signWith: by?.keys.secretKeys[0],
    anonymous: false
  })
  return (yield* pgp.armor("message", sealed)).replaceAll("\r\n", "\n").trimEnd().split("\n")
})

const signatureOf = Effect.fnUntraced(function*(by: Device, entity: Uint8Array) {
  const pgp = yield* OpenPgp
  const armored = yield* pgp.armor("signature", yield* pgp.sign(toCrlf(entity), by.keys.secretKeys[0]))
  return armored.replaceAll("\r\n", "\n").trimEnd().split("\n")
})

const thunderbird = {
  encrypted: (armor: ReadonlyArray<string>): Uint8Array =>
    bytesOf(
      ...outer("User-Agent: Mozilla Thunderbird", "..."),
      "Content-Type: multipart/encrypted;",
      " protocol=\"application/pgp-encrypted\";",
      " boundary=\"------------zPq0lFa1d2\"",
      "",
      "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)",
      "--------------zPq0lFa1d2",
      "Content-Type: application/pgp-encrypted",
      "Content-Description: PGP/MIME version identification",
      "",
      "Version: 1",
      "",
      "--------------zPq0lFa1d2",
      "Content-Type: application/octet-stream; name=\"encrypted.asc\"",
      "Content-Description: OpenPGP encrypted message",
      "Content-Disposition: inline; filename=\"encrypted.asc\"",
      "",
      ...armor,
      "",
      "--------------zPq0lFa1d2--",
      ""
    ),
  signed: (entity: Uint8Array, signature: ReadonlyArray<string>): Uint8Array =>
    bytesOf(
      ...outer("User-Agent: Mozilla Thunderbird", "Berg"),
      "Content-Type: multipart/signed; micalg=pgp-sha256;",
      " protocol=\"application/pgp-signature\";",
      " boundary=\"------------Yy0sIgNed\"",
      "",
      "This is an OpenPGP/MIME signed message (RFC 4880 and 3156)",
      "--------------Yy0sIgNed",
      textOf(entity),
      "--------------Yy0sIgNed",
      "Content-Type: application/pgp-signature; name=\"OpenPGP_signature.asc\"",
      "Content-Description: OpenPGP digital signature",
      "Content-Disposition: attachment; filename=\"OpenPGP_signature.asc\"",
      "",
      ...signature,
      "",
      "--------------Yy0sIgNed--",
      ""
    ),
  entity: (fields: ReadonlyArray<string>, key: string): Uint8Array =>
    bytesOf(
      "Content-Type: multipart/mixed; boundary=\"------------oUt3r\";",
      " protected-headers=\"v1\"",
      "Subject: Berg",
      "From: Alice <alice@leap.test>",
      "To: bob@leap.test",
      "Message-ID: <0b4f8a6c@leap.test>",
      ...fields,
      "",
      "--------------oUt3r",
      "Content-Type: multipart/mixed; boundary=\"------------iNn3r\"",
      "",
      "--------------iNn3r",
      "Content-Type: text/plain; charset=UTF-8; format=flowed",
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from(MOUNTAIN).toString("base64"),
      "",
      "--------------iNn3r",
      "Content-Type: application/pgp-keys; name=\"OpenPGP_0xALICE.asc\"",
      "Content-Disposition: attachment; filename=\"OpenPGP_0xALICE.asc\"",
      "Content-Description: OpenPGP public key",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      key.replaceAll("=", "=3D"),
      "",
      "--------------iNn3r--",
      "",
      "--------------oUt3r--",
      ""
    )
}

const appleMail = {
  encrypted: (armor: ReadonlyArray<string>): Uint8Array =>
    bytesOf(
      ...outer("X-Mailer: Apple Mail (2.3774.600.62)", "Berg"),
      "Content-Type: multipart/encrypted;",
      "\tboundary=\"Apple-Mail=_8D0C3A52\";",
      "\tprotocol=\"application/pgp-encrypted\"",
      "",
      "This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)",
      "--Apple-Mail=_8D0C3A52",
      "Content-Transfer-Encoding: 7bit",
      "Content-Type: application/pgp-encrypted",
      "Content-Description: PGP/MIME Versions Identification",
      "",
      "Version: 1",
      "",
      "--Apple-Mail=_8D0C3A52",
      "Content-Transfer-Encoding: 7bit",
      "Content-Disposition: inline;",
      "\tfilename=encrypted.asc",
      "Content-Type: application/octet-stream;",
      "\tname=encrypted.asc",
      "Content-Description: OpenPGP encrypted message",
      "",
      ...armor,
      "",
      "--Apple-Mail=_8D0C3A52--",
      ""
    ),
  signed: (entity: Uint8Array, signature: ReadonlyArray<string>): Uint8Array =>
    bytesOf(
      "Content-Type: multipart/signed;",
      "\tboundary=\"Apple-Mail=_51AB\";",
      "\tprotocol=\"application/pgp-signature\";",
      "\tmicalg=pgp-sha512",
      "",
      "",
      "--Apple-Mail=_51AB",
      textOf(entity),
      "--Apple-Mail=_51AB",
      "Content-Transfer-Encoding: 7bit",
      "Content-Disposition: attachment;",
      "\tfilename=signature.asc",
      "Content-Type: application/pgp-signature;",
      "\tname=signature.asc",
      "Content-Description: Message signed with OpenPGP",
      "",
      ...signature,
      "",
      "--Apple-Mail=_51AB--",
      ""
    ),
  entity: bytesOf(
    "Content-Type: multipart/alternative;",
    "\tboundary=\"Apple-Mail=_ALT\"",
    "",
    "",
    "--Apple-Mail=_ALT",
    "Content-Transfer-Encoding: quoted-printable",
    "Content-Type: text/plain;",
    "\tcharset=utf-8",
    "",
    "Gr=C3=BC=C3=9Fe vom Berg, und zwar sehr weit oben",
    "--Apple-Mail=_ALT",
    "Content-Transfer-Encoding: 7bit",
    "Content-Type: text/html;",
    "\tcharset=us-ascii",
    "",
    "<html><body>Gr&uuml;&szlig;e vom Berg</body></html>",
    "--Apple-Mail=_ALT--",
    ""
  )
}

const textAt = (got: Effect.Success<ReturnType<typeof received>>, ...path: ReadonlyArray<number>): string => {
  const body = got.structure && decodedPart(got.structure, got.bytes, path)
  return body instanceof Uint8Array ? textOf(body) : String(body)
}

const keyText = Effect.fnUntraced(function*(device: Device) {
  const pgp = yield* OpenPgp
  return (yield* pgp.armor("public key", device.keys.certificate)).trimEnd()
})

describe("Thunderbird", () => {
  test("encrypted and signed, with its hidden subject, its key and gossip", ({ alice, bob, carol, provider }) =>
    Effect.gen(function*() {
      const erin = Address.make("erin@elsewhere.test")
      const gossip = `Autocrypt-Gossip: ${formatAutocrypt(erin, carol.keys.certificate)}`
      const entity = thunderbird.entity([gossip], yield* keyText(alice))
      const got = yield* received(provider, bob, thunderbird.encrypted(yield* encryptedTo(alice, bob, entity)))
      assert.strictEqual(got.encryption, "decrypted")
      assert.match(got.signature, /^valid; .*level="Provider_Trust"$/)
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["Berg"])
      assert.deepStrictEqual(valuesOf(got.bytes, "X-Original-Subject"), [])
      assert.deepStrictEqual(got.verdict?.differing, [])
      assert.strictEqual(textAt(got, 1, 1), MOUNTAIN)
      // Erin is none of the recipients: what is said of her key is not heard.
      assert.isUndefined(yield* Context.get(bob.services, KeyStore).peer(erin))
    }))

  test("signed only", ({ alice, bob, provider }) =>
    Effect.gen(function*() {
      const entity = thunderbird.entity([], yield* keyText(alice))
      const sent = thunderbird.signed(entity, yield* signatureOf(alice, entity))
      const got = yield* received(provider, bob, sent)
      assert.deepStrictEqual([got.encryption, got.signature.slice(0, 6)], ["none", "valid;"])
      assert.strictEqual(typeOf(got.bytes), "multipart/signed")
      const changed = textOf(sent).replace("Content-Type: text/plain;", "Content-Type: text/html;")
      assert.match((yield* received(provider, bob, bytesOf(changed))).signature, /^invalid; /)
    }))
})

describe("Apple Mail", () => {
  test("encrypted, with a signed message inside that the encryption itself does not sign", (given) =>
    Effect.gen(function*() {
      const { alice, bob, provider } = given
      const inside = appleMail.signed(appleMail.entity, yield* signatureOf(alice, appleMail.entity))
      const got = yield* received(provider, bob, appleMail.encrypted(yield* encryptedTo(undefined, bob, inside)))
      assert.strictEqual(got.encryption, "decrypted")
      assert.match(got.signature, /^valid; .*level="Provider_Trust"$/)
      assert.deepStrictEqual(valuesOf(got.bytes, "Subject"), ["Berg"])
      assert.strictEqual(typeOf(got.bytes), "multipart/signed")
      assert.strictEqual(textAt(got, 1, 1), MOUNTAIN)
      const forged = bytesOf(textOf(inside).replace("weit oben", "weit unten"))
      const other = yield* received(provider, bob, appleMail.encrypted(yield* encryptedTo(undefined, bob, forged)))
      assert.match(other.signature, /^invalid; /)
    }))
})
