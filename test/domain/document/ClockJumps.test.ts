/** Clocks that are set forward and back by days, on any device: who has seen a change and makes another has the last word. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { changeMailbox, changePlacement } from "../../../src/domain/document/Change.ts"
import type { MailboxDocument, PlacementDocument } from "../../../src/domain/document/Document.ts"
import * as FlagSet from "../../../src/domain/document/FlagSet.ts"
import * as Hlc from "../../../src/domain/document/Hlc.ts"
import { merge } from "../../../src/domain/document/Merge.ts"
import { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"

/** From before 1970 to beyond what a stamp holds. */
const Wall = Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 40), maximum: 2 ** 49 }))
const Edit = Schema.Struct({
  device: Schema.Literals(["a", "b", "c"]),
  at: Wall,
  word: Schema.Literals(["x", "y", "z"])
})
const Edits = Schema.Array(Edit).check(Schema.isMinLength(1), Schema.isMaxLength(20))

const moment = ({ at, device }: typeof Edit.Type) => ({ at, device: Hlc.DeviceId.make(device) })
const key = { mailbox: MailboxId.make("M1"), email: EmailId.make("E1"), ordinal: 0 }

describe("clock jumps", () => {
  it.prop("do not undo what was done last: flags", { edits: Edits }, ({ edits }) => {
    let state: PlacementDocument | undefined
    const versions: Array<PlacementDocument> = []
    for (const edit of edits) {
      state = changePlacement(state, key, { internalDate: 0, flags: [edit.word] }, moment(edit))
      assert(state !== undefined)
      versions.push(state)
      assert.deepStrictEqual(FlagSet.toFlags(state.flags), [edit.word])
    }
    // However late an older version comes.
    for (const older of versions) assert.deepStrictEqual(merge(older, versions.at(-1) ?? older), versions.at(-1))
  })

  it.prop("do not undo what was done last: names", { edits: Edits }, ({ edits }) => {
    let state: MailboxDocument | undefined
    const versions: Array<MailboxDocument> = []
    for (const edit of edits) {
      const local = { name: edit.word, specialUse: undefined, subscribed: true }
      state = changeMailbox(state, MailboxId.make("M1"), local, moment(edit))
      assert(state !== undefined)
      versions.push(state)
      assert.strictEqual(state.name.value, edit.word)
    }
    for (const older of versions) assert.deepStrictEqual(merge(older, versions.at(-1) ?? older), versions.at(-1))
  })
})
