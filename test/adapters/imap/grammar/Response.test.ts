import { assert, describe, it } from "@effect/vitest"
import { encode, type Response } from "../../../../src/adapters/imap/grammar/Response.ts"
import { concat, fromLatin1, latin1 } from "../../../../src/domain/message/Latin1.ts"

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
    [{ _tag: "Search", numbers: [] }, "* SEARCH"],
    [{ _tag: "Search", numbers: [2, 84] }, "* SEARCH 2 84"],
    [
      { _tag: "Fetch", number: 12, data: [{ _tag: "Uid", uid: 40 }, { _tag: "Flags", flags: ["\\Seen", "$Junk"] }] },
      "* 12 FETCH (UID 40 FLAGS (\\Seen $Junk))"
    ],
    [
      { _tag: "Fetch", number: 1, data: [{ _tag: "InternalDate", at: -1000 }, { _tag: "Size", octets: 5 }] },
      "* 1 FETCH (INTERNALDATE \"31-Dec-1969 23:59:59 +0000\" RFC822.SIZE 5)"
    ],
    [{
      _tag: "Fetch",
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

  it("leaves a large body uncopied between two buffers of text", () => {
    const octets = new Uint8Array(100_000).fill(120)
    const pieces = encode([{
      _tag: "Fetch",
      number: 1,
      data: [{ _tag: "Body", section: { path: [], text: "ALL" }, label: undefined, offset: undefined, octets }]
    }])
    assert.deepStrictEqual(pieces.map(({ length }) => length), [28, 100_000, 3])
    assert.isTrue(pieces[1] === octets)
  })
})
