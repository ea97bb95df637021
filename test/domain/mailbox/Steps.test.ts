import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as Steps from "../../../src/domain/mailbox/Steps.ts"

describe("Steps.sort", () => {
  const value = Arbitrary.schema(Schema.Literals([0, 1, 2, 3, 4, 5]))
  it.prop("sorts as Array does, stably", { values: Arbitrary.array(value, { maxLength: 200 }) }, ({ values }) => {
    // Long enough for runs to be merged.
    const items = Array.from({ length: 60 }, () => values).flat().map((key, index) => ({ key, index }))
    const compare = (a: { readonly key: number }, b: { readonly key: number }) => a.key - b.key
    assert.deepStrictEqual(Steps.run(Steps.sort(items, compare)), items.toSorted(compare))
  }, { arbitrary: { runs: 50 } })

  it("stops after so many elements", () => {
    const items = Array.from({ length: 10 * Steps.STEP }, (_, index) => -index)
    let steps = 0
    const sorting = Steps.sort(items, (a, b) => a - b)
    while (sorting.next().done !== true) steps++
    assert.isAtLeast(steps, 10 + 4 * 10)
  })
})
