import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Option, Redacted, Ref, Stream } from "effect"
import { TestClock } from "effect/testing"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as KeyStoreMemory from "../../../src/adapters/memory/KeyStoreMemory.ts"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { announce } from "../../../src/domain/keys/Changes.ts"
import { compared, confirmed, imported, rejected } from "../../../src/domain/keys/Decide.ts"
import { keyboxCertificates } from "../../../src/domain/keys/Keybox.ts"
import { learn } from "../../../src/domain/keys/Learn.ts"
import { makeMissing, publish, renew, revoked, rotate } from "../../../src/domain/keys/OwnKeys.ts"
import { isDue } from "../../../src/domain/keys/Renewal.ts"
import { setupContent } from "../../../src/domain/keys/SetupMessage.ts"
import { importSecretKey, makeSetup, readSetup } from "../../../src/domain/keys/Transfer.ts"
import { INBOX } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { headerFields, unfold } from "../../../src/domain/message/Header.ts"
import { KeyDirectory } from "../../../src/ports/KeyDirectory.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const alice = Address.make("alice@leap.test")
const bob = Address.make("bob@leap.test")
const device = Layer.mergeAll(KeyStoreMemory.layer, MailStoreMemory.layer, OpenPgpJs.layer, NodeCrypto.layer)
const DAY = 24 * 3600_000
const data = new TextEncoder().encode("hello")

const encryptTo = (certificate: Uint8Array) =>
  Effect.flatMap(
    OpenPgp,
    (pgp) => pgp.encrypt({ data, recipients: [certificate], signWith: undefined, anonymous: false })
  )

describe("OwnKeys", () => {
  it.live("are made once, for the address, with a year to live and a revocation", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const made = yield* makeMissing(alice)
      const facts = yield* pgp.inspect(made.certificate)
      assert.deepStrictEqual(facts.userIds, ["<alice@leap.test>"])
      assert.isTrue(facts.canEncrypt && facts.canSign && !facts.revoked)
      assert.strictEqual((facts.expiresAt ?? 0) - facts.createdAt, 365 * DAY)
      assert.deepStrictEqual(yield* makeMissing(alice), made)
      assert.deepStrictEqual((yield* (yield* KeyStore).own)?.certificate, made.certificate)
      assert.isTrue((yield* pgp.inspect(yield* revoked(made))).revoked)
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.live("are published where the directory has none or others, and only there", () =>
    Effect.gen(function*() {
      const shown = yield* Ref.make<Option.Option<Uint8Array>>(Option.none())
      const published = yield* Ref.make(0)
      const directory = KeyDirectory.of({
        lookup: () => Effect.map(Ref.get(shown), Option.getOrUndefined),
        publish: (certificate) =>
          Effect.andThen(Ref.set(shown, Option.some(certificate)), Ref.update(published, (count) => count + 1))
      })
      const own = yield* makeMissing(alice)
      const tell = publish(own).pipe(Effect.provideService(KeyDirectory, directory))
      yield* tell
      yield* tell
      assert.strictEqual(yield* Ref.get(published), 1)
      yield* Ref.set(shown, Option.some(own.certificate.toReversed()))
      yield* tell
      assert.strictEqual(yield* Ref.get(published), 2)
      assert.deepStrictEqual(Option.getOrUndefined(yield* Ref.get(shown)), own.certificate)
    }).pipe(Effect.provide(Layer.fresh(device))))

  it("are due for another year when less than sixty days are left, or none", () => {
    const table = [[undefined, false], [61 * DAY, false], [60 * DAY, false], [60 * DAY - 1, true], [
      -DAY,
      true
    ]] as const
    for (const [left, expected] of table) {
      assert.strictEqual(isDue(left === undefined ? left : 1000 + left, 1000), expected)
    }
  })

  it.effect("live on: renewed under sixty days, after expiry too; old mail opens", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_700_000_000_000)
      const pgp = yield* OpenPgp
      const own = yield* makeMissing(alice)
      const letter = yield* encryptTo(own.certificate)
      yield* TestClock.adjust("300 days")
      assert.strictEqual(yield* renew(own), own)
      for (const wait of ["10 days", "400 days"] as const) {
        yield* TestClock.adjust(wait)
        const before = (yield* (yield* KeyStore).own)!
        const renewed = yield* renew(before)
        const facts = yield* pgp.inspect(renewed.certificate)
        assert.strictEqual(facts.expiresAt, (yield* Clock.currentTimeMillis) + 365 * DAY)
        assert.isTrue(facts.canEncrypt)
        assert.strictEqual(facts.fingerprint, (yield* pgp.inspect(own.certificate)).fingerprint)
        assert.lengthOf(renewed.secretKeys, 1)
        const opened = yield* pgp.decrypt({ data: letter, secretKeys: renewed.secretKeys, verifyWith: [] })
        assert.deepStrictEqual(Uint8Array.from(opened.data), data)
      }
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.effect("are replaced by a key that the old one certifies, which correspondents take; old mail opens", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_700_000_000_000)
      const pgp = yield* OpenPgp
      const own = yield* makeMissing(alice)
      const letter = yield* encryptTo(own.certificate)
      yield* TestClock.adjust("1 day")
      const rotated = yield* rotate(own)
      assert.isTrue(yield* pgp.isCertified(rotated.certificate, alice, own.certificate))
      assert.lengthOf(rotated.secretKeys, 2)
      const opened = yield* pgp.decrypt({ data: letter, secretKeys: rotated.secretKeys, verifyWith: [] })
      assert.deepStrictEqual(Uint8Array.from(opened.data), data)
      // Each key has its own revocation.
      assert.isTrue((yield* pgp.inspect(yield* revoked(rotated))).revoked)
      assert.isTrue((yield* pgp.inspect(yield* revoked({ ...rotated, certificate: own.certificate }))).revoked)
      yield* Effect.gen(function*() {
        yield* learn({ address: alice, certificate: own.certificate, level: 1, source: "provider" })
        const taken = yield* learn({ address: alice, certificate: rotated.certificate, level: 0, source: "mail" })
        assert.strictEqual(taken?.fingerprint, (yield* pgp.inspect(rotated.certificate)).fingerprint)
      }).pipe(Effect.provide(Layer.fresh(KeyStoreMemory.layer)))
    }).pipe(Effect.provide(Layer.fresh(device))))
})

describe("an Autocrypt Setup Message", () => {
  it.effect("brings the key to another program, with its code only", () =>
    Effect.gen(function*() {
      const own = yield* makeMissing(alice)
      const { bytes, code } = yield* makeSetup(own)
      assert.match(Redacted.value(code), /^(\d{4}-){8}\d{4}$/)
      const fields = headerFields(bytes, 0, bytes.length)
      const value = (name: string) => fields.filter((one) => one.name === name).map((one) => unfold(bytes, one))
      assert.deepStrictEqual(value("autocrypt-setup-message"), ["v1"])
      assert.deepStrictEqual(value("subject"), ["Autocrypt Setup Message"])
      assert.notInclude(new TextDecoder().decode(bytes), Redacted.value(code))
      const armor = new TextDecoder().decode(setupContent(bytes))
      assert.include(armor, "Passphrase-Format: numeric9x4")
      assert.include(armor, `Passphrase-Begin: ${Redacted.value(code).slice(0, 2)}`)

      const elsewhere = Effect.provide(Layer.fresh(KeyStoreMemory.layer))
      yield* elsewhere(Effect.gen(function*() {
        const wrong = yield* Effect.flip(readSetup(alice, bytes, Redacted.make("1".repeat(36)), "current"))
        assert.strictEqual(wrong._tag, "OpenPgpError")
        assert.isUndefined(yield* (yield* KeyStore).own)
        const typed = Redacted.make(Redacted.value(code).replaceAll("-", " "))
        yield* readSetup(alice, bytes, typed, "current")
        assert.deepStrictEqual((yield* (yield* KeyStore).own)?.certificate, own.certificate)
        const other = yield* Effect.flip(readSetup(bob, bytes, typed, "current"))
        assert.strictEqual(other._tag === "KeyNotTaken" ? other.reason : "", "otherAddress")
        const none = yield* Effect.flip(readSetup(alice, new TextEncoder().encode("A: b\r\n\r\nhi"), typed, "current"))
        assert.strictEqual(none._tag === "KeyNotTaken" ? none.reason : "", "noSetupMessage")
      }))
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.effect("or another's key beside one's own, to read old mail or to go on with", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const own = yield* makeMissing(alice)
      const brought = yield* pgp.generate({ name: "Alice", email: alice }, { expiresInSeconds: undefined })
      const file = new TextEncoder().encode(yield* pgp.armor("secret key", Redacted.value(brought.secretKey)))
      const letter = yield* encryptTo(brought.certificate)
      const none = Redacted.make("")
      yield* importSecretKey(alice, file, none, "older")
      const store = yield* KeyStore
      const older = (yield* store.own)!
      assert.deepStrictEqual(older.certificate, own.certificate)
      yield* pgp.decrypt({ data: letter, secretKeys: older.secretKeys, verifyWith: [] })
      yield* importSecretKey(alice, file, none, "current")
      const current = (yield* store.own)!
      assert.deepStrictEqual(current.certificate, brought.certificate)
      assert.lengthOf(current.secretKeys, 2)
    }).pipe(Effect.provide(Layer.fresh(device))))
})

describe("what a person decides", () => {
  const show = Effect.fnUntraced(function*(level: 0 | 1) {
    const pgp = yield* OpenPgp
    const { certificate } = yield* pgp.generate({ name: "", email: bob }, { expiresInSeconds: 1000 })
    yield* learn({ address: bob, certificate, level, source: level === 1 ? "wkd" : "mail" })
    return (yield* pgp.inspect(certificate)).fingerprint
  })
  const bound = Effect.flatMap(KeyStore, (store) => store.binding(bob))

  it.effect("another key is told once, in the mailbox; its fingerprint compared, it is taken", () =>
    Effect.gen(function*() {
      yield* makeMissing(alice)
      const first = yield* show(1)
      const second = yield* show(0)
      yield* announce()
      yield* announce()
      const mail = yield* MailStore
      const { id } = yield* mail.mailbox(INBOX)
      const told = yield* Stream.runCollect(mail.fetch(id, UidSet.all, { bytes: true }))
      const [notice, ...more] = told.map(({ bytes }) => new TextDecoder().decode(bytes))
      assert.lengthOf(more, 0)
      for (const fingerprint of [first, second]) {
        assert.include(notice?.replaceAll(" ", ""), fingerprint)
      }
      assert.strictEqual((yield* bound)?.fingerprint, first)
      const wrong = yield* Effect.flip(compared(bob, "AB".repeat(20)))
      assert.strictEqual(wrong._tag, "NoSuchKey")
      const written = second.toLowerCase().replaceAll(/(.{4})/g, "$1 ")
      yield* compared(bob, written)
      assert.deepStrictEqual([(yield* bound)?.fingerprint, (yield* bound)?.level], [second, 7])
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.effect("a key in use is confirmed; one that is rejected is kept and never told", () =>
    Effect.gen(function*() {
      yield* makeMissing(alice)
      assert.strictEqual((yield* Effect.flip(confirmed(bob)))._tag, "NoSuchKey")
      yield* show(1)
      assert.strictEqual((yield* confirmed(bob))?.level, 6)
      const second = yield* show(0)
      yield* rejected(bob, second)
      yield* announce()
      const mail = yield* MailStore
      const { id } = yield* mail.mailbox(INBOX)
      assert.lengthOf(yield* Stream.runCollect(mail.fetch(id, UidSet.all, {})), 0)
      const store = yield* KeyStore
      assert.deepStrictEqual((yield* store.candidates(bob)).map(({ state }) => state), ["rejected"])
    }).pipe(Effect.provide(Layer.fresh(device))))

  it.effect("a file of certificates is imported, armored or binary", () =>
    Effect.gen(function*() {
      const pgp = yield* OpenPgp
      const one = yield* pgp.generate({ name: "Bob", email: bob }, { expiresInSeconds: undefined })
      const two = yield* pgp.generate({ name: "", email: "cy@leap.test" }, { expiresInSeconds: undefined })
      const both = new Uint8Array([...one.certificate, ...two.certificate])
      const taken = yield* imported(new TextEncoder().encode(yield* pgp.armor("public key", both)))
      assert.deepStrictEqual(taken.map(({ address, isBound }) => [address, isBound]), [
        [bob, true],
        ["cy@leap.test", true]
      ])
      assert.strictEqual((yield* bound)?.level, 6)
      assert.strictEqual((yield* Effect.flip(imported(two.certificate, bob)))._tag, "NoSuchKey")
    }).pipe(Effect.provide(Layer.fresh(device))))
})

const hasGpg = spawnSync("gpg", ["--version"]).status === 0

/** A folder of its own, with the agent that gpg starts for it. */
const gnupg = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "leap-keys-"))),
  (home) =>
    Effect.sync(() => {
      spawnSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" })
      rmSync(home, { recursive: true, force: true })
    })
)

describe("a GnuPG keyring", () => {
  it.effect.skipIf(!hasGpg)("gives its certificates (needs gpg)", () =>
    Effect.gen(function*() {
      const home = yield* gnupg
      for (const name of ["one", "two"]) {
        const made = ["--passphrase", "", "--quick-generate-key", `${name}@leap.test`, "default", "default", "never"]
        execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", ...made], { stdio: "pipe" })
      }
      yield* TestClock.setTime(statSync(join(home, "pubring.kbx")).mtimeMs + 1000)
      const box = Uint8Array.from(readFileSync(join(home, "pubring.kbx")))
      const taken = yield* imported(box)
      assert.deepStrictEqual(taken.map(({ address, isBound }) => [address, isBound]), [
        ["one@leap.test", true],
        ["two@leap.test", true]
      ])
      assert.lengthOf(keyboxCertificates(box.subarray(0, 40)), 0)
      assert.strictEqual((yield* Effect.flip(imported(box.subarray(0, 40))))._tag, "NoSuchKey")
    }).pipe(Effect.provide(Layer.fresh(device))))
})
