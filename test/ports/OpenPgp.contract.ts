/** What every adapter of the OpenPgp port must do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"

const encoder = new TextEncoder()
const data = encoder.encode("Dear Bob,\r\n\r\nthe tea is ready.\r\n")

const keysOf = Effect.fnUntraced(function*(name: string) {
  const pgp = yield* OpenPgp
  return yield* pgp.generate({ name, email: `${name}@leap.test` }, { expiresInSeconds: undefined })
})

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => index === at ? byte ^ 1 : byte)

export const openPgpContract = (name: string, layer: Layer.Layer<OpenPgp>): void => {
  describe(`OpenPgp: ${name}`, () => {
    it.effect("inspects what it generated", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const facts = yield* pgp.inspect((yield* keysOf("alice")).certificate)
        assert.match(facts.fingerprint, /^[0-9A-F]{40}$/)
        assert.deepStrictEqual(facts.userIds, ["alice <alice@leap.test>"])
        assert.isTrue(facts.canEncrypt && facts.canSign && !facts.revoked)
        assert.strictEqual(facts.expiresAt, undefined)
        assert.include(facts.keyIds, facts.fingerprint.slice(-16))
      }).pipe(Effect.provide(layer)))

    it.effect("tells when a key expires", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const { certificate } = yield* pgp.generate({ name: "", email: "x@leap.test" }, { expiresInSeconds: 3600 })
        const facts = yield* pgp.inspect(certificate)
        assert.strictEqual(facts.expiresAt, facts.createdAt + 3_600_000)
      }).pipe(Effect.provide(layer)))

    it.effect("encrypts, signs, decrypts, verifies: the same bytes", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        const sealed = yield* pgp.encrypt({
          data,
          recipients: [bob.certificate, alice.certificate],
          signWith: alice.secretKey,
          anonymous: false
        })
        assert.isAtLeast(sealed[0] ?? 0, 0x80)
        const text = yield* pgp.armor("message", sealed)
        const armored = encoder.encode(text)
        assert.notInclude(text, "\r")
        assert.strictEqual(
          new TextDecoder().decode(yield* pgp.armored("message", sealed)),
          text.replaceAll("\n", "\r\n")
        )
        const facts = yield* pgp.inspect(alice.certificate)
        for (const form of [sealed, armored, yield* pgp.dearmor(armored)]) {
          for (const reader of [alice, bob]) {
            const opened = yield* pgp.decrypt({
              data: form,
              secretKeys: [reader.secretKey],
              verifyWith: [bob.certificate, alice.certificate]
            })
            assert.deepStrictEqual(Uint8Array.from(opened.data), data)
            assert.deepStrictEqual(opened.signatures.map((one) => [one.status, one.fingerprint]), [
              ["valid", facts.fingerprint]
            ])
          }
        }
      }).pipe(Effect.provide(layer)))

    it.effect("opens with an old key and hides recipients when told", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [older, newer] = [yield* keysOf("bob"), yield* keysOf("bob")]
        const sealed = yield* pgp.encrypt({
          data,
          recipients: [older.certificate],
          signWith: undefined,
          anonymous: true
        })
        const opened = yield* pgp.decrypt({
          data: sealed,
          secretKeys: [newer.secretKey, older.secretKey],
          verifyWith: []
        })
        assert.deepStrictEqual(Uint8Array.from(opened.data), data)
        assert.deepStrictEqual(opened.signatures, [])
      }).pipe(Effect.provide(layer)))

    it.effect("refuses changed, foreign and broken messages", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        const sealed = yield* pgp.encrypt({
          data,
          recipients: [bob.certificate],
          signWith: undefined,
          anonymous: false
        })
        const open = (bytes: Uint8Array, keys: typeof bob) =>
          Effect.flip(pgp.decrypt({ data: bytes, secretKeys: [keys.secretKey], verifyWith: [] }))
        for (
          const error of [
            yield* open(flipped(sealed, sealed.length - 3), bob),
            yield* open(sealed.subarray(0, sealed.length - 10), bob),
            yield* open(sealed, alice),
            yield* open(new Uint8Array(0), bob),
            yield* open(data, bob),
            yield* Effect.flip(
              pgp.encrypt({ data, recipients: [], signWith: undefined, anonymous: false })
            ),
            yield* Effect.flip(pgp.inspect(data))
          ]
        ) {
          assert.strictEqual(error._tag, "OpenPgpError")
          assert.notStrictEqual(error.reason, "")
        }
      }).pipe(Effect.provide(layer)))

    it.effect("detached signatures: valid, invalid, unknown", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        const signature = yield* pgp.sign(data, alice.secretKey)
        const status = (bytes: Uint8Array, verifyWith: ReadonlyArray<Uint8Array>) =>
          Effect.map(pgp.verify({ data: bytes, signature, verifyWith }), (all) => all.map((one) => one.status))
        assert.deepStrictEqual(yield* status(data, [bob.certificate, alice.certificate]), ["valid"])
        assert.deepStrictEqual(yield* status(flipped(data, 3), [alice.certificate]), ["invalid"])
        assert.deepStrictEqual(yield* status(data, [bob.certificate]), ["unknown"])
        const armored = encoder.encode(yield* pgp.armor("signature", signature))
        const [check] = yield* pgp.verify({
          data,
          signature: armored,
          verifyWith: [new Uint8Array(3), alice.certificate]
        })
        assert.strictEqual(check?.status, "valid")
        assert.match(check?.keyId ?? "", /^[0-9A-F]{16}$/)
      }).pipe(Effect.provide(layer)))

    it.effect("locks data with a passphrase", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const passphrase = Redacted.make("1742-0185-6197")
        const sealed = yield* pgp.encryptWithPassphrase(data, passphrase)
        for (const form of [sealed, encoder.encode(yield* pgp.armor("message", sealed))]) {
          assert.deepStrictEqual(Uint8Array.from(yield* pgp.decryptWithPassphrase(form, passphrase)), data)
        }
        const wrong = yield* Effect.flip(pgp.decryptWithPassphrase(sealed, Redacted.make("1742-0185-6198")))
        assert.strictEqual(wrong._tag, "OpenPgpError")
        const alice = yield* keysOf("alice")
        assert.deepStrictEqual(yield* pgp.unlocked(alice.secretKey, passphrase), alice.secretKey)
      }).pipe(Effect.provide(layer)))
  })
}
