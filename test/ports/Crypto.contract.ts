/** What every Crypto adapter answers: published vectors, and refusal of whatever was changed. */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { Crypto } from "../../src/ports/Crypto.ts"

const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16))
const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const cryptoContract = (name: string, implementation: Layer.Layer<Crypto>) =>
  layer(implementation)(`Crypto: ${name}`, (it) => {
    it.effect("hashes (FIPS 180-4)", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        assert.strictEqual(
          toHex(yield* crypto.sha256(utf8("abc"))),
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
      }))

    it.effect("authenticates (RFC 4231 case 2)", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        assert.strictEqual(
          toHex(yield* crypto.hmacSha256(utf8("Jefe"), utf8("what do ya want for nothing?"))),
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
      }))

    it.effect("derives (RFC 5869 case 3)", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        const okm = yield* crypto.hkdfSha256(hex("0b".repeat(22)), "", 42)
        assert.strictEqual(
          toHex(okm),
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
      }))

    it.effect("seals (McGrew and Viega, AES-256 test case 16)", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        const key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        const nonce = hex("cafebabefacedbaddecaf888")
        const associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        const plain = hex(
          "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        const sealed = yield* crypto.aeadSeal(key, nonce, plain, associated)
        assert.strictEqual(
          toHex(sealed),
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b"
        )
        assert.deepStrictEqual(yield* crypto.aeadOpen(key, nonce, sealed, associated), new Uint8Array(plain))
      }))

    it.effect("opens nothing that was changed", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        const key = yield* crypto.randomBytes(32)
        const nonce = yield* crypto.randomBytes(12)
        const sealed = yield* crypto.aeadSeal(key, nonce, utf8("mail"), utf8("a"))
        for (let at = 0; at < sealed.length; at++) {
          const changed = sealed.slice()
          changed[at] = (changed[at] ?? 0) ^ 1
          const error = yield* Effect.flip(crypto.aeadOpen(key, nonce, changed, utf8("a")))
          assert.strictEqual(error._tag, "CryptoError")
        }
        for (const input of [sealed.subarray(0, 19), sealed.subarray(0, 3), new Uint8Array(0)]) {
          assert.strictEqual((yield* Effect.flip(crypto.aeadOpen(key, nonce, input, utf8("a"))))._tag, "CryptoError")
        }
        assert.strictEqual((yield* Effect.flip(crypto.aeadOpen(key, nonce, sealed, utf8("b"))))._tag, "CryptoError")
        const short = yield* Effect.flip(crypto.aeadSeal(key.subarray(1), nonce, sealed, utf8("b")))
        assert.strictEqual(short._tag, "CryptoError")
      }))

    it.effect("seals nothing, too", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        const sealed = yield* crypto.aeadSeal(new Uint8Array(32), new Uint8Array(12), new Uint8Array(0), utf8(""))
        assert.strictEqual(toHex(sealed), "530f8afbc74536b9a963b4f1c4cb738b")
        assert.strictEqual(
          (yield* crypto.aeadOpen(new Uint8Array(32), new Uint8Array(12), sealed, utf8(""))).length,
          0
        )
      }))

    it.effect("has random bytes, also many", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        const many = yield* crypto.randomBytes(200_000)
        assert.strictEqual(many.length, 200_000)
        assert.isTrue(many.subarray(199_968).some((byte) => byte !== 0))
        assert.notDeepEqual(yield* crypto.randomBytes(16), yield* crypto.randomBytes(16))
      }))

    it.effect("compares", () =>
      Effect.gen(function*() {
        const crypto = yield* Crypto
        assert.isTrue(yield* crypto.timingSafeEqual(utf8("same"), utf8("same")))
        assert.isFalse(yield* crypto.timingSafeEqual(utf8("same"), utf8("sane")))
        assert.isFalse(yield* crypto.timingSafeEqual(utf8("same"), utf8("sam")))
      }))
  })
