/** What every adapter of the OpenPgp port must do. */
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, type Layer, Redacted } from "effect"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"

const encoder = new TextEncoder()
const data = encoder.encode("Dear Bob,\r\n\r\nthe tea is ready.\r\n")

const keysOf = Effect.fnUntraced(function*(name: string) {
  const pgp = yield* OpenPgp
  return yield* pgp.generate({ name, email: `${name}@leap.test` }, { expiresInSeconds: undefined })
})

/** The library reads the machine's clock; signatures made within one second are told apart by nobody. */
const laterBy = (millis: number) =>
  Effect.acquireRelease(
    Effect.sync(() => vi.useFakeTimers({ toFake: ["Date"], now: new Date().getTime() + millis })),
    () => Effect.sync(() => vi.useRealTimers())
  )

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
        const armored = encoder.encode(yield* pgp.armor("message", sealed))
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

    it.effect.each(["curve25519", "rsa4096", "v6"] as const)(
      "makes keys of %s, with a revocation",
      (algorithm) =>
        Effect.gen(function*() {
          const pgp = yield* OpenPgp
          const made = yield* pgp.generate({ name: "", email: "a@leap.test" }, { expiresInSeconds: 60, algorithm })
          const facts = yield* pgp.inspect(made.certificate)
          assert.match(facts.fingerprint, algorithm === "v6" ? /^[0-9A-F]{64}$/ : /^[0-9A-F]{40}$/)
          assert.isTrue(facts.canEncrypt && facts.canSign && !facts.revoked && !facts.compromised)
          assert.deepStrictEqual(yield* pgp.certificateOf(made.secretKey), made.certificate)
          const revoked = yield* pgp.inspect(yield* pgp.revoked(made.certificate, made.revocation))
          // It gives no reason, so the worst is to be thought.
          assert.isTrue(revoked.revoked && revoked.compromised && !revoked.canEncrypt)
          const sealed = yield* pgp.encrypt({
            data,
            recipients: [made.certificate],
            signWith: made.secretKey,
            anonymous: false
          })
          const opened = yield* pgp.decrypt({
            data: sealed,
            secretKeys: [made.secretKey],
            verifyWith: [made.certificate]
          })
          assert.deepStrictEqual(opened.signatures.map(({ status }) => status), ["valid"])
        }).pipe(Effect.provide(layer)),
      60_000
    )

    it.effect("revokes with a reason; only a hard one condemns what was signed before", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        for (const reason of ["superseded", "retired", "compromised", "unspecified"] as const) {
          const revocation = yield* pgp.revocation(alice.secretKey, reason)
          const facts = yield* pgp.inspect(yield* pgp.revoked(alice.certificate, revocation))
          assert.isTrue(facts.revoked)
          assert.strictEqual(facts.compromised, reason === "compromised" || reason === "unspecified")
          assert.strictEqual((yield* Effect.flip(pgp.revoked(bob.certificate, revocation)))._tag, "OpenPgpError")
        }
        assert.isFalse((yield* pgp.inspect(alice.certificate)).revoked)
      }).pipe(Effect.provide(layer)))

    it.effect("extends a key: the same one, with a later expiry, certifications kept", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        const { createdAt, fingerprint } = yield* pgp.inspect(alice.certificate)
        const later = createdAt + 400 * 24 * 3_600_000
        yield* laterBy(10_000)
        const once = yield* pgp.extend(alice.secretKey, later)
        const facts = yield* pgp.inspect(once.certificate)
        assert.strictEqual(facts.fingerprint, fingerprint)
        assert.strictEqual(facts.expiresAt, later)
        assert.isTrue(facts.canEncrypt)
        const certified = yield* pgp.certify(once.certificate, "alice@leap.test", bob.secretKey)
        const both = yield* pgp.merged(alice.certificate, certified)
        assert.strictEqual((yield* pgp.inspect(both)).expiresAt, later)
        assert.isTrue(yield* pgp.isCertified(both, "alice@leap.test", bob.certificate))
        assert.strictEqual((yield* Effect.flip(pgp.extend(alice.secretKey, createdAt)))._tag, "OpenPgpError")
      }).pipe(Effect.provide(layer)))

    it.effect("certifies one key by another, for one address, and believes nobody else", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [old, next, other] = [yield* keysOf("alice"), yield* keysOf("alice"), yield* keysOf("mallory")]
        const email = "alice@leap.test"
        const certified = yield* pgp.certify(next.certificate, email, old.secretKey)
        assert.isTrue(yield* pgp.isCertified(certified, "Alice@leap.test", old.certificate))
        assert.isFalse(yield* pgp.isCertified(next.certificate, email, old.certificate))
        assert.isFalse(yield* pgp.isCertified(certified, email, other.certificate))
        assert.isFalse(yield* pgp.isCertified(certified, "mallory@leap.test", old.certificate))
        // A key that others may hold vouches for nothing; one that was retired did while it was in use.
        const revokedFor = (reason: "compromised" | "retired") =>
          Effect.flatMap(pgp.revocation(old.secretKey, reason), (one) => pgp.revoked(old.certificate, one))
        assert.isFalse(yield* pgp.isCertified(certified, email, yield* revokedFor("compromised")))
        const error = yield* Effect.flip(pgp.certify(next.certificate, "bob@leap.test", old.secretKey))
        assert.strictEqual(error._tag, "OpenPgpError")
      }).pipe(Effect.provide(layer)))

    it.effect("merges what is known of one key, and of one only", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, bob] = [yield* keysOf("alice"), yield* keysOf("bob")]
        const revoked = yield* pgp.revoked(alice.certificate, alice.revocation)
        for (const [known, shown] of [[alice.certificate, revoked], [revoked, alice.certificate]] as const) {
          assert.isTrue((yield* pgp.inspect(yield* pgp.merged(known, shown))).revoked)
        }
        assert.strictEqual((yield* Effect.flip(pgp.merged(alice.certificate, bob.certificate)))._tag, "OpenPgpError")
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
