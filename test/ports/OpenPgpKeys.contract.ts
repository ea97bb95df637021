/** What every adapter of the OpenPgp port must do with keys and certificates. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer } from "effect"
import { TestClock } from "effect/testing"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"

const encoder = new TextEncoder()
const data = encoder.encode("Dear Bob,\r\n\r\nthe tea is ready.\r\n")
const DAY = 24 * 3600 * 1000
const YEAR_SECONDS = 365 * 24 * 3600

const generate = Effect.fnUntraced(function*(name: string, expiresInSeconds?: number) {
  const pgp = yield* OpenPgp
  return yield* pgp.generate({ name, email: `${name}@leap.test` }, { expiresInSeconds })
})

const encryptTo = Effect.fnUntraced(function*(certificate: Uint8Array) {
  const pgp = yield* OpenPgp
  return yield* pgp.encrypt({ data, recipients: [certificate], signWith: undefined, anonymous: false })
})

export const openPgpKeysContract = (name: string, layer: Layer.Layer<OpenPgp>): void => {
  describe(`OpenPgp keys: ${name}`, () => {
    it.effect("each algorithm makes a key that encrypts and signs", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const table = [
          ["curve25519", 4, /^[0-9A-F]{40}$/, ["Ed25519", "X25519"], false],
          ["rsa4096", 4, /^[0-9A-F]{40}$/, ["RSA 4096", "RSA 4096"], false],
          ["v6", 6, /^[0-9A-F]{64}$/, ["Ed25519", "X25519"], true]
        ] as const
        for (const [algorithm, version, fingerprint, algorithms, readsSeipdV2] of table) {
          const userId = { name: "Alice", email: "alice@leap.test" }
          const made = yield* pgp.generate(userId, { expiresInSeconds: YEAR_SECONDS, algorithm })
          const facts = yield* pgp.inspect(made.certificate)
          assert.match(facts.fingerprint, fingerprint)
          assert.strictEqual(facts.version, version)
          assert.deepStrictEqual(facts.userIds, ["Alice <alice@leap.test>"])
          assert.deepStrictEqual(facts.keys.map((key) => key.algorithm), [...algorithms])
          assert.deepStrictEqual(
            facts.keys.map(({ canCertify, canEncrypt, canSign }) => [
              canCertify,
              canSign,
              canEncrypt
            ]),
            [[true, true, false], [false, false, true]]
          )
          assert.deepStrictEqual(facts.keys.map(({ expiresAt }) => expiresAt), [
            YEAR_SECONDS * 1000,
            YEAR_SECONDS * 1000
          ])
          assert.strictEqual(facts.readsSeipdV2, readsSeipdV2)
          assert.isTrue(facts.canEncrypt && facts.canSign && !facts.revoked && !facts.compromised)
          assert.deepStrictEqual(yield* pgp.certificateOf(made.secretKey), made.certificate)
          const signed = yield* pgp.encrypt({
            data,
            recipients: [made.certificate],
            signWith: made.secretKey,
            anonymous: false
          })
          const opened = yield* pgp.decrypt({
            data: signed,
            secretKeys: [made.secretKey],
            verifyWith: [made.certificate]
          })
          assert.deepStrictEqual(Uint8Array.from(opened.data), data)
          assert.deepStrictEqual(opened.signatures.map(({ status }) => status), ["valid"])
        }
      }).pipe(Effect.provide(layer)))

    it.effect("an expired key encrypts nothing until it is extended; what it signed stays good", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        yield* TestClock.setTime(100 * DAY)
        for (const algorithm of ["curve25519", "v6"] as const) {
          const alice = yield* pgp.generate(
            { name: "", email: "alice@leap.test" },
            { expiresInSeconds: 30 * DAY / 1000, algorithm }
          )
          const signature = yield* pgp.sign(data, alice.secretKey)
          yield* TestClock.adjust("31 days")
          const expired = yield* pgp.inspect(alice.certificate)
          assert.strictEqual(expired.unfit, "the key has expired")
          assert.isFalse(expired.canEncrypt || expired.canSign)
          assert.deepStrictEqual(expired.userIds, ["<alice@leap.test>"])
          const before = yield* pgp.inspect(alice.certificate, expired.createdAt + DAY)
          assert.isTrue(before.canEncrypt && before.canSign)
          const refused = yield* Effect.flip(encryptTo(alice.certificate))
          assert.include(refused.reason, "alice@leap.test")
          assert.include(refused.reason, "expired")

          const expiresAt = expired.createdAt + 365 * DAY
          const extended = yield* pgp.extend(alice.secretKey, expiresAt)
          const facts = yield* pgp.inspect(extended.certificate)
          assert.strictEqual(facts.fingerprint, expired.fingerprint)
          assert.deepStrictEqual(facts.keys.map((key) => key.expiresAt), [expiresAt, expiresAt])
          assert.strictEqual(facts.readsSeipdV2, expired.readsSeipdV2)
          const opened = yield* pgp.decrypt({
            data: yield* encryptTo(extended.certificate),
            secretKeys: [extended.secretKey],
            verifyWith: []
          })
          assert.deepStrictEqual(Uint8Array.from(opened.data), data)
          // What was signed before is judged by what held then.
          for (const certificate of [alice.certificate, extended.certificate]) {
            const [check] = yield* pgp.verify({ data, signature, verifyWith: [certificate] })
            assert.strictEqual(check?.status, "valid")
            assert.strictEqual(check?.keyNow, certificate === alice.certificate ? "expired" : "good")
          }
          yield* TestClock.adjust("1 day")
          const again = yield* pgp.extend(extended.secretKey, undefined)
          assert.strictEqual((yield* pgp.inspect(again.certificate)).expiresAt, undefined)
          assert.strictEqual((yield* Effect.flip(pgp.extend(alice.secretKey, DAY)))._tag, "OpenPgpError")
        }
      }).pipe(Effect.provide(layer)))

    it.effect("a hard revocation unmakes a key, a soft one ends it", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        yield* TestClock.setTime(100 * DAY)
        const [alice, bob] = [yield* generate("alice"), yield* generate("bob")]
        const signature = yield* pgp.sign(data, alice.secretKey)
        yield* TestClock.adjust("1 day")
        for (const reason of ["superseded", "retired", "compromised", "unspecified"] as const) {
          const isHard = reason === "compromised" || reason === "unspecified"
          const revocation = yield* pgp.revocation(alice.secretKey, reason)
          const revoked = yield* pgp.revoked(alice.certificate, revocation)
          const facts = yield* pgp.inspect(revoked)
          assert.deepStrictEqual(facts.revocation, { reason, text: "", at: 101 * DAY })
          assert.strictEqual(facts.compromised, isHard)
          assert.isTrue(facts.revoked && !facts.canEncrypt && !facts.canSign)
          assert.include((yield* Effect.flip(encryptTo(revoked))).reason, "revoked")
          assert.strictEqual((yield* pgp.inspect(revoked, 100 * DAY)).revoked, isHard)
          const [check] = yield* pgp.verify({ data, signature, verifyWith: [revoked] })
          assert.strictEqual(check?.status, isHard ? "invalid" : "valid")
          assert.strictEqual(check?.keyNow, "revoked")
          assert.include((yield* Effect.flip(pgp.revoked(bob.certificate, revocation))).reason, "another key")
        }
        // The one made with the key gives no reason, so the worst is to be thought.
        const lost = yield* pgp.inspect(yield* pgp.revoked(alice.certificate, alice.revocation))
        assert.isTrue(lost.revoked && lost.compromised)
        assert.isFalse((yield* pgp.inspect(alice.certificate)).revoked)
      }).pipe(Effect.provide(layer)))

    it.effect("certifies one key by another, for one address, and believes nobody else", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        yield* TestClock.setTime(100 * DAY)
        const email = "alice@leap.test"
        const [alice, other] = [yield* generate("alice"), yield* generate("carol")]
        const by = yield* generate("bob", 30 * DAY / 1000)
        const certified = yield* pgp.certify(alice.certificate, email, by.secretKey)
        assert.isTrue(yield* pgp.isCertified(certified, "Alice@leap.test", by.certificate))
        assert.isFalse(yield* pgp.isCertified(alice.certificate, email, by.certificate))
        assert.isFalse(yield* pgp.isCertified(certified, email, other.certificate))
        assert.isFalse(yield* pgp.isCertified(certified, "carol@leap.test", by.certificate))
        // It is part of the certificate, and comes along when versions are merged.
        const merged = yield* pgp.merged(alice.certificate, certified)
        assert.isTrue(yield* pgp.isCertified(merged, email, by.certificate))
        // What a key said while it was good stays said when it has ended; a key that others may hold never said anything.
        yield* TestClock.adjust("40 days")
        assert.isTrue(yield* pgp.isCertified(certified, email, by.certificate))
        const revokedFor = (reason: "compromised" | "retired") =>
          Effect.flatMap(pgp.revocation(by.secretKey, reason), (one) => pgp.revoked(by.certificate, one))
        assert.isTrue(yield* pgp.isCertified(certified, email, yield* revokedFor("retired")))
        assert.isFalse(yield* pgp.isCertified(certified, email, yield* revokedFor("compromised")))
        assert.include((yield* Effect.flip(pgp.certify(alice.certificate, email, by.secretKey))).reason, "expired")
        const missing = yield* Effect.flip(pgp.certify(alice.certificate, "mallory@leap.test", other.secretKey))
        assert.include(missing.reason, "mallory@leap.test")
      }).pipe(Effect.provide(layer)))

    it.effect("merges: all that the key itself says of either version, in any order", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        yield* TestClock.setTime(100 * DAY)
        const [alice, bob] = [yield* generate("alice", 30 * DAY / 1000), yield* generate("bob")]
        yield* TestClock.adjust("1 day")
        const { certificate: extended } = yield* pgp.extend(alice.secretKey, 500 * DAY)
        const revoked = yield* pgp.revoked(alice.certificate, alice.revocation)
        for (const [a, b] of [[alice.certificate, extended], [extended, alice.certificate]] as const) {
          const merged = yield* pgp.merged(a, b)
          assert.strictEqual((yield* pgp.inspect(merged)).expiresAt, 500 * DAY)
          // The longer one has all of the shorter: it comes back as it is.
          assert.deepStrictEqual(yield* pgp.merged(merged, alice.certificate), merged)
        }
        for (const [a, b] of [[extended, revoked], [revoked, extended]] as const) {
          const facts = yield* pgp.inspect(yield* pgp.merged(a, b))
          assert.isTrue(facts.revoked)
          assert.strictEqual(facts.expiresAt, 500 * DAY)
        }
        assert.include((yield* Effect.flip(pgp.merged(alice.certificate, bob.certificate))).reason, "different keys")
      }).pipe(Effect.provide(layer)))

    it.effect("takes nothing from a certificate that its primary key did not sign", () =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const [alice, mallory] = [yield* generate("alice"), yield* generate("mallory")]
        // Mallory's user id and subkey, with their signatures, behind alice's key.
        const forged = Uint8Array.from([...alice.certificate, ...afterPrimary(mallory.certificate)])
        const facts = yield* pgp.inspect(forged)
        assert.deepStrictEqual(facts.userIds, ["alice <alice@leap.test>"])
        assert.strictEqual(facts.keyIds.length, 2)
        assert.deepStrictEqual(yield* pgp.merged(alice.certificate, forged), alice.certificate)
        const opened = yield* pgp.decrypt({
          data: yield* encryptTo(forged),
          secretKeys: [alice.secretKey],
          verifyWith: []
        })
        assert.deepStrictEqual(Uint8Array.from(opened.data), data)
      }).pipe(Effect.provide(layer)))
  })
}

/** What follows the first packet (new format, one or two octets of length, RFC 9580 §4.2.1). */
const afterPrimary = (certificate: Uint8Array): Uint8Array => {
  const [, first = 0, second = 0] = certificate
  return certificate.subarray(first < 192 ? 2 + first : 3 + (first - 192) * 256 + 192 + second)
}
