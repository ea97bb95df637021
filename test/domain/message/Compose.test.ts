import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { canonicalize } from "../../../src/domain/message/Canonical.ts"
import { compose, isSafe7bit, toCrlf } from "../../../src/domain/message/Compose.ts"
import {
  prependHeaders,
  removeHeaders,
  removeHeadersWhere,
  replaceHeaders
} from "../../../src/domain/message/HeaderEdit.ts"
import { formatField } from "../../../src/domain/message/HeaderText.ts"
import type { Part } from "../../../src/domain/message/MessageStructure.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { bodyText, fieldValues } from "../../../src/domain/message/SearchText.ts"
import { decodedBody, decodedPart, section } from "../../../src/domain/message/Section.ts"
import { corpus, fixture, fixtures, octets, text } from "./Fixtures.ts"

const words = Schema.Array(Schema.String)

describe("Compose", () => {
  it("builds a multipart that reads as built", () => {
    const raw = octets("Content-Type: text/x-raw\r\n\r\nas it is\n")
    const bytes = compose({
      headers: [["From", "Jörg Müller <joerg@leap.test>"], ["Subject", "Grüße"]],
      body: {
        _tag: "Multipart",
        subtype: "signed",
        parameters: [{ name: "protocol", value: "application/pgp-signature" }],
        parts: [
          { headers: [], body: { _tag: "Text", text: "Käse\nund Brot\n" } },
          raw,
          {
            headers: [],
            body: {
              _tag: "Binary",
              type: "image/png",
              bytes: Uint8Array.of(0, 255),
              parameters: [{ name: "name", value: "ä.png" }]
            }
          }
        ]
      }
    })
    const structure = parse(bytes)
    assert.strictEqual(structure.root.parts.length, 3)
    assert.isTrue(isSafe7bit(bytes.slice(0, structure.root.bodyStart)))
    assert.strictEqual(text(section(structure, bytes, { path: [2], text: "ALL" })), "as it is\n")
    assert.deepStrictEqual(decodedPart(structure, bytes, [3]), Uint8Array.of(0, 255))
    assert.strictEqual(structure.root.parts[2]?.parameters[0]?.value, "ä.png")
    assert.deepStrictEqual(fieldValues(bytes, structure, "from"), ["Jörg Müller <joerg@leap.test>"])
    assert.include(bodyText(bytes, structure), "Käse\r\nund Brot\r\n")
  })

  it.prop("texts come back", { lines: words }, ({ lines }) => {
    const value = lines.join("\n").toWellFormed()
    const bytes = compose({ headers: [["Subject", "x"]], body: { _tag: "Text", text: value } })
    const decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      decodedPart(parse(bytes), bytes, [1]) as Uint8Array
    )
    assert.strictEqual(decoded, value.replaceAll(/\r\n|\r|\n/g, "\r\n"))
    return true
  })

  it("headers cannot be smuggled in", () => {
    assert.strictEqual(formatField("Subject", "a\r\nBcc: x@y\r\n\r\nbody"), "Subject: a Bcc: x@y body\r\n")
    assert.strictEqual(formatField("X-A: b\r\nC", "d"), "X-AbC: d\r\n")
  })

  it.prop("unstructured headers come back, folded", { words }, ({ words }) => {
    const value = words.map((word) => word.toWellFormed().replaceAll(/[\s\0]/g, "")).filter((word) => word !== "").join(
      " "
    )
    if (/=\?/.test(value)) return true
    const field = formatField("Subject", value)
    const bytes = octets(`${field}\r\n`)
    assert.deepStrictEqual(fieldValues(bytes, parse(bytes), "subject"), [value])
    return true
  })

  it("folds at 78 and keeps addresses whole", () => {
    const value = Array.from({ length: 30 }, (_, i) => `"Ännchen, ${i}" <a${i}@leap.test>`).join(", ")
    const field = formatField("To", value)
    for (const line of field.split("\r\n")) assert.isAtMost(line.length, 78)
    const { envelope } = parse(octets(`${field}\r\n`))
    assert.strictEqual(envelope.to.length, 30)
    assert.strictEqual(envelope.to[29]?.mailbox, "a29")
  })
})

describe("HeaderEdit", () => {
  it("removes in any case, with folded lines, and nothing else", () => {
    const bytes = octets("A: 1\r\nb: 2\n\tfolded\nB : 3\r\nC: 4\r\n\r\nB: body\r\n")
    assert.strictEqual(text(removeHeaders(bytes, ["B"])), "A: 1\r\nC: 4\r\n\r\nB: body\r\n")
    assert.strictEqual(removeHeaders(bytes, ["None"]), bytes)
  })
  it("puts new fields first and takes them away again, byte for byte, for every message there is", () => {
    for (const { bytes, name } of [...fixtures, ...corpus]) {
      const added = prependHeaders(bytes, [["X-Leap-One", "1"], ["X-Leap-Two", "zwei ".repeat(30)]])
      const structure = parse(added)
      assert.deepStrictEqual(fieldValues(added, structure, "x-leap-one"), ["1"], name)
      assert.deepStrictEqual(removeHeaders(added, ["x-leap-one", "X-LEAP-TWO"]), bytes, name)
      const isUnwanted = (field: string): boolean => field === "subject" || field.startsWith("x-")
      const inTwo = prependHeaders(removeHeadersWhere(bytes, isUnwanted), [["X-Leap-One", "1"]])
      assert.deepStrictEqual(replaceHeaders(bytes, isUnwanted, [["X-Leap-One", "1"]]), inTwo, name)
    }
  })
})

describe("Canonical", () => {
  const leaves = (part: Part): ReadonlyArray<Part> =>
    part.message !== undefined
      ? leaves(part.message.root)
      : part.type === "multipart"
      ? part.parts.flatMap(leaves)
      : [part]
  for (const { bytes, name } of [...fixtures, ...corpus]) {
    it(`of ${name} is stable and says the same`, () => {
      const once = canonicalize(bytes)
      assert.deepStrictEqual(canonicalize(once), once)
      assert.deepStrictEqual(toCrlf(once), once)
      const before = leaves(parse(bytes).root)
      const after = leaves(parse(once).root)
      assert.deepStrictEqual(after.map((part) => part.type), before.map((part) => part.type))
      for (const [i, part] of before.entries()) {
        const was = decodedBody(part, bytes)
        const is = decodedBody(after[i]!, once)
        if (was === undefined || is === undefined) continue
        // Line ends aside, the content is what it was.
        assert.strictEqual(text(toCrlf(is)), text(toCrlf(was)))
      }
    })
  }
  it("makes 8-bit bodies safe", () => {
    const bytes = canonicalize(fixture("eight-bit"))
    const { root } = parse(bytes)
    assert.strictEqual(root.encoding, "quoted-printable")
    assert.isTrue(isSafe7bit(bytes))
  })
  it("leaves what is signed alone", () => {
    assert.deepStrictEqual(canonicalize(fixture("multipart-signed")), fixture("multipart-signed"))
  })
})
