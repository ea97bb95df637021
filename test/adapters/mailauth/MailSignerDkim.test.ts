import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { generateKeyPairSync } from "node:crypto"
import * as MailSignerDkim from "../../../src/adapters/mailauth/MailSignerDkim.ts"
import * as SenderCheckMailauth from "../../../src/adapters/mailauth/SenderCheckMailauth.ts"
import { MailSigner } from "../../../src/ports/MailSigner.ts"
import { SenderCheck } from "../../../src/ports/SenderCheck.ts"
import { dns } from "../../apps/FrontDoors.ts"

const TEXT = "From: Ann <ann@leap.test>\r\nTo: bob@else.test\r\nSubject: gr\xfc\xdfe\r\n" +
  "Date: Wed, 25 Nov 2026 05:00:00 +0000\r\nMessage-ID: <1@leap.test>\r\n\r\n.\r\n hello \xe9\r\n"
const bytes = Uint8Array.from(Buffer.from(TEXT, "latin1"))

const KEYS = {
  rsa: () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    return { privateKey, record: `k=rsa; p=${publicKey.export({ format: "der", type: "spki" }).toString("base64")}` }
  },
  // RFC 8463 §4.2: the 32 octets alone.
  ed25519: () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519")
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32)
    return { privateKey, record: `k=ed25519; p=${raw.toString("base64")}` }
  }
}

const sign = (pem: string, domain = "leap.test") =>
  Effect.flatMap(MailSigner, ({ sign }) => sign(bytes, domain)).pipe(
    Effect.provide(
      MailSignerDkim.layer({ domains: ["leap.test"], selector: "leap", privateKey: Redacted.make(pem) })
    )
  )

describe("MailSignerDkim", () => {
  it.live.each(["rsa", "ed25519"] as const)("others find it valid: %s", (kind) =>
    Effect.gen(function*() {
      const { privateKey, record } = KEYS[kind]()
      const signed = yield* sign(privateKey.export({ format: "pem", type: "pkcs8" }).toString())
      assert.strictEqual(Buffer.from(signed.subarray(-bytes.length)).toString("latin1"), TEXT)
      const resolver = dns({ "TXT leap._domainkey.leap.test": `v=DKIM1; ${record}` })
      const found = yield* Effect.flatMap(SenderCheck, ({ check }) =>
        check({
          from: "ann@leap.test",
          bytes: signed,
          ip: "192.0.2.1",
          helo: "mx.leap.test",
          isRelayed: false,
          receivedBy: "mx.else.test"
        })).pipe(Effect.provide(SenderCheckMailauth.layer({ resolver })))
      assert.strictEqual(found.dkim, "pass")
    }))

  it.live("mail of domains that are not ours stays as it is", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* sign("", "else.test"), bytes)
    }))

  it.live("a key that does not sign is an error, not unsigned mail", () =>
    Effect.gen(function*() {
      assert.include((yield* Effect.flip(sign("no key"))).message, "cannot be signed")
    }))
})
