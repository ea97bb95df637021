import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parse } from "../../../src/domain/message/Parse.ts"
import { decodedPart, partial, section, type SectionSpec } from "../../../src/domain/message/Section.ts"
import { corpus, fixture, fixtures, octets, text } from "./Fixtures.ts"

const get = (name: string, path: ReadonlyArray<number>, kind: SectionSpec["text"] = "ALL", fields?: Array<string>) => {
  const bytes = fixture(name)
  return text(section(parse(bytes), bytes, fields === undefined ? { path, text: kind } : { path, text: kind, fields }))
}

describe("Section", () => {
  it("gives part 1 of a message that is no multipart", () => {
    assert.strictEqual(get("plain", [1]), get("plain", [], "TEXT"))
    assert.strictEqual(get("plain", [1], "MIME"), get("plain", [], "HEADER"))
    assert.isUndefined(get("plain", [2]))
    assert.isUndefined(get("plain", [1, 1]))
    assert.isUndefined(get("plain", [1], "HEADER"))
  })

  it("goes down multiparts", () => {
    assert.strictEqual(get("nested-multipart", [1, 1, 1]), "Plain words.")
    assert.strictEqual(
      get("nested-multipart", [1, 1, 1], "MIME"),
      "Content-Type: text/plain; charset=utf-8\r\nContent-Language: de, en\r\n\r\n"
    )
    assert.strictEqual(get("nested-multipart", [1, 2]), "iVBORw0KGgo=")
    assert.isUndefined(get("nested-multipart", [3]))
    assert.isUndefined(get("nested-multipart", [0]))
  })

  it("goes down into messages", () => {
    assert.strictEqual(
      get("rfc822-in-rfc822", [2], "HEADER.FIELDS", ["SUBJECT"]),
      "Subject: Outer forward\r\n\r\n"
    )
    assert.strictEqual(get("rfc822-in-rfc822", [2, 1], "HEADER.FIELDS", ["subject"]), "Subject: Innermost\r\n\r\n")
    assert.strictEqual(get("rfc822-in-rfc822", [2, 1, 1]), "Innermost text.")
    assert.strictEqual(get("rfc822-in-rfc822", [2, 1, 2]), "Second innermost.")
    assert.strictEqual(
      get("rfc822-in-rfc822", [2]),
      get("rfc822-in-rfc822", [2], "HEADER")! + get("rfc822-in-rfc822", [2], "TEXT")!
    )
    assert.strictEqual(get("bounce", [3, 1]), "Hello?")
  })

  it("selects header fields", () => {
    assert.strictEqual(get("plain", [], "HEADER.FIELDS", ["to", "X-None"]), "To: Bob <bob@leap.test>\r\n\r\n")
    assert.strictEqual(get("plain", [], "HEADER.FIELDS", []), "\r\n")
    assert.strictEqual(
      get("plain", [], "HEADER.FIELDS.NOT", ["From", "To", "Date", "Message-ID"]),
      "Subject: Plain text\r\n\r\n"
    )
    assert.strictEqual(get("plain", [], "HEADER.FIELDS.NOT", []), get("plain", [], "HEADER"))
  })

  it("header and text make the message, for every message there is", () => {
    for (const { bytes, name } of [...fixtures, ...corpus]) {
      const structure = parse(bytes)
      const both = text(section(structure, bytes, { path: [], text: "HEADER" }))! +
        text(section(structure, bytes, { path: [], text: "TEXT" }))!
      assert.strictEqual(both, text(bytes), name)
    }
  })

  it("decodes parts", () => {
    const decoded = (name: string, path: Array<number>) => {
      const bytes = fixture(name)
      return decodedPart(parse(bytes), bytes, path)
    }
    assert.deepStrictEqual(decoded("nested-multipart", [2]), Uint8Array.of(0, 1, 2, 3, 4, 5))
    assert.strictEqual(
      new TextDecoder().decode(decoded("base64", [1]) as Uint8Array),
      "Zwei Zeilen,\r\nmit Umlauten: äöü €.\r\n"
    )
    assert.isUndefined(decoded("base64", [2]))
    const strange = octets("Content-Transfer-Encoding: x-uuencode\r\n\r\nbody")
    assert.strictEqual(decodedPart(parse(strange), strange, [1]), "UnknownEncoding")
  })

  const place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
  it.prop("partials put together are the whole", { length: place, step: place }, ({ length, step }) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i)
    const pieces: Array<number> = []
    for (let at = 0; at < length; at += step + 1) pieces.push(...partial(bytes, at, step + 1))
    assert.deepStrictEqual(pieces, [...bytes])
    assert.strictEqual(partial(bytes, length + 1, 5).length, 0)
    return true
  })
})
