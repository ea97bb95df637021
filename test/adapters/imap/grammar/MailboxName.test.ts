import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { decodeName, encodeName } from "../../../../src/adapters/imap/grammar/MailboxName.ts"

describe("MailboxName", () => {
  // RFC 3501 §5.1.3 and neighbours
  const names: ReadonlyArray<readonly [name: string, wire: string]> = [
    ["~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"],
    ["A & B", "A &- B"],
    ["Entwürfe", "Entw&APw-rfe"],
    ["\u{1F4EC}", "&2D3c7A-"],
    ["&", "&-"],
    ["", ""]
  ]
  for (const [name, wire] of names) {
    it(wire, () => {
      assert.strictEqual(encodeName(name), wire)
      assert.strictEqual(decodeName(wire), name)
    })
  }

  it.prop("reads back any name", { name: Schema.String }, ({ name }) => {
    return decodeName(encodeName(name)) === name.toWellFormed()
  })

  it("reads raw UTF-8 beside the shifted form", () => {
    assert.strictEqual(decodeName("Entw\xc3\xbcrfe/&U,BTFw-"), "Entwürfe/台北")
  })

  for (const wire of ["&", "&abc", "&!-", "&A-", "&AP-", "\xfc"]) {
    it(`refuses ${JSON.stringify(wire)}`, () => assert.isUndefined(decodeName(wire)))
  }
})
