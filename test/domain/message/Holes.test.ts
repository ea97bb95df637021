import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { cut, type Hole, spread } from "../../../src/domain/message/Holes.ts"

const small = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 })))
/** What stands before each hole, and how long it is; the last number is what stands behind them all. */
const runs = Arbitrary.array(small, { maxLength: 21 })

const made = (lengths: ReadonlyArray<number>) => {
  const holes: Array<Hole> = []
  let at = 0
  for (const [index, length] of lengths.entries()) {
    if (index % 2 === 1) holes.push({ offset: at, length })
    at += length
  }
  return { bytes: Uint8Array.from({ length: at }, (_, octet) => 1 + octet % 255), holes }
}

describe("Holes", () => {
  it.prop("what is around them is in its place again, and they are NULs", { runs }, ({ runs }) => {
    const { bytes, holes } = made(runs)
    const expected = bytes.slice()
    for (const { length, offset } of holes) expected.fill(0, offset, offset + length)
    assert.deepStrictEqual(spread(cut(bytes, holes), holes), expected)
  })

  it("that overlap, or lie behind the end, do not fit", () => {
    const outline = Uint8Array.of(1, 2, 3)
    assert.isUndefined(spread(outline, [{ offset: 2, length: 2 }, { offset: 3, length: 1 }]))
    assert.isUndefined(spread(outline, [{ offset: 4, length: 1 }]))
    assert.isDefined(spread(outline, [{ offset: 3, length: 1 }]))
  })
})
