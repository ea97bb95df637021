import { assert, describe, it } from "@effect/vitest"
import { median, p99 } from "../../bench/Statistics.ts"

describe("Statistics", () => {
  it("the median is the middle, or between the two that share it", () => {
    assert.strictEqual(median([9, 1, 5]), 5)
    assert.strictEqual(median([4, 1, 2, 100]), 3)
    assert.strictEqual(median([7]), 7)
    assert.isNaN(median([]))
  })

  it("p99 is the nearest rank: of 100 the last but one, of fewer the last", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    assert.strictEqual(p99(hundred), 99)
    assert.strictEqual(p99([3, 1, 2]), 3)
  })
})
