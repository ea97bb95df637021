import { assert, describe, it } from "@effect/vitest"
import { messageIds } from "../../../src/domain/message/Envelope.ts"

describe("Envelope.messageIds", () => {
  const table: ReadonlyArray<readonly [text: string, ids: ReadonlyArray<string>]> = [
    ["<a@b>", ["a@b"]],
    ["<a@b><c@d>\t <e@f> rubbish", ["a@b", "c@d", "e@f"]],
    ["< a @ b >", ["a@b"]],
    // RFC 5256 §3: quoting does not tell ids apart.
    ["<\"01KF8JCEOCBS0045PS\"@xxx.yyy.com>", ["01KF8JCEOCBS0045PS@xxx.yyy.com"]],
    ["<\"a\\\"b\\c\".d@e>", ["a\"bc.d@e"]],
    ["<\"open@e>", ["open@e"]],
    ["Your message <<a@b>", ["a@b"]],
    ["no ids, < never closed", []],
    ["<>", []],
    [`<${"x".repeat(998)}> <${"x".repeat(999)}>`, ["x".repeat(998)]]
  ]
  for (const [text, ids] of table) {
    it(JSON.stringify(text.slice(0, 60)), () => assert.deepStrictEqual(messageIds(text), ids))
  }

  it("is linear in hostile fields", () => {
    for (const bait of ["<", ">", "<\"", "\"\\", "<a", "\\\""]) {
      messageIds(bait.repeat(300_000))
      messageIds(`<${bait.repeat(300_000)}>`)
    }
  })
})
