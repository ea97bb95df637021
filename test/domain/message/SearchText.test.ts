import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Steps from "../../../src/domain/mailbox/Steps.ts"
import { htmlText } from "../../../src/domain/message/Html.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import {
  bodyText,
  fieldValues,
  fold,
  folding,
  foldingTexts,
  headerText,
  MAX_TEXT,
  preview
} from "../../../src/domain/message/SearchText.ts"
import { fixture } from "./Fixtures.ts"

const of = (name: string) => {
  const bytes = fixture(name)
  const structure = parse(bytes)
  return {
    header: headerText(bytes, structure),
    body: bodyText(bytes, structure),
    preview: preview(bytes, structure),
    values: (field: string) => fieldValues(bytes, structure, field)
  }
}

describe("SearchText", () => {
  it("decodes headers", () => {
    assert.include(of("eight-bit").header, "subject: Grüße\n")
    assert.include(of("eight-bit-header").header, "subject: Grüße ohne Kodierung\n")
    assert.deepStrictEqual(of("eight-bit-header").values("X-Latin"), ["café"])
    assert.deepStrictEqual(of("long-header").values("x-folded"), ["a\tb  c"])
    assert.deepStrictEqual(of("plain").values("none"), [])
    assert.deepStrictEqual(of("utf7-and-unknown-charset").values("subject"), ["caféé"])
  })

  it("decodes bodies", () => {
    assert.include(of("eight-bit").body, "Köln, 日本 и мир.")
    assert.include(of("quoted-printable").body, "10 €, und diese Zeile ist so lang, dass sie weich umbrochen")
    assert.include(of("base64").body, "äöü €")
    const { body } = of("nested-multipart")
    assert.include(body, "HTML wörds & more")
    assert.include(body, "naïve file.bin")
    assert.notInclude(body, "color")
    assert.include(of("rfc822-in-rfc822").body, "subject: Innermost")
    assert.include(of("rfc822-in-rfc822").body, "Second innermost.")
  })

  it("of a message that is nearly all text, the beginning is found, and so are the names of what follows", () => {
    const encoder = new TextEncoder()
    const head = `Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

The letter.
--b
Content-Type: text/html

<p>The beginning.</p>`
    const tail = `<p>The end.</p>
--b
Content-Type: text/plain; name=later.log

Later.
--b--
`
    const bytes = new Uint8Array(50 * 1024 * 1024).fill(120)
    bytes.set(encoder.encode(head), 0)
    bytes.set(encoder.encode(tail), bytes.length - tail.length)
    const body = bodyText(bytes, parse(bytes))
    assert.match(body, /^The letter\.\n\nThe beginning\.\nx/)
    assert.match(body, /x\nlater\.log$/)
    assert.isBelow(body.length, MAX_TEXT + 100)
  })

  it("previews", () => {
    assert.strictEqual(of("plain").preview, "Hello Bob, this is plain. -- Alice")
    assert.strictEqual(of("nested-multipart").preview, "Plain words.")
    assert.strictEqual(of("multipart-encrypted").preview, "")
    assert.strictEqual(of("no-body").preview, "")
    // White space between them, more than most mail has before its end.
    const far = new TextEncoder().encode(`\r\n${Array.from({ length: 150 }, () => "ab").join(" ".repeat(50))}`)
    assert.strictEqual(preview(far, parse(far)), Array.from({ length: 67 }, () => "ab").join(" ").slice(0, 200).trim())
  })

  it("previews alike wherever the octets that are looked at first end", () => {
    const encoder = new TextEncoder()
    for (let shift = 0; shift < 8; shift++) {
      const line = `${"x".repeat(shift)}${"😀".repeat(150)} ${"ö".repeat(200)}`
      // In their middle the first look ends.
      const far = encoder.encode(
        `Content-Type: text/plain; charset=utf-8\r\n\r\n${" ".repeat(2048 - encoder.encode(line).length + 4)}${line}`
      )
      assert.strictEqual(preview(far, parse(far)), Array.from(line).slice(0, 200).join(""), String(shift))
    }
  })

  const html: ReadonlyArray<readonly [string, string]> = [
    ["<p>a</p><p>b</p>", "\na\n\nb\n"],
    ["un<b>believ</b>able", "unbelievable"],
    ["a<br>b", "a\nb"],
    ["<!-- no -->x<script>if (a < b) {}</script>y", "x\ny"],
    ["a < b &amp; c &#8364; &#x20AC; &nope; &", "a < b & c € € &nope; &"],
    ["<style>x", "\n"],
    ["a <b", "a <b"]
  ]
  for (const [input, output] of html) it(input, () => assert.strictEqual(htmlText(input), output))

  const same: ReadonlyArray<readonly [string, string]> = [
    ["Straße", "STRASSE"],
    ["ΟΔΟΣ", "οδος"],
    ["ﬁn", "FIN"],
    ["é", "e\u0301"],
    ["Ａ", "a"],
    ["МИР", "мир"]
  ]
  for (const [one, other] of same) {
    it(`${one} folds as ${other}`, () => assert.strictEqual(fold(one), fold(other)))
  }
  it.prop("folding twice is folding once, and case makes no difference", { value: Schema.String }, ({ value }) => {
    assert.strictEqual(fold(fold(value)), fold(value))
    assert.strictEqual(fold(value.toUpperCase()), fold(value))
    return true
  })
  it("folds long texts in steps as in one piece, wherever they are cut", () => {
    const pieces = ["Straße ", "e\u0301\u0327", "ΟΔΟΣ", "ﬁ", "📬", "カﾞ", "한", "a".repeat(999)]
    for (const [at, piece] of pieces.entries()) {
      const text = "x".repeat(8184 + at) + piece.repeat(60_000 / piece.length) + "\u0301".repeat(300)
      assert.strictEqual(Steps.run(folding(text)), fold(text))
    }
  })
  it("takes many steps to fold what is large, however it is made", () => {
    const large: ReadonlyArray<readonly [type: string, content: string]> = [
      ["text/html", "<b>&lt;x</b>"],
      ["text/plain; charset=utf-8", "ﷺ"],
      ["text/plain; charset=utf-7", "+AGEAYg-"]
    ]
    for (const [type, content] of large) {
      const bytes = Buffer.from(`Content-Type: ${type}\r\n\r\n${content.repeat(MAX_TEXT / content.length)}`)
      const steps = foldingTexts(bytes, parse(bytes))
      let taken = 0
      for (let next = steps.next(); next.done !== true; next = steps.next()) taken++
      assert.isAbove(taken, 8, type)
    }
  })
  it("folds every character to a fixed point", () => {
    for (let code = 0; code < 0x30000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const folded = fold(String.fromCodePoint(code))
      if (fold(folded) !== folded) assert.fail(`U+${code.toString(16)}`)
    }
  })
})
