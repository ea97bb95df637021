import { assert, describe, it } from "@effect/vitest"
import * as FlagSet from "../../../src/domain/document/FlagSet.ts"
import { merge } from "../../../src/domain/document/Merge.ts"
import { kinds, Sketch, toDocument } from "./Documents.ts"

describe.each(kinds)("merge of a %s", (kind) => {
  it.prop("does not depend on who merges with whom", { a: Sketch, b: Sketch }, ({ a, b }) => {
    const [x, y] = [toDocument(kind, a), toDocument(kind, b)]
    assert.deepStrictEqual(merge(x, y), merge(y, x))
  })

  it.prop("does not depend on the order", { a: Sketch, b: Sketch, c: Sketch }, ({ a, b, c }) => {
    const [x, y, z] = [toDocument(kind, a), toDocument(kind, b), toDocument(kind, c)]
    assert.deepStrictEqual(merge(merge(x, y), z), merge(x, merge(y, z)))
  })

  it.prop("changes nothing the second time", { a: Sketch, b: Sketch }, ({ a, b }) => {
    const [x, y] = [toDocument(kind, a), toDocument(kind, b)]
    assert.deepStrictEqual(merge(x, x), x)
    assert.deepStrictEqual(merge(merge(x, y), y), merge(x, y))
  })
})

describe("placements", () => {
  it.prop("delete beats any change of flags", { a: Sketch, b: Sketch }, ({ a, b }) => {
    const merged = merge(toDocument("placement", { ...a, deleted: true }), toDocument("placement", b))
    return merged._tag === "placement" && merged.deleted && merged.flags.length === 0
  })

  it("keep a flag set here and another cleared there", () => {
    const both = { ...sketch, marks: [mark("\\Seen", true, 1), mark("$a", true, 1)] }
    const here = { ...both, marks: [...both.marks, mark("$b", true, 2)] }
    const there = { ...both, marks: [...both.marks, mark("$a", false, 2)] }
    const merged = merge(toDocument("placement", here), toDocument("placement", there))
    assert.deepStrictEqual(merged._tag === "placement" ? FlagSet.toFlags(merged.flags) : [], ["$b", "\\Seen"])
  })
})

const mark = (flag: string, present: boolean, millis: number) =>
  ({ flag, present, at: { millis, device: "a" } }) as Sketch["marks"][number]

const at = { millis: 1, device: "a" } as const
const sketch: Sketch = {
  stamps: [at, at, at, at],
  numbers: [0, 0],
  flag: true,
  deleted: false,
  into: null,
  marks: [],
  keys: []
}
