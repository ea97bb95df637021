import { assert, describe, it } from "@effect/vitest"
import { openPart, partsOf, textOf } from "../../../src/domain/mail/Part.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { decodedPart, section } from "../../../src/domain/message/Section.ts"
import { corpus, fixture, fixtures, text } from "../message/Fixtures.ts"

const listed = (name: string) =>
  partsOf(parse(fixture(name))).map(({ isAttachment, name, number, type }) =>
    [number, type, ...name === undefined ? [] : [name], ...isAttachment ? ["kept"] : []].join(" ")
  )

describe("Part", () => {
  it("opens what it lists, and it is what IMAP gives under that number", () => {
    for (const { bytes, name } of [...fixtures, ...corpus]) {
      const structure = parse(bytes)
      for (const part of partsOf(structure)) {
        const opened = openPart(structure, bytes, part.number)
        const path = part.number.split(".").map(Number)
        const raw = section(structure, bytes, { path, text: "ALL" })
        const decoded = decodedPart(structure, bytes, path)
        assert.deepStrictEqual(
          text(opened?.bytes),
          text(decoded === "UnknownEncoding" ? raw : decoded),
          `${name} ${part.number}`
        )
        assert.strictEqual(opened?.encoding !== undefined, decoded === "UnknownEncoding")
        assert.strictEqual(raw?.length, part.size)
      }
    }
  })

  it("numbers nested multiparts and messages in messages", () => {
    assert.deepStrictEqual(listed("plain"), ["1 text/plain"])
    assert.deepStrictEqual(listed("nested-multipart"), [
      "1.1.1 text/plain",
      "1.1.2 text/html",
      "1.2 image/png dot.png",
      "2 application/octet-stream naïve file.bin kept"
    ])
    assert.deepStrictEqual(listed("rfc822-in-rfc822"), [
      "1 text/plain",
      "2 message/rfc822 kept",
      "2.1 message/rfc822 kept",
      "2.1.1 text/plain",
      "2.1.2 text/plain"
    ])
  })

  it.each(["", "0", "3", "1.1", "1.0", "01", "-1", "1.", "x", "1e3", "9".repeat(400)])(
    "has no part %j in a message of one part",
    (number) => {
      const bytes = fixture("plain")
      assert.isUndefined(openPart(parse(bytes), bytes, number))
    }
  )

  it("takes a signature for no attachment", () => {
    assert.deepStrictEqual(listed("multipart-signed").filter((one) => one.endsWith("kept")), [])
  })

  it("reads text in its charset, and no attached text", () => {
    const bytes = new TextEncoder().encode([
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/plain; name=notes.txt",
      "",
      "attached",
      "--b",
      "Content-Type: text/html; charset=iso-8859-1",
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "<p>sch=F6n",
      "--b",
      "Content-Type: message/rfc822",
      "",
      "",
      "of another",
      "--b--"
    ].join("\r\n"))
    assert.deepStrictEqual(textOf(parse(bytes), bytes), { plain: undefined, html: "<p>schön" })
  })
})
