import { assert, describe, it } from "@effect/vitest"
import { begin } from "../../../src/adapters/smtp/Patience.ts"

const patience = { base: 1000, octetsPerSecond: 100 }

describe("Patience", () => {
  it("ends for who brings nothing, or an octet now and then", () => {
    const wait = begin(patience, 0)
    assert.strictEqual(wait.left(999), 1)
    wait.came(1, 999)
    assert.strictEqual(wait.left(1010), 0)
  })

  it("goes on for who sends at the least rate, and saves nothing up", () => {
    const wait = begin(patience, 0)
    for (let now = 100; now < 10_000; now += 100) wait.came(10, now)
    assert.isAbove(wait.left(10_000), 0)
    wait.came(1_000_000, 10_000)
    assert.strictEqual(wait.left(10_000), 1000)
  })

  it("begins again with each message, and waits while we work on it", () => {
    const wait = begin(patience, 0)
    wait.working()
    assert.isAbove(wait.left(100_000), 0)
    wait.answered(100_000)
    assert.strictEqual(wait.left(100_500), 500)
  })
})
