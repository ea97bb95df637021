import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Flag from "../../../src/domain/mailbox/Flag.ts"

const flags = Schema.Array(Schema.Literals(["\\Seen", "\\SEEN", "\\Deleted", "$Forwarded", "$forwarded", "work"]))

describe("Flag", () => {
  it("writes system flags one way and leaves keywords as they came", () => {
    assert.strictEqual(Flag.normalize("\\sEEn"), "\\Seen")
    assert.strictEqual(Flag.normalize("$Forwarded"), "$Forwarded")
  })

  it("never takes \\Recent up", () => {
    const current = ["\\Seen", "work"]
    assert.deepStrictEqual(Flag.apply([], "replace", ["\\rECENT", "\\Seen"]), ["\\Seen"])
    assert.strictEqual(Flag.apply(current, "add", ["\\Recent"]), current)
    assert.strictEqual(Flag.apply(current, "replace", ["\\Recent", "WORK", "\\SEEN"]), current)
  })

  it("takes no two sets for one, whatever is in their keywords", () => {
    assert.deepStrictEqual(Flag.setOf(["a b", "c"]), ["a b", "c"])
    assert.deepStrictEqual(Flag.setOf(["a", "b c"]), ["a", "b c"])
    assert.deepStrictEqual(Flag.setOf(["a", "b", "c"]), ["a", "b", "c"])
  })

  it.prop("adding twice is adding once", { current: flags, change: flags }, ({ change, current }) => {
    const once = Flag.apply(current, "add", change)
    return Flag.apply(once, "add", change) === once
  })

  it.prop("what is removed is gone, in any case", { current: flags, change: flags }, ({ change, current }) => {
    const left = Flag.apply(current, "remove", change)
    return change.every((flag) => !Flag.includes(left, flag))
  })

  it.prop("replacing leaves exactly the new ones", { current: flags, change: flags }, ({ change, current }) => {
    const next = Flag.apply(current, "replace", change)
    return change.every((flag) => Flag.includes(next, flag)) && next.every((flag) => Flag.includes(change, flag))
  })
})
