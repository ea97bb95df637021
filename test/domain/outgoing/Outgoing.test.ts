import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Address } from "../../../src/domain/account/Address.ts"
import { parseAutocrypt } from "../../../src/domain/keys/Autocrypt.ts"
import { learn } from "../../../src/domain/keys/Learn.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { decodedBody } from "../../../src/domain/message/Section.ts"
import { checkRecipient, checkSender } from "../../../src/domain/outgoing/Outgoing.ts"
import { preflight } from "../../../src/domain/outgoing/Preflight.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { bytesOf, type Device, people, textOf, typeOf, valuesOf } from "../Correspondents.ts"

const stranger = Address.make("zoe@elsewhere.test")

const letter = (...fields: ReadonlyArray<string>): Uint8Array =>
  bytesOf("From: alice@leap.test", "Message-ID: <1@leap.test>", "Subject: the plan", ...fields, "", "geheim", "")

const peopleAtOneTime = Effect.andThen(TestClock.setTime(1_700_000_000_000), people)

const within = <A, E, R>(device: Device, effect: Effect.Effect<A, E, R>) =>
  Effect.provideContext(effect, device.services)

/** What the reader of a copy finds inside. */
const open = Effect.fnUntraced(function*(reader: Device, bytes: Uint8Array) {
  const pgp = Context.get(reader.services, OpenPgp)
  const [, content] = parse(bytes).root.parts
  const data = decodedBody(content!, bytes)!
  return (yield* pgp.decrypt({ data, secretKeys: reader.keys.secretKeys, verifyWith: [] })).data
})

const keysOf = Effect.fnUntraced(function*(reader: Device, bytes: Uint8Array) {
  const pgp = Context.get(reader.services, OpenPgp)
  return (yield* pgp.inspect(bytes)).keyIds
})

const message = (error: { readonly _tag: string; readonly message: string }): string =>
  `${error._tag}: ${error.message}`

describe("submit", () => {
  it.effect("tells the visible recipients of each other's keys, and of nobody else's", () =>
    Effect.gen(function*() {
      const { alice, bob, carol } = yield* peopleAtOneTime
      yield* alice.send([bob.address, carol.address], letter("To: bob@leap.test", "Cc: carol@leap.test"))
      const [item, ...more] = yield* alice.outgoing
      assert.lengthOf(more, 0)
      assert.deepStrictEqual(item?.to, [bob.address, carol.address])
      for (const reader of [bob, carol, alice]) {
        const inside = yield* open(reader, item!.bytes)
        const gossip = valuesOf(inside, "Autocrypt-Gossip").map(parseAutocrypt)
        assert.deepStrictEqual(gossip.map((one) => one?.address), [bob.address, carol.address])
        assert.isTrue(gossip.every((one) => one?.preferEncrypt === false))
      }
      assert.deepStrictEqual(valuesOf(item!.bytes, "Autocrypt-Gossip"), [])
      assert.lengthOf(valuesOf(item!.bytes, "Autocrypt"), 1)
      const [fingerprint] = yield* keysOf(alice, alice.keys.certificate)
      assert.match(
        valuesOf(item!.bytes, "OpenPGP").join(),
        new RegExp(`^id=[0-9A-F]+${fingerprint}; preference=signencrypt$`)
      )
      assert.deepStrictEqual(valuesOf(item!.bytes, "Message-ID"), ["<1@leap.test>"])
    }).pipe(Effect.scoped))

  it.effect("hidden recipients: no name, no gossip, no key id in anybody's copy", () =>
    Effect.gen(function*() {
      const { alice, bob, carol } = yield* peopleAtOneTime
      yield* alice.send([bob.address, carol.address, stranger], letter("To: bob@leap.test", "Bcc: carol@leap.test"))
      const items = yield* alice.outgoing
      assert.deepStrictEqual(items.map(({ to }) => to), [[bob.address], [carol.address], [stranger]])
      const pgp = Context.get(alice.services, OpenPgp)
      const carols = yield* keysOf(carol, carol.keys.certificate)
      for (const { bytes, to } of items) {
        assert.notInclude(textOf(bytes), "carol")
        assert.deepStrictEqual(valuesOf(bytes, "Message-ID"), ["<1@leap.test>"])
        if (to[0] === stranger) continue
        const [, content] = parse(bytes).root.parts
        const binary = yield* pgp.dearmor(decodedBody(content!, bytes)!)
        const hex = Array.from(binary, (byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase()
        for (const keyId of carols) assert.notInclude(hex, keyId)
        const reader = to[0] === bob.address ? bob : carol
        const inside = yield* open(reader, bytes)
        assert.notInclude(textOf(inside), "carol")
        assert.deepStrictEqual(valuesOf(inside, "Autocrypt-Gossip"), [])
      }
      // Bob's copy opens for Alice, too; Carol's for Carol alone.
      yield* open(alice, items[0]!.bytes)
      assert.strictEqual((yield* Effect.flip(open(alice, items[1]!.bytes)))._tag, "OpenPgpError")
    }).pipe(Effect.scoped))

  it.effect("repeats the subject in the text for strangers' programs, not for the provider's own people", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const zoe = yield* Context.get(alice.services, OpenPgp).generate({ name: "", email: stranger }, {
        expiresInSeconds: undefined
      })
      yield* within(alice, learn({ address: stranger, certificate: zoe.certificate, level: 0, source: "mail" }))
      yield* alice.send([bob.address], letter("To: bob@leap.test"))
      yield* alice.send([bob.address, stranger], letter("To: bob@leap.test, zoe@elsewhere.test"))
      const [own, mixed] = yield* alice.outgoing
      assert.notInclude(textOf(yield* open(bob, own!.bytes)), "Subject: the plan\r\n\r\n")
      const inside = yield* open(bob, mixed!.bytes)
      assert.include(textOf(inside), "\r\n\r\nSubject: the plan\r\n\r\ngeheim")
      assert.include(valuesOf(inside, "Content-Type").join(), "hp-legacy-display=\"1\"")
      assert.notInclude(textOf(mixed!.bytes), "the plan")
    }).pipe(Effect.scoped))

  it.effect("what is protected already is not wrapped again, and loses its Bcc all the same", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const body = ["--b", "Content-Type: text/plain", "", "x", "--b", "Content-Type: a/b", "", "y", "--b--", ""]
      for (const subtype of ["encrypted", "signed"] as const) {
        const type = `Content-Type: multipart/${subtype}; protocol="application/pgp-${subtype}"; boundary=b`
        yield* alice.send([bob.address], bytesOf("From: alice@leap.test", "Bcc: carol@leap.test", type, "", ...body))
        const item = (yield* alice.outgoing).at(-1)
        assert.strictEqual(typeOf(item!.bytes), `multipart/${subtype}`)
        assert.isTrue(textOf(item!.bytes).endsWith(body.join("\r\n")))
        assert.notInclude(textOf(item!.bytes), "carol")
        const demand = bytesOf("From: alice@leap.test", "X-Leap-Policy: require", type, "", ...body)
        const outcome = yield* Effect.result(alice.send([bob.address], demand))
        assert.strictEqual(outcome._tag, subtype === "encrypted" ? "Success" : "Failure")
      }
    }).pipe(Effect.scoped))

  it.effect("obeys wishes of the message, for the recipient, of the account; refuses all or nothing, by name", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const store = Context.get(alice.services, KeyStore)
      const both = [bob.address, stranger]
      const to = "To: bob@leap.test, zoe@elsewhere.test"
      const sent = Effect.fnUntraced(function*(...fields: ReadonlyArray<string>) {
        const before = (yield* alice.outgoing).length
        const outcome = yield* Effect.result(alice.send(both, letter(to, ...fields)))
        if (outcome._tag === "Failure") {
          assert.lengthOf(yield* alice.outgoing, before)
          return message(outcome.failure)
        }
        return (yield* alice.outgoing).slice(before).map(({ bytes }) => typeOf(bytes)).join()
      })
      assert.strictEqual(yield* sent(), "multipart/encrypted,multipart/signed")
      assert.strictEqual(yield* sent("X-Leap-Policy: never"), "multipart/signed")
      assert.match(yield* sent("X-Leap-Policy: require"), /^NotProtectable: .*zoe@elsewhere\.test.*nothing was sent$/)
      assert.match(yield* sent("X-Leap-Policy: must"), /^SubmissionRefused: .*prefer, require or never/)
      yield* store.putWish(undefined, "require")
      assert.match(yield* sent(), /^NotProtectable/)
      yield* store.putWish(stranger, "prefer")
      assert.strictEqual(yield* sent(), "multipart/encrypted,multipart/signed")
      yield* store.putWish(bob.address, "never")
      assert.strictEqual(yield* sent(), "multipart/signed")
    }).pipe(Effect.scoped))

  it.effect("sends in nobody else's name", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const forged = bytesOf("From: Bob <bob@leap.test>", "To: carol@leap.test", "", "x", "")
      const error = yield* Effect.flip(alice.send([bob.address], forged))
      assert.strictEqual(
        message(error),
        "SubmissionRefused: bob@leap.test is not an address of this account: write as alice@leap.test"
      )
      assert.lengthOf(yield* alice.outgoing, 0)
      yield* within(alice, checkSender("Alice+shop@leap.test"))
      assert.match(message(yield* Effect.flip(within(alice, checkSender("bob@leap.test")))), /^SubmissionRefused/)
    }).pipe(Effect.scoped))

  it.effect("remembers that a key was used, and sends to each recipient once", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      yield* alice.send([bob.address, "BOB@leap.test", bob.address], letter("To: bob@leap.test"))
      assert.deepStrictEqual((yield* alice.outgoing).map(({ to }) => to.length), [1])
      const store = Context.get(alice.services, KeyStore)
      const bound = yield* store.binding(bob.address)
      assert.deepStrictEqual(yield* store.use(bob.address, bound!.fingerprint), { encrypt: true, verify: false })
    }).pipe(Effect.scoped))

  it.effect("writes the older packets as soon as one recipient cannot read the newer ones", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const pgp = Context.get(alice.services, OpenPgp)
      const six = yield* pgp.generate({ name: "", email: stranger }, { expiresInSeconds: undefined, algorithm: "v6" })
      yield* within(alice, learn({ address: stranger, certificate: six.certificate, level: 0, source: "mail" }))
      yield* alice.send([stranger, bob.address], letter("To: bob@leap.test, zoe@elsewhere.test"))
      const [item] = yield* alice.outgoing
      yield* open(bob, item!.bytes)
      const [, content] = parse(item!.bytes).root.parts
      const opened = yield* pgp.decrypt({
        data: decodedBody(content!, item!.bytes)!,
        secretKeys: [six.secretKey],
        verifyWith: [alice.keys.certificate]
      })
      assert.deepStrictEqual(opened.signatures.map(({ status }) => status), ["valid"])
    }).pipe(Effect.scoped))
})

describe("preflight", () => {
  it.effect("says who gets it encrypted, with which key at which level, who does not, and why", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      const store = Context.get(alice.services, KeyStore)
      const ask = (to: ReadonlyArray<string>) => within(alice, preflight(alice.keys, to))
      const plan = yield* ask([bob.address, stranger, "nonsense"])
      const [his, hers, bad] = plan.prospects
      const bound = yield* store.binding(bob.address)
      assert.deepStrictEqual(his, {
        address: bob.address,
        outcome: "encrypted",
        key: { fingerprint: bound!.fingerprint, level: 1, source: "provider" },
        reason: undefined,
        waiting: 0,
        recommendation: "disable"
      })
      assert.deepInclude(hers, { outcome: "signed", key: undefined, reason: `No key is known for ${stranger}` })
      assert.deepInclude(bad, { outcome: "refused", reason: "nonsense is not an address: correct it" })
      assert.isTrue(plan.isRefused)
      yield* store.putWish(undefined, "require")
      assert.deepStrictEqual((yield* ask([stranger])).prospects.map(({ outcome }) => outcome), ["refused"])
      assert.strictEqual((yield* ask([bob.address])).isRefused, false)
      yield* store.putWish(bob.address, "never")
      const clear = (yield* ask([bob.address])).prospects[0]
      assert.deepInclude(clear, { outcome: "signed", reason: `You asked that ${bob.address} gets mail in clear` })
      assert.lengthOf(yield* alice.outgoing, 0)
    }).pipe(Effect.scoped))

  it.effect("tells of an expired key, and of one that waits for a decision", () =>
    Effect.gen(function*() {
      const { alice } = yield* peopleAtOneTime
      const pgp = Context.get(alice.services, OpenPgp)
      const make = (expiresInSeconds: number) => pgp.generate({ name: "", email: stranger }, { expiresInSeconds })
      const show = (certificate: Uint8Array) =>
        within(alice, learn({ address: stranger, certificate, level: 0, source: "mail" }))
      yield* show((yield* make(3600)).certificate)
      yield* show((yield* make(3600)).certificate)
      yield* TestClock.adjust("2 hours")
      const { prospects: [prospect] } = yield* within(alice, preflight(alice.keys, [stranger]))
      assert.deepInclude(prospect, { outcome: "signed", key: undefined, waiting: 1 })
      assert.match(prospect?.reason ?? "", /^The key of zoe@elsewhere\.test cannot be used: .*expired/)
    }).pipe(Effect.scoped))

  it.effect("at RCPT only where the settings demand encryption, in a sentence", () =>
    Effect.gen(function*() {
      const { alice, bob } = yield* peopleAtOneTime
      yield* within(alice, checkRecipient(stranger))
      yield* Context.get(alice.services, KeyStore).putWish(undefined, "require")
      yield* within(alice, checkRecipient(bob.address))
      const error = yield* Effect.flip(within(alice, checkRecipient(stranger)))
      assert.match(message(error), /^NotProtectable: .*no key is known for zoe@elsewhere\.test/)
      assert.match(message(yield* Effect.flip(within(alice, checkRecipient("x")))), /^SubmissionRefused/)
    }).pipe(Effect.scoped))
})
