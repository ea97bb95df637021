import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"

const uid = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 60 }))
const uids = Schema.Array(uid)

describe("UidSet", () => {
  it("joins what touches", () => {
    assert.strictEqual(UidSet.encode(UidSet.fromUids([3, 1, 2, 7, 7])), "1:3,7")
    assert.strictEqual(UidSet.encode(UidSet.fromUids([1, 2, 2, 5, 9])), "1:2,5,9")
    assert.strictEqual(UidSet.encode(UidSet.fromRanges([{ from: 9, to: 4 }, { from: 10, to: 12 }])), "4:12")
  })

  it.prop("has exactly what it was made of", { members: uids, probe: uid }, ({ members, probe }) => {
    return UidSet.has(UidSet.fromUids(members), probe) === members.includes(probe)
  })

  it.prop("ranges are sorted, disjoint and never adjacent", { members: uids }, ({ members }) => {
    const set = UidSet.fromUids(members)
    return set.every((range, index) =>
      range.from <= range.to && (index === 0 || (set[index - 1]?.to ?? 0) + 1 < range.from)
    )
  })

  it.prop("counts its members once", { members: uids }, ({ members }) => {
    return UidSet.size(UidSet.fromUids(members)) === new Set(members).size
  })

  it.prop("selects the existing ones in order", { members: uids, existing: uids }, ({ existing, members }) => {
    const sorted = [...new Set(existing)].sort((a, b) => a - b)
    const selected = UidSet.select(UidSet.fromUids(members), Uint32Array.from(sorted))
    assert.deepStrictEqual<ReadonlyArray<number>>(selected, sorted.filter((one) => members.includes(one)))
  })
})
