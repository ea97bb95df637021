import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { constant, decode, encode, endUnsafe } from "../../../src/domain/mailbox/PackedNumbers.ts"

/** A zero may have lost its sign. */
const withoutSign = (value: number): number => value === 0 ? 0 : value

const back = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => {
  const bytes = encode(numbers)
  const decoded = new Float64Array(numbers.length)
  // Where they lie in something larger.
  const within = new Uint8Array(bytes.length + 5)
  within.set(bytes, 3)
  assert.strictEqual(endUnsafe(within.subarray(1), 2, numbers.length), bytes.length + 2)
  decode(within.subarray(1), 2, decoded, 0, numbers.length)
  return Array.from(decoded, withoutSign)
}

describe("PackedNumbers", () => {
  it.prop("give back what was put in", { numbers: Arbitrary.array(Arbitrary.schema(Schema.Finite)) }, ({ numbers }) => {
    for (const all of [numbers, numbers.map(Math.trunc)]) assert.deepStrictEqual(back(all), all.map(withoutSign))
  })

  it("at every width, counting or not, below zero and past what a double holds", () => {
    for (let width = 0; width <= 6; width++) {
      const most = 256 ** width
      for (const base of [0, -7, -most, 2 ** 40]) {
        for (const numbers of [[base, base + most - 1], [base, base + most], [base + 2, base + most + 2, base]]) {
          assert.deepStrictEqual(back(numbers), numbers)
        }
      }
    }
    const edges = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0.5, Number.NaN, Number.POSITIVE_INFINITY]
    assert.deepStrictEqual(back(edges), edges)
  })

  it("take no octet each where they count up, or are the same", () => {
    const counting = Array.from({ length: 128 }, (_, at) => at + 77)
    assert.strictEqual(encode(counting).length, encode([]).length)
    assert.strictEqual(encode(counting.map(() => 5)).length, encode([]).length)
    assert.deepStrictEqual(back(counting), counting)
    assert.deepStrictEqual([constant(encode([5, 5, 5]), 0), constant(encode([5, 6]), 0)], [5, undefined])
  })

  it("refuse octets that are cut off", () => {
    const bytes = encode([1, 1000])
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => endUnsafe(bytes.subarray(0, length), 0, 2), RangeError)
    }
  })
})
