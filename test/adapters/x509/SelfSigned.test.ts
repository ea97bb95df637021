import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { createPrivateKey, X509Certificate } from "node:crypto"
import { DAYS, make } from "../../../src/adapters/x509/SelfSigned.ts"

describe("SelfSigned", () => {
  it("vouches for each name and address, by its own key, for as long as clients take", () => {
    const now = Date.UTC(2027, 0, 15)
    const { cert, fingerprint, key } = make(["mail.home.arpa", "10.0.0.7", "fd00::7"], now)
    const read = new X509Certificate(cert)
    assert.strictEqual(read.checkHost("mail.home.arpa"), "mail.home.arpa")
    assert.isUndefined(read.checkHost("other.home.arpa"))
    assert.strictEqual(read.checkIP("10.0.0.7"), "10.0.0.7")
    assert.strictEqual(read.checkIP("fd00::7"), "fd00::7")
    assert.isTrue(read.verify(read.publicKey))
    assert.isTrue(read.checkPrivateKey(createPrivateKey(Redacted.value(key))))
    assert.isFalse(read.ca)
    assert.isBelow(read.validFromDate.getTime(), now)
    assert.strictEqual(read.validToDate.getTime() - read.validFromDate.getTime(), DAYS * 86_400_000)
    assert.strictEqual(read.fingerprint256, fingerprint)
  })

  it("makes another key and number each time", () => {
    const [one, two] = [make(["a.test"], 0), make(["a.test"], 0)]
    assert.notStrictEqual(Redacted.value(one.key), Redacted.value(two.key))
    assert.notStrictEqual(new X509Certificate(one.cert).serialNumber, new X509Certificate(two.cert).serialNumber)
  })
})
