import { assert, describe, it } from "@effect/vitest"
import * as Mail from "../../../bench/imap/Mail.ts"
import * as Realistic from "../../../bench/imap/Realistic.ts"

const SAMPLE = 2000
const sample = Array.from({ length: SAMPLE }, (_, index) => Mail.message(index).toString("latin1"))

const share = (isOne: (mail: string) => boolean): number => sample.filter(isOne).length / SAMPLE

describe("Mail", () => {
  it("message i is the same bytes every time, and no other's", () => {
    assert.deepStrictEqual(Mail.message(7), Mail.message(7))
    assert.strictEqual(new Set(sample).size, SAMPLE)
  })

  it("is about 8 KB of ASCII in lines that end with CRLF", () => {
    for (const mail of sample) {
      assert.isTrue(Math.abs(mail.length - Mail.USUAL_OCTETS) < 400, `${mail.length} octets`)
      assert.match(mail, /^[\x20-\x7e\t\r\n]*$/)
      assert.isFalse(mail.replaceAll("\r\n", "").includes("\n"))
    }
  })

  it("has plain texts, alternatives and attachments as people's mail has", () => {
    assert.approximately(share((mail) => mail.includes("multipart/alternative")), 6 / 20, 0.04)
    assert.approximately(share((mail) => mail.includes("Content-Disposition: attachment")), 3 / 20, 0.04)
    assert.approximately(share((mail) => mail.includes("=?utf-8?q?")), 0.1, 0.03)
  })

  it("hits are in about one of 100, misses in none", () => {
    for (let round = 0; round < 5; round++) {
      const word = Mail.bodyWord(round)
      assert.approximately(share((mail) => mail.includes(word)), 0.01, 0.008, word)
      const missing = Mail.missingWord(round)
      assert.strictEqual(share((mail) => mail.includes(missing)), 0, missing)
    }
  })

  it("a realistic mailbox repeats attachments; without repeats it is as large", () => {
    const make = (repeats: boolean) => {
      const next = Realistic.make(repeats)
      return Array.from({ length: 300 }, () => next().toString("latin1"))
    }
    const octets = (mails: ReadonlyArray<string>) => mails.reduce((sum, mail) => sum + mail.length, 0)
    const bodies = (mails: ReadonlyArray<string>) =>
      mails.flatMap((mail) => mail.split("base64\r\n\r\n")[1]?.slice(0, 1000) ?? [])
    const [real, distinct] = [make(true), make(false)]
    assert.approximately(octets(real) / octets(distinct), 1, 0.01)
    assert.strictEqual(new Set(bodies(distinct)).size, bodies(distinct).length)
    assert.isBelow(new Set(bodies(real)).size, bodies(real).length * 0.8)
  })
})
