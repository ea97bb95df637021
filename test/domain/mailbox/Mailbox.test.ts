import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parseName } from "../../../src/domain/mailbox/Mailbox.ts"

const nameOf = (text: string): string | undefined => {
  const parsed = parseName(text)
  return "name" in parsed ? parsed.name : undefined
}

describe("parseName", () => {
  it("writes INBOX in capitals where it is the first part, by ASCII alone", () => {
    assert.deepStrictEqual(["inbox", "Inbox/a", "a/inbox", "inboxes", "ınbox", "ｉnbox"].map(nameOf), [
      "INBOX",
      "INBOX/a",
      "a/inbox",
      "inboxes",
      "ınbox",
      "ｉnbox"
    ])
  })

  it("composes, and takes one trailing slash away", () => {
    assert.deepStrictEqual(["u\u0308/", "a/b/", "a//", "/", ""].map(nameOf), [
      "ü",
      "a/b",
      undefined,
      undefined,
      undefined
    ])
  })

  it("refuses what RFC 6855 forbids, and half characters", () => {
    for (const bad of ["\0", "\x1f", "\x7f", "\x80", "\x9f", "\u2028", "\u2029", "\ud800", "\udc00\ud800"]) {
      assert.isUndefined(nameOf(`a${bad}b`), JSON.stringify(bad))
    }
  })

  it("allows a thousand octets and no more", () => {
    assert.strictEqual(nameOf("é".repeat(500)), "é".repeat(500))
    assert.isUndefined(nameOf(`${"é".repeat(500)}a`))
  })

  it.prop("answers a name that is its own canonical form", { text: Schema.String }, ({ text }) => {
    const name = nameOf(text)
    return name === undefined || (nameOf(name) === name && nameOf(`${name}/`) === name)
  })
})
