import { assert, describe, it } from "@effect/vitest"
import { Address } from "../../../src/domain/account/Address.ts"
import { type Candidate, MAX_CANDIDATES, withCandidate } from "../../../src/domain/keys/Candidate.ts"
import { levelOf } from "../../../src/domain/keys/ValidationLevel.ts"

const shown = (fingerprint: string, level: number, seenAt = 1): Omit<Candidate, "told" | "state"> => ({
  address: Address.make("bob@leap.test"),
  certificate: Uint8Array.of(1),
  fingerprint,
  level: levelOf(level),
  source: "mail",
  seenAt,
  reason: "bound"
})
const kept = (fingerprint: string, level: number, changes: Partial<Candidate> = {}): Candidate => ({
  ...shown(fingerprint, level),
  told: false,
  state: "pending",
  ...changes
})

describe("withCandidate", () => {
  it("keeps a new one, to be told", () => {
    assert.deepStrictEqual(withCandidate([], shown("A", 0)), { candidate: kept("A", 0), dropped: undefined })
  })

  it("says nothing of the same again, and tells a stronger word anew", () => {
    const told = kept("A", 1, { told: true })
    assert.isUndefined(withCandidate([told], shown("A", 0)).candidate)
    assert.isUndefined(withCandidate([told], shown("A", 1)).candidate)
    assert.isFalse(withCandidate([told], shown("A", 2)).candidate?.told)
    assert.strictEqual(withCandidate([kept("A", 1, { state: "rejected" })], shown("A", 2)).candidate?.state, "rejected")
  })

  it("keeps no more than a few for one address, the best known and newest of them", () => {
    const many = Array.from({ length: MAX_CANDIDATES }, (_, index) => kept(`K${index}`, 1, { seenAt: 10 + index }))
    assert.strictEqual(withCandidate(many, shown("NEW", 1, 99)).dropped?.fingerprint, "K0")
    const weak = withCandidate(many, shown("NEW", 0, 99))
    assert.deepStrictEqual([weak.candidate, weak.dropped?.fingerprint], [undefined, "NEW"])
  })
})
