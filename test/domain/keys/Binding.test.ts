import { assert, describe, it } from "@effect/vitest"
import { decideReplacement, type ReplacementFacts } from "../../../src/domain/keys/Binding.ts"
import { levelOf, LEVELS, type ValidationLevel } from "../../../src/domain/keys/ValidationLevel.ts"

const NOW = 1000
const facts: ReplacementFacts = {
  now: NOW,
  oldExpiresAt: NOW + 1,
  oldRevoked: false,
  candidateExpiresAt: undefined,
  candidateRevoked: false,
  usedToEncrypt: true,
  usedToVerify: true,
  certifiedByOld: false
}
const key = (fingerprint: string, level: number) => ({ fingerprint, level: levelOf(level) })

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
    ["expired candidate", 0, 7, { candidateExpiresAt: NOW }, "unusable"]
  ]
  it.each(rows)("%s", (_, old, candidate, changes, reason) => {
    const decided = decideReplacement(key("OLD", old), key("NEW", candidate), { ...facts, ...changes })
    assert.strictEqual(decided._tag === "Merge" ? "merge" : decided.reason, reason)
  })

  it("binds the first, merges the same", () => {
    assert.deepStrictEqual(decideReplacement(undefined, key("NEW", 0), facts), { _tag: "Bind", reason: "first" })
    const revoked = { ...facts, candidateRevoked: true }
    assert.deepStrictEqual(decideReplacement(key("A", 7), key("A", 0), revoked), { _tag: "Merge" })
  })

  it("over all cases: knowledge never falls, unless the old is certified, and nothing unusable is bound", () => {
    const flags = [false, true]
    for (const old of LEVELS.keys()) {
      for (const candidate of LEVELS.keys()) {
        for (const oldExpiresAt of [undefined, NOW, NOW + 1]) {
          for (let bits = 0; bits < 32; bits++) {
            const [a, b, c, d, e] = [1, 2, 4, 8, 16].map((bit) => flags[Number((bits & bit) > 0)] === true)
            const all: ReplacementFacts = {
              now: NOW,
              oldExpiresAt,
              oldRevoked: a === true,
              candidateExpiresAt: undefined,
              candidateRevoked: b === true,
              usedToEncrypt: c === true,
              usedToVerify: d === true,
              certifiedByOld: e === true
            }
            const decided = decideReplacement(key("OLD", old), key("NEW", candidate), all)
            if (decided._tag !== "Bind") continue
            assert.isFalse(all.candidateRevoked)
            const isLower: boolean = (candidate as ValidationLevel) < (old as ValidationLevel)
            if (isLower) assert.strictEqual(decided.reason, "certified")
          }
        }
      }
    }
  })
})
