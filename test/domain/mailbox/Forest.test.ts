import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as Forest from "../../../src/domain/mailbox/Forest.ts"

const SIZE = 40
const node = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: SIZE - 1 }))
const pair = Arbitrary.schema(Schema.Tuple([node, node]))

/** By walking. */
const naive = () => {
  const parents = new Map<number, number>()
  const rootOf = (at: number): number => {
    const parent = parents.get(at)
    return parent === undefined ? at : rootOf(parent)
  }
  return { parents, rootOf }
}

describe("Forest", () => {
  it.prop(
    "knows every root after any links and cuts",
    { steps: Arbitrary.array(pair, { maxLength: 150 }) },
    ({ steps }) => {
      const [forest, model] = [Forest.make(SIZE), naive()]
      for (const [child, parent] of steps) {
        if (model.parents.has(child)) {
          forest.cut(child)
          model.parents.delete(child)
        } else if (model.rootOf(parent) !== child) {
          forest.link(child, parent)
          model.parents.set(child, parent)
        } else forest.cut(child) // a root: nothing to cut
        const asked = [child, parent, (child + parent) % SIZE]
        assert.deepStrictEqual(asked.map(forest.rootOf), asked.map(model.rootOf))
      }
      const all = Array.from({ length: SIZE }, (_, index) => index)
      assert.deepStrictEqual(all.map(forest.rootOf), all.map(model.rootOf))
    },
    { arbitrary: { runs: 500 } }
  )

  it("asks for the root of a long chain quickly, again and again", () => {
    const size = 200_000
    const forest = Forest.make(size)
    for (let at = 1; at < size; at++) forest.link(at, at - 1)
    for (let at = size - 1; at > 0; at -= 2) assert.strictEqual(forest.rootOf(at), 0)
  })
})
