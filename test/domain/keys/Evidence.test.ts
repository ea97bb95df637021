import { assert, describe, it } from "@effect/vitest"
import { APART, type AuditEntry, isAudited, noted, partiesOf, SPAN, TIMES } from "../../../src/domain/keys/Audit.ts"
import type { Directory, Party } from "../../../src/domain/keys/BindingSource.ts"
import { levelFor } from "../../../src/domain/keys/Evidence.ts"

const flags = [false, true]
const parties: ReadonlyArray<ReadonlyArray<Party>> = [
  [],
  ["domain"],
  ["verifying key server"],
  ["domain", "verifying key server"]
]

describe("levelFor", () => {
  it("over the entire product of cases: the strongest of what is known", () => {
    let cases = 0
    for (const shownBy of parties) {
      for (const endorsedByProvider of flags) {
        for (const endorsedByOthers of flags) {
          for (const audited of flags) {
            for (const confirmed of flags) {
              for (const compared of flags) {
                cases++
                const expected = Math.max(
                  0,
                  shownBy.includes("domain") ? 1 : 0,
                  endorsedByProvider ? 2 : 0,
                  endorsedByOthers ? 3 : 0,
                  shownBy.length === 2 ? 4 : 0,
                  audited ? 5 : 0,
                  confirmed ? 6 : 0,
                  compared ? 7 : 0
                )
                const evidence = {
                  parties: new Set(shownBy),
                  endorsedByProvider,
                  endorsedByOthers,
                  audited,
                  confirmed,
                  compared
                }
                assert.strictEqual(levelFor(evidence), expected, JSON.stringify(evidence))
              }
            }
          }
        }
      }
    }
    assert.strictEqual(cases, 4 * 32)
  })
})

const START = 1_700_000_000_000
/** One answer a step. */
const answers = (directory: Directory, fingerprint: string, count: number, step: number, from = START) =>
(
  log: ReadonlyArray<AuditEntry>
): ReadonlyArray<AuditEntry> => {
  let next = log
  for (let index = 0; index < count; index++) next = noted(next, directory, fingerprint, from + index * step)
  return next
}
const longAgo = SPAN / (TIMES - 1)

describe("the audit log", () => {
  it("counts answers that lie apart, and starts anew with another answer", () => {
    const log = answers("wkd", "A", 5, APART / 5)([])
    assert.deepStrictEqual(log, [{ directory: "wkd", fingerprint: "A", firstAt: START, lastAt: START, times: 1 }])
    const changed = noted(noted(log, "wkd", "B", START + 1), "wkd", "A", START + 2)
    assert.deepStrictEqual(changed.map(({ fingerprint }) => fingerprint), ["A", "B", "A"])
    assert.strictEqual(noted(changed, "wkd", "A", START), changed)
  })

  it("proves a certificate that was shown often enough over long enough", () => {
    assert.isTrue(isAudited(answers("wkd", "A", TIMES, longAgo)([]), "A"))
    assert.isFalse(isAudited(answers("wkd", "A", TIMES - 1, longAgo)([]), "A"))
    assert.isFalse(isAudited(answers("wkd", "A", TIMES * 3, APART)([]), "A"))
    assert.isFalse(isAudited(answers("wkd", "A", TIMES, longAgo)([]), "B"))
    assert.isFalse(isAudited([], "A"))
  })

  it("proves nothing while one that verifies says otherwise, or by one that does not verify", () => {
    const long = answers("provider", "A", TIMES, longAgo)([])
    assert.isFalse(isAudited(noted(long, "vks", "B", START), "A"))
    assert.isTrue(isAudited(noted(long, "hkps", "B", START), "A"))
    assert.isTrue(isAudited(noted(long, "vks", "", START), "A"))
    assert.isFalse(isAudited(noted(long, "provider", "B", START + SPAN + APART), "A"))
    assert.isFalse(isAudited(answers("hkps", "A", TIMES, longAgo)([]), "A"))
  })

  it("tells who shows a certificate now: domain and key server are two, provider and WKD one", () => {
    let log = noted(noted([], "provider", "A", START), "wkd", "A", START)
    assert.deepStrictEqual([...partiesOf(log, "A")], ["domain"])
    log = noted(log, "vks", "A", START)
    assert.strictEqual(partiesOf(log, "A").size, 2)
    log = noted(log, "vks", "B", START + 1)
    assert.deepStrictEqual([...partiesOf(log, "A")], ["domain"])
    assert.deepStrictEqual([...partiesOf(noted([], "hkps", "A", START), "A")], [])
  })
})
