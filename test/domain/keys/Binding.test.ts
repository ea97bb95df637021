import { assert, describe, it } from "@effect/vitest"
import { Address } from "../../../src/domain/account/Address.ts"
import { decideReplacement, isFit, mergeBinding, type ReplacementFacts } from "../../../src/domain/keys/Binding.ts"
import { levelOf, LEVELS, type ValidationLevel } from "../../../src/domain/keys/ValidationLevel.ts"

const NOW = 1000
const facts: ReplacementFacts = {
  now: NOW,
  oldExpiresAt: NOW + 1,
  oldRevoked: false,
  candidateExpiresAt: undefined,
  candidateRevoked: false,
  candidateEncrypts: true,
  usedToEncrypt: true,
  usedToVerify: true,
  certifiedByOld: false
}
const key = (fingerprint: string, level: number) => ({ fingerprint, level: levelOf(level) })
const levels = Array.from(LEVELS.keys(), (level) => levelOf(level))
const flags = [false, true]

describe("decideReplacement", () => {
  const rows: ReadonlyArray<readonly [string, number, number, Partial<ReplacementFacts>, string]> = [
    ["fingerprint level wins", 6, 7, {}, "fingerprint"],
    ["old expired, same level", 3, 3, { oldExpiresAt: NOW }, "expired"],
    ["old revoked, same level", 3, 3, { oldRevoked: true }, "expired"],
    ["old expired, lower level", 3, 2, { oldExpiresAt: NOW }, "bound"],
    ["old never expires, higher level", 1, 2, { oldExpiresAt: undefined }, "stronger"],
    ["old never expires, same level", 1, 1, { oldExpiresAt: undefined }, "bound"],
    ["used to encrypt only, higher level", 1, 2, { usedToVerify: false }, "unused"],
    ["unused, same level", 1, 1, { usedToEncrypt: false, usedToVerify: false }, "bound"],
    ["used both ways, higher level", 1, 6, {}, "bound"],
    ["certified by the old", 6, 0, { certifiedByOld: true }, "certified"],
    ["revoked candidate", 0, 7, { candidateRevoked: true }, "unusable"],
    ["expired candidate", 0, 7, { candidateExpiresAt: NOW }, "unusable"],
    ["candidate that only signs", 0, 7, { candidateEncrypts: false }, "unusable"]
  ]
  it.each(rows)("%s", (_, old, candidate, changes, reason) => {
    const decided = decideReplacement(key("OLD", old), key("NEW", candidate), { ...facts, ...changes })
    assert.strictEqual(decided._tag === "Merge" ? "merge" : decided.reason, reason)
  })

  /** The sentences of the rule, each by itself: one that holds is enough, and without one nothing is replaced. */
  const allowed = (old: ValidationLevel, fresh: ValidationLevel, f: ReplacementFacts): ReadonlyArray<boolean> => {
    const over = f.oldRevoked || (f.oldExpiresAt !== undefined && f.oldExpiresAt <= f.now)
    return [
      fresh === 7,
      over && fresh >= old,
      f.oldExpiresAt === undefined && fresh > old,
      (!f.usedToEncrypt || !f.usedToVerify) && fresh > old,
      f.certifiedByOld
    ]
  }
  const usable = (f: ReplacementFacts): boolean =>
    !f.candidateRevoked && f.candidateEncrypts && (f.candidateExpiresAt === undefined || f.candidateExpiresAt > f.now)

  const expiries = [undefined, NOW - 1, NOW, NOW + 1]
  const each = (visit: (facts: ReplacementFacts) => void): void => {
    for (const oldExpiresAt of expiries) {
      for (const candidateExpiresAt of expiries) {
        for (let bits = 0; bits < 64; bits++) {
          const bit = (index: number): boolean => (bits >> index & 1) === 1
          visit({
            now: NOW,
            oldExpiresAt,
            candidateExpiresAt,
            oldRevoked: bit(0),
            candidateRevoked: bit(1),
            candidateEncrypts: bit(2),
            usedToEncrypt: bit(3),
            usedToVerify: bit(4),
            certifiedByOld: bit(5)
          })
        }
      }
    }
  }

  it("over the entire product of cases: binds where a sentence of the rule allows it, and only there", () => {
    const wrong: Array<unknown> = []
    let cases = 0
    each((f) => {
      for (const fresh of levels) {
        const first = decideReplacement(undefined, key("NEW", fresh), f)
        if ((first._tag === "Bind") !== usable(f)) wrong.push([fresh, f, first])
        for (const old of levels) {
          cases++
          const decided = decideReplacement(key("OLD", old), key("NEW", fresh), f)
          const expected = !usable(f) ? "unusable" : allowed(old, fresh, f).includes(true) ? "Bind" : "bound"
          const got = decided._tag === "Refuse" ? decided.reason : decided._tag
          if (got !== expected) wrong.push([old, fresh, f, decided])
          if (decideReplacement(key("SAME", old), key("SAME", fresh), f)._tag !== "Merge") wrong.push([old, fresh, f])
        }
      }
    })
    assert.deepStrictEqual(wrong, [])
    assert.strictEqual(cases, 16 * 64 * 64)
  })

  it("over the entire product of cases: knowledge falls only where the old key itself hands over", () => {
    const wrong: Array<unknown> = []
    each((f) => {
      for (const fresh of levels) {
        for (const old of levels) {
          const decided = decideReplacement(key("OLD", old), key("NEW", fresh), f)
          if (decided._tag === "Bind" && fresh < old && decided.reason !== "certified") wrong.push([old, fresh, f])
        }
      }
    })
    assert.deepStrictEqual(wrong, [])
  })
})

describe("isFit", () => {
  it("over the entire product of cases: what is revoked, over or cannot encrypt never encrypts", () => {
    for (const revoked of flags) {
      for (const canEncrypt of flags) {
        for (const expiresAt of [undefined, NOW - 1, NOW, NOW + 1]) {
          const expected = !revoked && canEncrypt && (expiresAt === undefined || expiresAt === NOW + 1)
          assert.strictEqual(isFit({ revoked, canEncrypt, expiresAt }, NOW), expected)
        }
      }
    }
  })
})

describe("mergeBinding", () => {
  it("over all levels: the higher one stays, with its source", () => {
    const address = Address.make("bob@leap.test")
    for (const old of levels) {
      for (const fresh of levels) {
        const certificate = Uint8Array.of(1)
        const merged = mergeBinding(
          { address, certificate, fingerprint: "F", level: old, source: "wkd", seenAt: 5 },
          { address, certificate, fingerprint: "F", level: fresh, source: "person", seenAt: 4 }
        )
        assert.strictEqual(merged.level, Math.max(old, fresh))
        assert.strictEqual(merged.source, fresh > old ? "person" : "wkd")
        assert.strictEqual(merged.seenAt, 5)
      }
    }
  })
})
