import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as KeyStoreMemory from "../../../src/adapters/memory/KeyStoreMemory.ts"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address, canonical } from "../../../src/domain/account/Address.ts"
import type { Directory } from "../../../src/domain/keys/BindingSource.ts"
import { bindingFor, find } from "../../../src/domain/keys/Discovery.ts"
import { learn } from "../../../src/domain/keys/Learn.ts"
import { makeMissing } from "../../../src/domain/keys/OwnKeys.ts"
import { search } from "../../../src/domain/keys/Search.ts"
import { keyUrl, noteGossip, notePeer, noteUse } from "../../../src/domain/keys/Seen.ts"
import { levelOf } from "../../../src/domain/keys/ValidationLevel.ts"
import { KeyDirectory } from "../../../src/ports/KeyDirectory.ts"
import { type KeySource, KeySourceError, KeySources, type KeySourcesShape } from "../../../src/ports/KeySources.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"

const ann = Address.make("ann@leap.test")
const colleague = Address.make("cy@leap.test")
const bob = Address.make("bob@elsewhere.net")
const DAY = 24 * 3600_000
const YEAR_SECONDS = 365 * 24 * 3600

const keyOf = (address: string, expiresInSeconds: number | undefined = YEAR_SECONDS) =>
  Effect.flatMap(OpenPgp, (pgp) => pgp.generate({ name: "", email: address }, { expiresInSeconds }))

const fingerprintOf = (certificate: Uint8Array) =>
  Effect.flatMap(OpenPgp, (pgp) => Effect.map(pgp.inspect(certificate), ({ fingerprint }) => fingerprint))

type Answers = Map<string, Uint8Array | "fails" | "hangs">

/** Directories whose answers a test sets, and what they were asked. */
const makeWorld = (introducers: ReadonlyArray<Address> = []) => {
  const asked: Array<string> = []
  const answers: Answers = new Map()
  const ask = (directory: Directory, address: Address) =>
    Effect.suspend(() => {
      asked.push(`${directory} ${address}`)
      const answer = answers.get(`${directory} ${canonical(address)}`)
      if (answer === "hangs") return Effect.never
      return answer === "fails"
        ? Effect.fail(new KeySourceError({ cause: "down" }))
        : Effect.succeed(answer)
    })
  const source = (directory: KeySource["directory"]): KeySource => ({
    directory,
    lookup: (address) => ask(directory, address)
  })
  const sources: KeySourcesShape = {
    directories: [source("wkd"), source("vks"), source("hkps")],
    fetch: undefined,
    introducers
  }
  const directory = KeyDirectory.of({
    lookup: (address) => Effect.orDie(ask("provider", address)),
    publish: () => Effect.void
  })
  const layer = Layer.mergeAll(
    KeyStoreMemory.layer,
    OpenPgpJs.layer,
    Layer.succeed(KeyDirectory, directory),
    Layer.succeed(KeySources, sources)
  )
  return { asked, answers, layer }
}

const own = makeMissing(ann)
const soon = Effect.map(Clock.currentTimeMillis, (now) => now + 5000)
const findNow = (address: Address) =>
  Effect.gen(function*() {
    return yield* find(yield* own, address, yield* soon)
  })
const bound = (address: Address) => Effect.flatMap(KeyStore, (store) => store.binding(address))
const candidates = (address: Address) => Effect.flatMap(KeyStore, (store) => store.candidates(address))

/** Each in a world of its own. */
const within = <A, E>(
  body: (
    world: ReturnType<typeof makeWorld>
  ) => Effect.Effect<A, E, KeyStore | KeyDirectory | OpenPgp>,
  introducers?: ReadonlyArray<Address>
) =>
() => {
  const world = makeWorld(introducers)
  return Effect.gen(function*() {
    yield* TestClock.setTime(1_700_000_000_000)
    return yield* body(world)
  }).pipe(Effect.provide(Layer.fresh(world.layer)))
}

describe("discovery", () => {
  it.effect(
    "asks the provider for its own people only, and others in order until one knows",
    within(({ answers, asked }) =>
      Effect.gen(function*() {
        const { certificate } = yield* keyOf(bob)
        answers.set(`vks ${bob}`, certificate)
        const found = yield* findNow(bob)
        assert.deepStrictEqual(asked, [`wkd ${bob}`, `vks ${bob}`])
        assert.strictEqual(found._tag, "Usable")
        assert.strictEqual((yield* bound(bob))?.level, 0)
        asked.length = 0
        assert.deepStrictEqual(yield* findNow(colleague), { _tag: "None" })
        // leap.test is nobody's on the public network.
        assert.deepStrictEqual(asked, [`provider ${colleague}`])
        assert.deepStrictEqual((yield* findNow(ann))._tag, "Usable")
        assert.strictEqual(asked.length, 1)
      })
    )
  )

  it.effect(
    "sets the level by who shows it: the domain 1, the domain and a verifying server 4, nobody who verifies 0",
    within(({ answers }) =>
      Effect.gen(function*() {
        const { certificate } = yield* keyOf(bob)
        answers.set(`hkps ${bob}`, certificate)
        yield* findNow(bob)
        assert.strictEqual((yield* bound(bob))?.level, 0)
        answers.set(`wkd ${bob}`, certificate)
        yield* TestClock.adjust("2 days")
        yield* search(yield* own, bob, { all: true })
        assert.strictEqual((yield* bound(bob))?.level, 1)
        answers.set(`vks ${bob}`, certificate)
        yield* TestClock.adjust("2 days")
        yield* search(yield* own, bob, { all: true })
        assert.strictEqual((yield* bound(bob))?.level, 4)
        for (let week = 0; week < 10; week++) {
          yield* TestClock.adjust("8 days")
          yield* search(yield* own, bob, { all: true })
        }
        assert.strictEqual((yield* bound(bob))?.level, 5)
      })
    )
  )

  it.effect(
    "does not ask again while an answer holds, a negative one too; a failure is forgotten soon",
    within(({ answers, asked }) =>
      Effect.gen(function*() {
        answers.set(`wkd ${bob}`, "fails")
        yield* findNow(bob)
        yield* findNow(bob)
        assert.deepStrictEqual(asked, [`wkd ${bob}`, `vks ${bob}`, `hkps ${bob}`])
        asked.length = 0
        yield* TestClock.adjust("61 minutes")
        yield* findNow(bob)
        assert.deepStrictEqual(asked, [`wkd ${bob}`])
        asked.length = 0
        yield* TestClock.adjust("25 hours")
        answers.set(`wkd ${bob}`, (yield* keyOf(bob)).certificate)
        assert.strictEqual((yield* findNow(bob))._tag, "Usable")
        assert.deepStrictEqual(asked, [`wkd ${bob}`])
      })
    )
  )

  it.effect(
    "never waits longer than five seconds, though all hang, for however many recipients",
    within(({ answers }) =>
      Effect.gen(function*() {
        const keys = yield* own
        const many = Array.from({ length: 20 }, (_, index) => Address.make(`p${index}@elsewhere.net`))
        for (const address of many) {
          for (const directory of ["wkd", "vks", "hkps"]) answers.set(`${directory} ${address}`, "hangs")
        }
        const start = yield* Clock.currentTimeMillis
        const fiber = yield* Effect.forkChild(
          Effect.forEach(many, (address) => find(keys, address, start + 5000), { concurrency: 4 })
        )
        yield* TestClock.adjust("5 seconds")
        const found = yield* Fiber.join(fiber)
        assert.isTrue(found.every(({ _tag }) => _tag === "None"))
        assert.strictEqual(yield* Clock.currentTimeMillis, start + 5000)
      })
    )
  )

  it.effect(
    "takes from directories only certificates of the address itself, and of several the one that is fit",
    within(({ answers }) =>
      Effect.gen(function*() {
        answers.set(`wkd ${bob}`, (yield* keyOf("mallory@elsewhere.net")).certificate)
        answers.set(`vks ${bob}`, new TextEncoder().encode("<html>no such key</html>"))
        assert.deepStrictEqual(yield* findNow(bob), { _tag: "None" })
        yield* TestClock.adjust("8 days")
        const pgp = yield* OpenPgp
        const old = yield* keyOf(bob)
        const revoked = yield* pgp.revoked(old.certificate, old.revocation)
        const { certificate } = yield* keyOf(bob)
        answers.set(`wkd ${bob}`, new Uint8Array([...revoked, ...certificate]))
        const found = yield* findNow(bob)
        assert.strictEqual(found._tag === "Usable" ? found.fingerprint : "", yield* fingerprintOf(certificate))
      })
    )
  )

  it.effect(
    "a revocation that is shown ends the certificate, and the new one takes its place",
    within(({ answers }) =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const old = yield* keyOf(bob)
        answers.set(`wkd ${bob}`, old.certificate)
        yield* findNow(bob)
        yield* noteUse(bob, yield* fingerprintOf(old.certificate), "encrypt")
        yield* noteUse(bob, yield* fingerprintOf(old.certificate), "verify")
        const revoked = yield* pgp.revoked(old.certificate, old.revocation)
        yield* learn({ address: bob, certificate: revoked, level: 0, source: "mail" })
        assert.strictEqual((yield* findNow(bob))._tag, "Unfit")
        // An old copy without the revocation does not bring it back.
        yield* learn({ address: bob, certificate: old.certificate, level: 1, source: "wkd" })
        assert.strictEqual((yield* findNow(bob))._tag, "Unfit")
        const fresh = yield* keyOf(bob)
        answers.set(`wkd ${bob}`, fresh.certificate)
        yield* TestClock.adjust("8 days")
        const found = yield* findNow(bob)
        assert.strictEqual(found._tag === "Usable" ? found.fingerprint : "", yield* fingerprintOf(fresh.certificate))
      })
    )
  )

  it.effect(
    "an expired certificate encrypts nothing until it is seen extended",
    within(() =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const made = yield* keyOf(bob, 10 * DAY / 1000)
        yield* learn({ address: bob, certificate: made.certificate, level: 0, source: "mail" })
        yield* TestClock.adjust("11 days")
        const unfit = yield* findNow(bob)
        assert.include(unfit._tag === "Unfit" ? unfit.reason : "", "expired")
        const extended = yield* pgp.extend(made.secretKey, (yield* Clock.currentTimeMillis) + 30 * DAY)
        yield* learn({ address: bob, certificate: extended.certificate, level: 0, source: "mail" })
        assert.strictEqual((yield* findNow(bob))._tag, "Usable")
      })
    )
  )

  it.effect(
    "keeps a certificate that is not taken, and takes one that the old key certifies",
    within(() =>
      Effect.gen(function*() {
        const pgp = yield* OpenPgp
        const old = yield* keyOf(bob)
        yield* learn({ address: bob, certificate: old.certificate, level: 1, source: "wkd" })
        const fresh = yield* keyOf(bob)
        const kept = yield* learn({ address: bob, certificate: fresh.certificate, level: 0, source: "mail" })
        assert.strictEqual(kept?.fingerprint, yield* fingerprintOf(old.certificate))
        const [candidate, ...more] = yield* candidates(bob)
        assert.deepStrictEqual([candidate?.fingerprint, candidate?.reason, more.length], [
          yield* fingerprintOf(fresh.certificate),
          "bound",
          0
        ])
        const certified = yield* pgp.certify(fresh.certificate, bob, old.secretKey)
        const next = yield* learn({ address: bob, certificate: certified, level: 0, source: "mail" })
        assert.strictEqual(next?.fingerprint, yield* fingerprintOf(fresh.certificate))
        assert.deepStrictEqual(yield* candidates(bob), [])
      })
    )
  )

  it.effect(
    "a key that encrypts nothing any more is kept and never bound; nobody shows us our own",
    within(() =>
      Effect.gen(function*() {
        yield* own
        assert.isUndefined(
          yield* learn({ address: ann, certificate: (yield* keyOf(ann)).certificate, level: 7, source: "wkd" })
        )
        assert.isUndefined(yield* bound(ann))
        const made = yield* keyOf(bob, 1)
        yield* TestClock.adjust("2 seconds")
        assert.isUndefined(yield* learn({ address: bob, certificate: made.certificate, level: 1, source: "wkd" }))
        assert.deepStrictEqual((yield* candidates(bob)).map(({ reason }) => reason), ["unusable"])
      })
    )
  )

  const ca = Address.make("ca@elsewhere.net")
  const friend = Address.make("friend@far.net")
  it.effect(
    "counts endorsements of introducers whose own key the person confirmed",
    within(
      () =>
        Effect.gen(function*() {
          const pgp = yield* OpenPgp
          const provider = yield* keyOf(ca)
          const other = yield* keyOf(friend)
          const { certificate } = yield* keyOf(bob)
          yield* learn({ address: ca, certificate: provider.certificate, level: 1, source: "wkd" })
          const byProvider = yield* pgp.certify(certificate, bob, provider.secretKey)
          const show = (shown: Uint8Array) => learn({ address: bob, certificate: shown, level: 0, source: "mail" })
          assert.strictEqual((yield* show(byProvider))?.level, 0)
          yield* learn({ address: ca, certificate: provider.certificate, level: 6, source: "person" })
          yield* learn({ address: friend, certificate: other.certificate, level: 7, source: "person" })
          assert.strictEqual(
            (yield* learn({ address: bob, certificate: byProvider, level: 0, source: "wkd" }))?.level,
            2
          )
          const byBoth = yield* pgp.certify(byProvider, bob, other.secretKey)
          assert.strictEqual((yield* show(byBoth))?.level, 3)
        }),
      [ca, friend]
    )
  )

  it.effect(
    "uses what others say of somebody where nothing else is known, and never binds it",
    within(() =>
      Effect.gen(function*() {
        const { certificate } = yield* keyOf(bob)
        yield* noteGossip(bob, certificate, undefined)
        const found = yield* findNow(bob)
        assert.deepStrictEqual(found._tag === "Usable" ? [found.source, found.level] : [], ["gossip", 0])
        assert.isUndefined(yield* bound(bob))
        const direct = yield* keyOf(bob)
        yield* notePeer(bob, { address: bob, certificate: direct.certificate, preferEncrypt: true }, undefined)
        assert.deepStrictEqual(yield* findNow(bob), { _tag: "None" })
        yield* learn({ address: bob, certificate: direct.certificate, level: 0, source: "mail" })
        const own = yield* findNow(bob)
        assert.deepStrictEqual(own._tag === "Usable" ? own.source : "", "mail")
      })
    )
  )

  it.effect(
    "bindingFor answers what is bound, fit or not",
    within(({ answers }) =>
      Effect.gen(function*() {
        assert.isUndefined(yield* bindingFor(yield* own, bob))
        answers.set(`wkd ${bob}`, (yield* keyOf(bob)).certificate)
        yield* TestClock.adjust("2 days")
        assert.strictEqual((yield* bindingFor(yield* own, bob))?.level, levelOf(1))
        yield* TestClock.adjust("400 days")
        assert.strictEqual((yield* bindingFor(yield* own, bob))?.level, levelOf(1))
      })
    )
  )
})

describe("keyUrl", () => {
  const table: ReadonlyArray<readonly [string, string | undefined]> = [
    ["id=AB; url=https://elsewhere.net/key.asc", "https://elsewhere.net/key.asc"],
    ["url=\"https://elsewhere.net/k?a=b;c\"; id=AB", "https://elsewhere.net/k?a=b;c"],
    ["url=https://elsewhere.net/get?user=bob&x==", "https://elsewhere.net/get?user=bob&x=="],
    ["url=http://elsewhere.net/key.asc", undefined],
    ["url=https://other.net/key.asc", undefined],
    ["url=https://sub.elsewhere.net/key.asc", undefined],
    ["url=https://elsewhere.net:8443/key.asc", undefined],
    ["url=https://me:pw@elsewhere.net/key.asc", undefined],
    ["url=https://elsewhere.net@other.net/", undefined],
    ["url=javascript:alert(1)", undefined],
    ["url=", undefined],
    ["id=AB", undefined],
    ["", undefined]
  ]
  it.each(table)("%s", (field, expected) => assert.strictEqual(keyUrl(field, bob), expected))

  it("asks no host that is not public", () => {
    for (const domain of ["leap.test", "localhost", "printer.local", "router", "10.0.0.1", "intranet.internal"]) {
      const from = Option.getOrThrow(Address.makeOption(`bob@${domain}`))
      assert.isUndefined(keyUrl(`url=https://${domain}/k`, from), domain)
    }
  })
})
