import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { differing, parseEntry } from "../../../src/domain/mailbox/Metadata.ts"

describe("Metadata.parseEntry (RFC 5464 §3.2)", () => {
  const good: ReadonlyArray<string> = [
    "/private/comment",
    "/shared/comment",
    "/private/filters/values/small",
    "/shared/vendor/cmu/cyrus-imapd",
    "/private/a b!\"#",
    `/private/${"x".repeat(246)}`
  ]
  it.each(good)("takes %s", (name) => assert.deepStrictEqual(parseEntry(name), Result.succeed(name)))

  const bad: ReadonlyArray<string> = [
    "",
    "/",
    "/private",
    "/private/",
    "private/comment",
    "/other/comment",
    "/privately/comment",
    "//private/comment",
    "/private//comment",
    "/private/comment/",
    "/private/vendor",
    "/private/vendor/token",
    "/private/*",
    "/private/%",
    "/private/é",
    "/private/a\r\nb",
    "/private/\0",
    `/private/${"x".repeat(247)}`
  ]
  it.each(bad)("refuses %j", (name) => assert.isTrue(Result.isFailure(parseEntry(name))))

  it("compares names without case", () => {
    assert.deepStrictEqual(parseEntry("/Private/COMMENT"), Result.succeed("/private/comment"))
  })
})

describe("Metadata.differing", () => {
  const octets = (...values: ReadonlyArray<number>) => Uint8Array.from(values)
  it("names what was added, removed or changed, an empty value among it", () => {
    const before = new Map([["/private/a", octets(1)], ["/private/b", octets(1, 2)], ["/private/c", octets()]])
    const after = new Map([["/private/b", octets(1, 3)], ["/private/c", octets()], ["/private/d", octets()]])
    assert.deepStrictEqual(differing(before, after), ["/private/a", "/private/b", "/private/d"])
    assert.deepStrictEqual(differing(before, before), [])
  })
})
