import { assert, describe, it } from "@effect/vitest"
import { sortKeys } from "../../../src/domain/mailbox/SortKey.ts"
import { parse } from "../../../src/domain/message/Parse.ts"

const keysOf = (...lines: ReadonlyArray<string>) =>
  sortKeys(parse(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`)))

describe("SortKey (RFC 5256 §3)", () => {
  it("takes the local part of the first address, quotes and case away", () => {
    const { cc, from, to } = keysOf(
      "From: X <Bob.B@a.test>, z@z",
      "To: \"A b\"@x.test",
      "Cc: undisclosed: one@x, two@x;"
    )
    // A group's address has the group's name for its mailbox.
    assert.deepStrictEqual([from, to, cc], ["bob.b", "a b", "undisclosed"])
  })

  it("cuts what is so long that nobody tells it apart", () => {
    assert.strictEqual(keysOf(`Subject: ${"ß".repeat(10_000)}`).subject, "s".repeat(500))
  })
})

describe("SortKey, display (RFC 5957 §3)", () => {
  const table: ReadonlyArray<readonly [from: string, display: string]> = [
    ["\"Doe, Jane\" <jane@a.test>", "doe, jane"],
    ["=?utf-8?q?=C3=89milie?= <e@a.test>", "e\u0301milie"],
    ["Jane@A.test", "jane@a.test"],
    ["\"\" <jane@a.test>", "jane@a.test"],
    ["=?utf-8?q??= <jane@a.test>", "jane@a.test"],
    ["friends: a@b;", "friends"],
    ["jane@a.test (Jane)", "jane"],
    ["", ""]
  ]
  for (const [from, display] of table) {
    it(JSON.stringify(from), () => {
      const keys = keysOf(`From: ${from}`, `To: ${from}`)
      assert.deepStrictEqual([keys.displayFrom, keys.displayTo], [display, display])
    })
  }
})
