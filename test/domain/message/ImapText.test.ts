import { assert, describe, it } from "@effect/vitest"
import { bodyStructureText, envelopeText, imapString } from "../../../src/domain/message/ImapText.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { fixture, octets } from "./Fixtures.ts"

const body = (name: string, extended = true): string => bodyStructureText(parse(fixture(name)).root, extended)

describe("ImapText", () => {
  const strings: ReadonlyArray<readonly [string | undefined, string]> = [
    [undefined, "NIL"],
    ["", "\"\""],
    ["a\"b\\c", "\"a\\\"b\\\\c\""],
    ["caf\xe9", "{4}\r\ncaf\xe9"],
    ["a\r\nb", "{4}\r\na\r\nb"],
    ["a\0", "{2}\r\na\x80"],
    ["€", "{3}\r\n\xe2\x82\xac"]
  ]
  for (const [input, output] of strings) {
    it(JSON.stringify(input) ?? "undefined", () => assert.strictEqual(imapString(input), output))
  }

  it("writes an envelope", () => {
    assert.strictEqual(
      envelopeText(parse(fixture("plain")).envelope),
      "(\"Mon, 23 Nov 2026 14:02:40 +0100\" \"Plain text\" ((\"Alice Example\" NIL \"alice\" \"leap.test\")) " +
        "((\"Alice Example\" NIL \"alice\" \"leap.test\")) ((\"Alice Example\" NIL \"alice\" \"leap.test\")) " +
        "((\"Bob\" NIL \"bob\" \"leap.test\")) NIL NIL NIL \"<plain@leap.test>\")"
    )
    assert.strictEqual(envelopeText(parse(octets("\r\n")).envelope), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)")
  })

  it("writes a leaf", () => {
    assert.strictEqual(body("plain", false), "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 42 5)")
    assert.strictEqual(body("plain"), "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 42 5 NIL NIL NIL NIL)")
  })

  it("writes multiparts", () => {
    assert.strictEqual(
      body("calendar", false),
      "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 16 0)" +
        "(\"text\" \"calendar\" (\"method\" \"REQUEST\" \"charset\" \"UTF-8\") NIL NIL \"8bit\" 117 7) \"alternative\")"
    )
    assert.include(
      body("nested-multipart"),
      "(\"application\" \"octet-stream\" NIL NIL \"a file\" \"base64\" 8 \"Q2hlY2sgSW50ZWdyaXR5IQ==\" " +
        "(\"attachment\" (\"filename*\" \"utf-8''na%C3%AFve%20file.bin\")) NIL \"http://leap.test/file\") \"mixed\" " +
        "(\"boundary\" \"outer\") NIL NIL NIL)"
    )
    assert.include(body("nested-multipart"), "(\"de\" \"en\")")
  })

  it("writes messages inside", () => {
    assert.strictEqual(
      bodyStructureText(parse(octets("Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n")).root, false),
      "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 17 (NIL \"x\" NIL NIL NIL NIL NIL NIL NIL NIL) " +
        "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1) 3)"
    )
  })

  it("writes what the grammar needs where the message has nothing", () => {
    assert.strictEqual(
      body("empty-multipart", false),
      "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0) \"mixed\")"
    )
    assert.match(body("rfc822-base64", false), /^\("application" "octet-stream" NIL NIL NIL "base64" \d+\)$/)
  })
})
