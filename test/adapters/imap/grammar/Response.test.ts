import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { write } from "../../../../src/adapters/imap/grammar/Encode.ts"
import * as Octets from "../../../../src/adapters/imap/grammar/Octets.ts"
import type { FetchData, Response } from "../../../../src/adapters/imap/grammar/Response.ts"
import { build, type Placement, placementAt } from "../../../../src/domain/mailbox/Chunk.ts"
import * as MailboxState from "../../../../src/domain/mailbox/MailboxState.ts"
import type { Uid } from "../../../../src/domain/mailbox/Uid.ts"
import { concat, fromLatin1, latin1 } from "../../../../src/domain/message/Latin1.ts"

const encode = (responses: ReadonlyArray<Response>): ReadonlyArray<Uint8Array> => {
  const out = Octets.make()
  for (const response of responses) write(out, response, false)
  return Octets.take(out)
}
const text = (...responses: ReadonlyArray<Response>): string => latin1(concat(encode(responses)))

describe("Response", () => {
  const lines: ReadonlyArray<readonly [Response, string]> = [
    [{ _tag: "Status", tag: "a", status: "OK", code: undefined, text: "Done" }, "a OK Done"],
    [{
      _tag: "Status",
      tag: undefined,
      status: "NO",
      code: { _tag: "Word", word: "TRYCREATE" },
      text: "No\r\na OK such mailbox, ü"
    }, "* NO [TRYCREATE] No?a OK such mailbox, ?"],
    [{
      _tag: "Status",
      tag: "a",
      status: "OK",
      code: { _tag: "CopyUid", uidValidity: 7, source: "1:2,4", target: "9:11" },
      text: "Copied"
    }, "a OK [COPYUID 7 1:2,4 9:11] Copied"],
    [{ _tag: "List", name: "LIST", attributes: ["\\Sent"], mailbox: "Sent" }, "* LIST (\\Sent) \"/\" Sent"],
    [{ _tag: "List", name: "LIST", attributes: [], mailbox: "A & \"B\"" }, "* LIST () \"/\" \"A &- \\\"B\\\"\""],
    [{ _tag: "List", name: "LSUB", attributes: [], mailbox: "nil" }, "* LSUB () \"/\" \"nil\""],
    [
      { _tag: "MailboxStatus", mailbox: "Entwürfe", items: [["MESSAGES", 3], ["UNSEEN", 0]] },
      "* STATUS Entw&APw-rfe (MESSAGES 3 UNSEEN 0)"
    ],
    [{ _tag: "Numbers", name: "SEARCH", numbers: "", modSeq: undefined }, "* SEARCH"],
    [{ _tag: "Numbers", name: "SORT", numbers: "84 2", modSeq: undefined }, "* SORT 84 2"],
    [{ _tag: "Numbers", name: "SEARCH", numbers: "2 5", modSeq: 917162500 }, "* SEARCH 2 5 (MODSEQ 917162500)"],
    [{ _tag: "Vanished", earlier: true, uids: "300:310,405,411" }, "* VANISHED (EARLIER) 300:310,405,411"],
    [{ _tag: "Enabled", names: ["CONDSTORE", "QRESYNC"] }, "* ENABLED CONDSTORE QRESYNC"],
    [{
      _tag: "ExtendedSearch",
      tag: "A282",
      uid: true,
      min: 2,
      max: undefined,
      all: "2,10:11",
      count: 3,
      modSeq: 7,
      partial: { range: "-1:-100", set: undefined }
    }, "* ESEARCH (TAG \"A282\") UID MIN 2 ALL 2,10:11 PARTIAL (-1:-100 NIL) COUNT 3 MODSEQ 7"],
    [{
      _tag: "Fetch",
      name: "FETCH",
      number: 1,
      data: [
        { _tag: "ModSeq", modSeq: 65402 },
        { _tag: "Binary", path: [1, 2], offset: 0, octets: fromLatin1("a\0") },
        { _tag: "Binary", path: [], offset: undefined, octets: fromLatin1("a") },
        { _tag: "Binary", path: [9], offset: undefined, octets: undefined }
      ]
    }, "* 1 FETCH (MODSEQ (65402) BINARY[1.2]<0> ~{2}\r\na\0 BINARY[] {1}\r\na BINARY[9] NIL)"],
    [
      {
        _tag: "Fetch",
        name: "FETCH",
        number: 12,
        data: [{ _tag: "Uid", uid: 40 }, { _tag: "Flags", flags: ["\\Seen", "$Junk"] }]
      },
      "* 12 FETCH (UID 40 FLAGS (\\Seen $Junk))"
    ],
    [
      {
        _tag: "Fetch",
        name: "FETCH",
        number: 1,
        data: [{ _tag: "InternalDate", at: -1000 }, { _tag: "Size", octets: 5 }]
      },
      "* 1 FETCH (INTERNALDATE \"31-Dec-1969 23:59:59 +0000\" RFC822.SIZE 5)"
    ],
    [{
      _tag: "Fetch",
      name: "FETCH",
      number: 1,
      data: [{
        _tag: "Body",
        section: { path: [1, 2], text: "HEADER.FIELDS.NOT", fields: ["To", "X y"] },
        label: undefined,
        offset: 3,
        octets: fromLatin1("a\r\n\0\xff")
      }]
    }, "* 1 FETCH (BODY[1.2.HEADER.FIELDS.NOT (To \"X y\")]<3> {5}\r\na\r\n\x80\xff)"],
    [{
      _tag: "Fetch",
      name: "FETCH",
      number: 1,
      data: [{
        _tag: "Body",
        section: { path: [9], text: "ALL" },
        label: undefined,
        offset: undefined,
        octets: undefined
      }]
    }, "* 1 FETCH (BODY[9] NIL)"]
  ]
  for (const [response, line] of lines) {
    it(line.split("\r\n")[0] ?? "", () => assert.strictEqual(text(response), `${line}\r\n`))
  }

  it("says of placements what it says of one message at a time", () => {
    const news = [{ message: 1, size: 5, flags: ["\\Seen", "$Junk"], internalDate: 1000 }, {
      message: 2,
      size: 70_000,
      flags: [],
      internalDate: -1000
    }]
    const [{ placements: [chunk] }] = MailboxState.place({ ...MailboxState.empty, uidNext: 40 }, news, 5000)
    assert.isDefined(chunk)
    const items = ["Flags", "Uid", "Size", "ModSeq", "InternalDate", "SaveDate"] as const
    const data = (index: number): ReadonlyArray<FetchData> => {
      const { flags, internalDate, modSeq, saveDate, size, uid } = placementAt(chunk, index)
      return [
        { _tag: "Flags", flags },
        { _tag: "Uid", uid },
        { _tag: "Size", octets: size },
        { _tag: "ModSeq", modSeq },
        { _tag: "InternalDate", at: internalDate },
        { _tag: "SaveDate", at: saveDate }
      ]
    }
    const slice = { chunk, from: 0, to: 2 }
    assert.strictEqual(
      text({ _tag: "FetchSlice", slice, number: 7, items }),
      text(...[0, 1].map((at): Response => ({ _tag: "Fetch", name: "FETCH", number: 7 + at, data: data(at) })))
    )
    assert.strictEqual(
      text({ _tag: "FetchSlice", slice: { ...slice, from: 1 }, number: undefined, items }),
      text({ _tag: "Fetch", name: "UIDFETCH", number: 41, data: data(1) })
    )
  })

  const Line = Schema.Struct({
    gap: Schema.Literals([1, 1, 1, 2, 90]),
    size: Schema.Literals([9, 10, 11]),
    flags: Schema.Literals(["", "\\Seen"]),
    modSeq: Schema.Literals([99, 100]),
    at: Schema.Literals([0, 1000, 253_402_300_800_000])
  })

  it.prop("says of many placements what it says of each", {
    lines: Arbitrary.array(Arbitrary.schema(Line), { minLength: 1, maxLength: 30 }),
    number: Schema.Literals([1, 8, 95, 99_990]),
    tags: Schema.Array(Schema.Literals(["Flags", "Uid", "Size", "ModSeq", "InternalDate"])),
    before: Schema.Literals([0, 65_300, 65_500]),
    isUidOnly: Schema.Boolean
  }, ({ before, isUidOnly, lines, number, tags }) => {
    let uid = 0
    const placements = lines.map(({ at, flags, gap, modSeq, size }): Placement => ({
      uid: (uid += gap) as Uid,
      message: 1,
      size,
      flags: flags === "" ? [] : [flags],
      modSeq,
      internalDate: at,
      saveDate: at
    }))
    const chunk = build(1, placements)
    const items = Array.from(new Set(tags))
    // As at the end of a page.
    const padding: Response = { _tag: "Continue", text: "x".repeat(before) }
    const one = ({ flags, internalDate, modSeq, size, uid }: Placement, index: number): Response => {
      const data: Record<(typeof items)[number], FetchData> = {
        Flags: { _tag: "Flags", flags },
        Uid: { _tag: "Uid", uid },
        Size: { _tag: "Size", octets: size },
        ModSeq: { _tag: "ModSeq", modSeq },
        InternalDate: { _tag: "InternalDate", at: internalDate }
      }
      return isUidOnly
        ? { _tag: "Fetch", name: "UIDFETCH", number: uid, data: items.map((item) => data[item]) }
        : { _tag: "Fetch", name: "FETCH", number: number + index, data: items.map((item) => data[item]) }
    }
    const slice = { chunk, from: 0, to: lines.length }
    assert.strictEqual(
      text(padding, { _tag: "FetchSlice", slice, number: isUidOnly ? undefined : number, items }),
      text(padding, ...placements.map(one))
    )
    return true
  })

  it("leaves a large body uncopied between two buffers of text", () => {
    const octets = new Uint8Array(100_000).fill(120)
    const pieces = encode([{
      _tag: "Fetch",
      name: "FETCH",
      number: 1,
      data: [{ _tag: "Body", section: { path: [], text: "ALL" }, label: undefined, offset: undefined, octets }]
    }])
    assert.deepStrictEqual(pieces.map(({ length }) => length), [28, 100_000, 3])
    assert.isTrue(pieces[1] === octets)
  })
})
