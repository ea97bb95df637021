/** What the runtime's own cryptography opens is what the library opens; all else it leaves to the library. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import { randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import { type Certificate, readCertificate } from "../../../src/adapters/openpgp/Certificate.ts"
import { encrypt, encryptQuickly, signQuickly } from "../../../src/adapters/openpgp/Encrypt.ts"
import { framed } from "../../../src/adapters/openpgp/Framing.ts"
import { generate } from "../../../src/adapters/openpgp/Generate.ts"
import { cipherOf, decrypter, encrypter } from "../../../src/adapters/openpgp/NativeCiphers.ts"
import { openNatively } from "../../../src/adapters/openpgp/NativeOpen.ts"
import { isGoodNatively } from "../../../src/adapters/openpgp/NativeVerify.ts"
import { dateOf } from "../../../src/adapters/openpgp/Packets.ts"
import { policy } from "../../../src/adapters/openpgp/Policy.ts"
import { readSecretKey, type SecretKey } from "../../../src/adapters/openpgp/SecretKey.ts"

const NOW = 1_700_000_000_000

interface Person {
  readonly certificate: Certificate
  readonly secret: SecretKey
}

const person = async (algorithm: "curve25519" | "rsa4096" | "v6"): Promise<Person> => {
  const made = await generate({ algorithm, email: "a@leap.test", name: "", expiresInSeconds: undefined, now: NOW })
  return { certificate: await readCertificate(made.certificate), secret: await readSecretKey(made.secretKey) }
}

let alice: Person
let bob: Person
let newer: Person
beforeAll(async () => {
  ;[alice, bob, newer] = await Promise.all([person("curve25519"), person("curve25519"), person("v6")])
})

const octets = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))), {
    maxLength: 600
  }),
  (all) => Uint8Array.from(all)
)

const to = (...people: ReadonlyArray<Person>) => ({
  recipients: people.map(({ certificate }) => certificate),
  signWith: alice.secret,
  anonymous: false,
  now: NOW
})

const openedByLibrary = async (message: Uint8Array, { secret }: Person): Promise<Uint8Array> => {
  const { data } = await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: message, config: policy }),
    decryptionKeys: secret.key,
    format: "binary",
    config: policy
  })
  return data
}

const signerOf = ({ certificate }: Person) => certificate.primary.packet

describe("opened natively", () => {
  it.effect.prop("the same octets as the library's, and the signature is good of these and no others", { octets }, ({
    octets
  }) =>
    Effect.promise(async () => {
      const message = await encrypt(octets, to(bob, alice))
      const opened = await openNatively(message, { secretKeys: [alice.secret, bob.secret] })
      assert.isDefined(opened)
      assert.deepStrictEqual(Uint8Array.from(opened.data), octets)
      assert.deepStrictEqual(Uint8Array.from(await openedByLibrary(message, bob)), octets)
      const [signature] = opened.signatures
      assert.isDefined(signature)
      assert.isTrue(await isGoodNatively(signature, signerOf(alice), opened.data))
      assert.isFalse(await isGoodNatively(signature, signerOf(bob), opened.data))
      assert.isFalse(await isGoodNatively(signature, signerOf(alice), Uint8Array.of(...octets, 1)))
    }), { arbitrary: { runs: 25 } })

  it("no octet of a message can be changed so that other text comes of it", async () => {
    const text = new TextEncoder().encode("pay 10 to Carol")
    const message = await encrypt(text, to(bob))
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice()
      changed[at] = (changed[at] ?? 0) ^ (1 << at % 8)
      const opened = await openNatively(changed, { secretKeys: [bob.secret] })
      if (opened !== undefined) assert.deepStrictEqual(Uint8Array.from(opened.data), text)
      assert.isUndefined(await openNatively(message.slice(0, at), { secretKeys: [bob.secret] }))
    }
  })

  it("compressed as GnuPG does", async () => {
    const text = new TextEncoder().encode("so often ".repeat(500))
    const message = await openpgp.encrypt({
      message: await openpgp.createMessage({ binary: text }),
      encryptionKeys: bob.certificate.key,
      signingKeys: alice.secret.key,
      date: dateOf(NOW),
      format: "binary",
      config: { ...policy, preferredCompressionAlgorithm: openpgp.enums.compression.zlib }
    })
    const opened = await openNatively(message, { secretKeys: [bob.secret] })
    assert.deepStrictEqual(opened && Uint8Array.from(opened.data), text)
    assert.strictEqual(opened?.signatures.length, 1)
  })

  it("nothing that is encrypted otherwise, or to somebody else", async () => {
    const text = new TextEncoder().encode("hello")
    const anonymous = await encrypt(text, { ...to(bob), anonymous: true })
    const others: ReadonlyArray<readonly [Uint8Array, Person]> = [
      [anonymous, bob],
      [await encrypt(text, to(newer)), newer],
      [await encrypt(text, to(alice)), bob],
      [text, bob],
      [new Uint8Array(0), bob],
      // Two messages, one behind the other.
      [Buffer.concat([await encrypt(text, to(bob)), await encrypt(text, to(bob))]), bob]
    ]
    for (const [message, { secret }] of others) {
      assert.isUndefined(await openNatively(message, { secretKeys: [secret] }))
    }
  })

  it("no digest that is not believed any more", async () => {
    const text = new TextEncoder().encode("hello")
    const message = await openpgp.createMessage({ binary: text })
    const signed = await openpgp.sign({
      message,
      signingKeys: alice.secret.key,
      detached: true,
      date: dateOf(NOW),
      format: "object",
      config: policy
    })
    const [signature] = signed.packets
    assert.isDefined(signature)
    const packet = signature as openpgp.SignaturePacket
    assert.isTrue(await isGoodNatively(packet, signerOf(alice), text))
    packet.hashAlgorithm = openpgp.enums.hash.sha1
    assert.isFalse(await isGoodNatively(packet, signerOf(alice), text))
  })
})

describe("packets by their headers", () => {
  it("each form of length that is said at once, old and new", () => {
    const body = new Uint8Array(300).fill(7)
    const cases: ReadonlyArray<readonly [ReadonlyArray<number>, number]> = [
      [[0xc0 | 11, 100], 100],
      [[0xc0 | 11, 192 + ((300 - 192) >> 8), (300 - 192) & 0xff], 300],
      [[0xc0 | 11, 255, 0, 0, 1, 44], 300],
      [[0x80 | (11 << 2), 100], 100],
      [[0x80 | (11 << 2) | 1, 1, 44], 300],
      [[0x80 | (11 << 2) | 2, 0, 0, 1, 44], 300]
    ]
    for (const [header, length] of cases) {
      const packet = Uint8Array.from([...header, ...body.subarray(0, length)])
      assert.deepStrictEqual(
        framed(packet)?.map((one) => [one.tag, one.body.length]),
        [[11, length]]
      )
      assert.isUndefined(framed(packet.subarray(0, -1)))
    }
  })

  it("none that comes in pieces, has no end, or is too many", () => {
    assert.isUndefined(framed(Uint8Array.of(0xc0 | 11, 0xe0, 1)))
    assert.isUndefined(framed(Uint8Array.of(0x80 | (11 << 2) | 3, 1, 2, 3)))
    assert.isUndefined(framed(new TextEncoder().encode("-----BEGIN")))
    const empty = [0xc0 | 11, 0]
    assert.strictEqual(framed(Uint8Array.from(Array.from({ length: 64 }, () => empty).flat()))?.length, 64)
    assert.isUndefined(framed(Uint8Array.from(Array.from({ length: 65 }, () => empty).flat())))
  })
})

describe("sealed natively", () => {
  it("what the library opens and finds signed, for one and for many, named or hidden", async () => {
    const text = new TextEncoder().encode("hello\r\n".repeat(40_000))
    for (const encryption of [to(bob), to(alice, bob), { ...to(bob), anonymous: true }]) {
      const message = await encryptQuickly(text, encryption)
      assert.isDefined(message)
      const { data, signatures } = await openpgp.decrypt({
        message: await openpgp.readMessage({ binaryMessage: message, config: policy }),
        decryptionKeys: bob.secret.key,
        verificationKeys: alice.certificate.key,
        date: dateOf(NOW),
        format: "binary",
        config: policy
      })
      assert.deepStrictEqual(data, text)
      assert.isTrue(await signatures[0]?.verified)
      // Every message has a key of its own.
      assert.notDeepEqual(await encryptQuickly(text, encryption), message)
    }
  })

  it("nothing for keys that read or sign otherwise: the library makes it", async () => {
    const text = new TextEncoder().encode("hello")
    assert.isUndefined(await encryptQuickly(text, to(bob, newer)))
    assert.isUndefined(await encryptQuickly(text, { ...to(bob), signWith: newer.secret }))
    assert.isUndefined(await signQuickly(text, newer.secret, NOW))
    assert.strictEqual((await encrypt(text, to(bob, newer))).length > text.length, true)
  })
})

describe("AES in CFB mode", () => {
  it("comes back as it was, whatever its length and place in memory, in its own place too", () => {
    const cipher = cipherOf(openpgp.enums.symmetric.aes128)
    assert.isDefined(cipher)
    const key = randomBytes(cipher.octets)
    for (const length of [0, 1, 15, 16, 17, 32_767, 32_768, 32_769, 65_536, 100_003]) {
      const text = randomBytes(length)
      const sealed = Buffer.concat([Buffer.alloc(length % 4), encrypter(cipher, key).update(text)]).subarray(length % 4)
      const clear = Buffer.alloc(length)
      decrypter(cipher, key)(sealed, clear)
      assert.isTrue(text.equals(clear), String(length))
      const decrypt = decrypter(cipher, key)
      for (let at = 0; at < length; at += 48) decrypt(sealed.subarray(at, at + 48), sealed.subarray(at, at + 48))
      assert.isTrue(text.equals(sealed), String(length))
    }
  })
})
