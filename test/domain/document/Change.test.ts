import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { changeMailbox, changeOwnKeys, changePlacement } from "../../../src/domain/document/Change.ts"
import type { PlacementDocument } from "../../../src/domain/document/Document.ts"
import * as FlagSet from "../../../src/domain/document/FlagSet.ts"
import { DeviceId } from "../../../src/domain/document/Hlc.ts"
import { merge } from "../../../src/domain/document/Merge.ts"
import { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import { alice, Sketch, toDocument } from "./Documents.ts"

const device = DeviceId.make("a")
const other = DeviceId.make("b")
const moment = { at: 1000, device }
const key = { mailbox: MailboxId.make("inbox"), email: EmailId.make("E1"), ordinal: 0 }
const Flags = Schema.Array(Schema.Literals(["\\Seen", "\\Flagged", "$a"])).check(Schema.isUnique())
const Clock = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))

const sorted = (flags: ReadonlyArray<string>): ReadonlyArray<string> => [...flags].sort()

describe("changePlacement", () => {
  it.prop("has the flags that the person sees, whatever the clocks say", { before: Sketch, flags: Flags, at: Clock }, (
    { at, before, flags }
  ) => {
    const state = toDocument("placement", { ...before, deleted: false }) as PlacementDocument
    const next = changePlacement(state, key, { internalDate: 0, flags }, { at, device }) as PlacementDocument
    assert.deepStrictEqual(
      sorted(FlagSet.toFlags(next.flags).map((flag) => flag === "$A" ? "$a" : flag)),
      sorted(flags)
    )
    assert.deepStrictEqual(merge(state, next), next)
  })

  it("is the same document where nothing changed", () => {
    const state = changePlacement(undefined, key, { internalDate: 5, flags: ["\\Seen"] }, moment)
    assert.strictEqual(changePlacement(state, key, { internalDate: 5, flags: ["\\seen"] }, moment), state)
  })

  it("never comes back under the same key", () => {
    const state = changePlacement(undefined, key, { internalDate: 5, flags: [] }, moment)
    const gone = changePlacement(state, key, undefined, moment)
    assert.strictEqual(gone?.deleted, true)
    assert.strictEqual(changePlacement(gone, key, { internalDate: 5, flags: [] }, moment), gone)
  })
})

describe("changeMailbox", () => {
  const id = MailboxId.make("drafts")
  const drafts = { name: "Drafts", specialUse: "drafts", subscribed: true } as const

  it("making the standard ones on a new device undoes nothing", () => {
    const first = changeMailbox(undefined, id, drafts, moment)
    const renamed = changeMailbox(first, id, { ...drafts, name: "Entwürfe" }, { at: 2000, device })
    const fresh = changeMailbox(undefined, id, drafts, { at: 3000, device: other })
    assert.isDefined(renamed)
    assert.isDefined(fresh)
    const merged = merge(renamed, fresh)
    assert.strictEqual(merged._tag === "mailbox" && merged.name.value, "Entwürfe")
  })

  it("fields changed on two devices both hold", () => {
    const first = changeMailbox(undefined, id, drafts, moment)
    const here = changeMailbox(first, id, { ...drafts, name: "Here" }, { at: 2000, device })
    const there = changeMailbox(first, id, { ...drafts, subscribed: false }, { at: 1500, device: other })
    assert.isDefined(here)
    assert.isDefined(there)
    const merged = merge(there, here)
    assert.strictEqual(merged._tag === "mailbox" && merged.name.value, "Here")
    assert.strictEqual(merged._tag === "mailbox" && merged.subscribed.value, false)
  })
})

describe("changeOwnKeys", () => {
  const current = (name: string) => ({ address: alice, certificate: `c${name}`, secretKey: name })

  it("loses no secret key when two devices make new ones", () => {
    const first = changeOwnKeys(undefined, current("k1"), ["k0"], moment)
    const here = changeOwnKeys(first, current("k2"), ["k1", "k0"], { at: 2000, device })
    const there = changeOwnKeys(first, current("k3"), ["k1", "k0"], { at: 3000, device: other })
    const merged = merge(here, there)
    assert(merged._tag === "ownKeys")
    assert.strictEqual(merged.current.value.secretKey, "k3")
    const newestFirst = [...merged.secretKeys].sort((a, b) => a.at < b.at ? 1 : -1)
    assert.deepStrictEqual(newestFirst.map(({ value }) => value), ["k3", "k2", "k1", "k0"])
  })
})
