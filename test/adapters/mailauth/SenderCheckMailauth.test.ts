import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { dkimSign } from "mailauth"
import { generateKeyPairSync } from "node:crypto"
import { layer } from "../../../src/adapters/mailauth/SenderCheckMailauth.ts"
import { type CheckedMessage, SenderCheck } from "../../../src/ports/SenderCheck.ts"

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64")

const RECORDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  "TXT else.test": ["v=spf1 ip4:192.0.2.1 -all"],
  "TXT key._domainkey.else.test": [`v=DKIM1; k=ed25519; p=${rawKey}`],
  "TXT _dmarc.else.test": ["v=DMARC1; p=reject"]
}

/** The DNS of this test alone. */
const resolver = (name: string, type: string): Promise<Array<Array<string>>> => {
  const found = RECORDS[`${type} ${name}`]
  return found === undefined
    ? Promise.reject(Object.assign(new Error(`no ${type} of ${name}`), { code: "ENOTFOUND" }))
    : Promise.resolve(found.map((text) => [text]))
}

const TEXT = "From: Ann <ann@else.test>\r\nTo: bob@leap.test\r\nSubject: hello\r\n" +
  "Date: Wed, 25 Nov 2026 05:00:00 +0000\r\nMessage-ID: <1@else.test>\r\n\r\nhello\r\n"

const keyOf = {
  signingDomain: "else.test",
  selector: "key",
  privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString()
}

const signedWith = (key: typeof keyOf) =>
  Effect.map(
    // Its types ask for one key, its code for a list of them.
    Effect.promise(() => dkimSign(TEXT, { canonicalization: "relaxed/relaxed", ...key, signatureData: [key] })),
    ({ signatures }) => signatures
  )

const signed = Effect.map(signedWith(keyOf), (signatures) => `${signatures}${TEXT}`)

const message = (text: string): CheckedMessage => ({
  from: "ann@else.test",
  bytes: new TextEncoder().encode(text),
  ip: "192.0.2.1",
  helo: "mail.else.test",
  isRelayed: false,
  receivedBy: "mx.leap.test"
})

const check = (text: string, more: Partial<CheckedMessage> = {}) =>
  Effect.flatMap(SenderCheck, ({ check }) => check({ ...message(text), ...more })).pipe(
    Effect.provide(layer({ resolver }))
  )

describe("SenderCheckMailauth", () => {
  it.live("an honest sender passes", () =>
    Effect.gen(function*() {
      const found = yield* check(yield* signed)
      assert.deepStrictEqual(found, { dkim: "pass", spf: "pass", dmarc: "pass", arc: "none" })
    }))

  it.live("a changed text and a stranger's machine fail", () =>
    Effect.gen(function*() {
      const text = (yield* signed).replace("\r\nhello\r\n", "\r\nbuy now\r\n")
      const found = yield* check(text, { ip: "198.51.100.7" })
      assert.deepStrictEqual(found, { dkim: "fail", spf: "fail", dmarc: "fail", arc: "none" })
    }))

  it.live("behind a server of ours its Received field says who it was", () =>
    Effect.gen(function*() {
      const hop = (ip: string) => `Received: from mail.else.test (mail.else.test [${ip}])\r\n by mx.leap.test\r\n`
      const relayed = { isRelayed: true, ip: "127.0.0.1", helo: "localhost" }
      assert.strictEqual((yield* check(hop("192.0.2.1") + TEXT, relayed)).spf, "pass")
      assert.strictEqual((yield* check(hop("198.51.100.7") + TEXT, relayed)).spf, "fail")
      // Only the topmost is ours.
      assert.strictEqual((yield* check(hop("198.51.100.7") + hop("192.0.2.1") + TEXT, relayed)).spf, "fail")
    }))

  it.live("a DNS that never answers keeps no mail waiting", () =>
    Effect.gen(function*() {
      const { check } = yield* SenderCheck
      const found = yield* check({
        from: "ann@else.test",
        bytes: new TextEncoder().encode(TEXT),
        ip: "192.0.2.1",
        helo: "mail.else.test",
        isRelayed: false,
        receivedBy: "mx.leap.test"
      })
      assert.strictEqual(found.spf, "temperror")
    }).pipe(Effect.provide(layer({ resolver: () => new Promise(() => {}), patience: "30 millis" }))))

  it.live("asks for the keys of ten signatures at most", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const keys = Array.from({ length: 30 }, (_, number) => ({ ...keyOf, selector: `key${number}` }))
      const signatures = yield* Effect.forEach(keys, signedWith)
      const asking = layer({
        resolver: (name, type) => {
          asked.push(name)
          return resolver(name, type)
        }
      })
      yield* Effect.provide(
        Effect.flatMap(SenderCheck, ({ check }) => check(message(`${signatures.join("")}${TEXT}`))),
        asking
      )
      assert.strictEqual(asked.filter((name) => name.includes("_domainkey")).length, 10)
    }))

  it.live("lets others have their turn while it hashes a large message", () =>
    Effect.gen(function*() {
      const large = `${TEXT}${"a line of a large message\r\n".repeat(400_000)}`
      let turns = 0
      let isDone = false
      const count = (): void => {
        turns++
        if (!isDone) setImmediate(count)
      }
      setImmediate(count)
      yield* check(large)
      isDone = true
      assert.isAbove(turns, 100)
    }))
})
