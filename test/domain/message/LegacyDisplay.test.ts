/** The hidden subject in the text (RFC 9788 §5.2), put there and taken out again (§4.5.3). */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { withLegacyDisplay, withoutLegacyDisplay } from "../../../src/domain/message/LegacyDisplay.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { bodyText } from "../../../src/domain/message/SearchText.ts"
import { payload } from "../../../src/domain/outgoing/PgpMime.ts"
import { bytesOf, textOf } from "../Correspondents.ts"

describe("legacy display", () => {
  const head = ["From: ann@leap.test", "Subject: =?utf-8?q?caf=C3=A9?="] as const

  it("puts the subject into each form of the text, marked", () => {
    const shown = withLegacyDisplay(bytesOf(
      ...head,
      "Content-Type: multipart/mixed; boundary=m",
      "",
      "--m",
      "Content-Type: multipart/alternative; boundary=a",
      "",
      "--a",
      "Content-Type: text/plain; charset=UTF-8; format=flowed",
      "",
      "Hello",
      "--a",
      "Content-Type: text/html; charset=utf-8",
      "",
      "<html><body class=x><p>Hello</p></body></html>",
      "--a--",
      "--m",
      "Content-Type: text/plain",
      "Content-Disposition: attachment; filename=a.txt",
      "",
      "untouched",
      "--m--",
      ""
    ))
    const text = textOf(shown)
    const [alternative, attachment] = parse(shown).root.parts
    for (const part of alternative?.parts ?? []) {
      assert.deepInclude(part.parameters, { name: "hp-legacy-display", value: "1" })
    }
    assert.deepInclude(alternative?.parts[0]?.parameters ?? [], { name: "format", value: "flowed" })
    assert.include(text, "Subject: caf=C3=A9\r\n\r\nHello")
    assert.include(text.replaceAll("=\r\n", ""), "<pre>Subject: caf=C3=A9</pre></div><p>Hello</p>")
    assert.deepStrictEqual(attachment?.parameters, [])
    assert.include(text, "\r\n\r\nuntouched")
  })

  it("leaves what has no subject, is signed already, or could not hold its letters", () => {
    for (
      const message of [
        bytesOf("From: a@b.c", "", "Hello", ""),
        bytesOf(...head, "Content-Type: text/plain; charset=iso-8859-1", "", "Hello", ""),
        bytesOf(...head, "Content-Type: application/pdf", "", "Hello", ""),
        bytesOf(
          ...head,
          "Content-Type: multipart/mixed; boundary=m",
          "",
          "--m",
          "Content-Type: multipart/signed; boundary=s; protocol=\"application/pgp-signature\"",
          "",
          "--s",
          "",
          "Hello",
          "--s",
          "",
          "x",
          "--s--",
          "--m--",
          ""
        )
      ]
    ) assert.strictEqual(withLegacyDisplay(message), message)
  })

  it("keeps a message without a type, and markup in a subject harmless", () => {
    const plain = withLegacyDisplay(bytesOf("Subject: a <b> & c", "", "Hello", ""))
    assert.include(textOf(plain), "\r\n\r\nSubject: a <b> & c\r\n\r\nHello")
    const html = withLegacyDisplay(bytesOf("Subject: a <b> & c", "Content-Type: text/html", "", "<p>Hello", ""))
    assert.include(textOf(html).replaceAll("=\r\n", ""), "Subject: a &lt;b&gt; &amp; c")
  })

  const cleared = (bytes: Uint8Array): Uint8Array => withoutLegacyDisplay(bytes, parse(bytes).root)
  const read = (bytes: Uint8Array): string => bodyText(bytes, parse(bytes))

  it("is taken out of each form of the text, with its mark, whatever the encoding", () => {
    const lines = ["Subject: Dinner plans", "Keywords: food,", " park", "", "Let's meet: at 8pm.", "", "There.", ""]
    const html =
      "<html><body><div class=\"header-protection-legacy-display\">\r\n<pre>Subject: Dinner plans</pre></div>" +
      "<p>Let's meet</p></body></html>"
    const mark = "charset=\"us-ascii\"; hp-legacy-display=\"1\""
    const out = cleared(bytesOf(
      "Subject: Dinner plans",
      "Content-Type: multipart/alternative; boundary=b; hp=\"cipher\"",
      "",
      "--b",
      `Content-Type: text/plain; ${mark}`,
      "",
      ...lines,
      "--b",
      "Content-Type: text/html;",
      `  ${mark}`,
      "Content-Transfer-Encoding: base64",
      "",
      Buffer.from(html).toString("base64"),
      "--b--",
      ""
    ))
    const text = textOf(out)
    assert.include(text, "charset=\"us-ascii\"\r\n\r\nLet's meet: at 8pm.\r\n\r\nThere.\r\n\r\n--b")
    assert.notInclude(text, "legacy")
    assert.include(text, Buffer.from("<html><body><p>Let's meet</p></body></html>").toString("base64"))
    assert.match(text, /^Subject: Dinner plans\r\n/)
  })

  it("stays where nothing says that it is there, or something else stands there", () => {
    const mark = "hp-legacy-display=\"1\""
    const lines = ["", "Subject: tea", "", "x", ""]
    const html = ["", "<div class=\"header-protection-legacy-display\"><div>Subject: tea</div>hidden?</div>x", ""]
    for (
      const message of [
        bytesOf(`Content-Type: text/plain; hp="cipher"`, ...lines),
        bytesOf(`Content-Type: text/plain; ${mark}`, ...lines),
        bytesOf(`Content-Type: text/plain; hp="clear"; ${mark}`, ...lines),
        bytesOf(`Content-Type: text/plain; hp="cipher"; ${mark}`, "", "Dear Bob", "Subject: tea", "", "x", ""),
        bytesOf(`Content-Type: text/plain; hp="cipher"; ${mark}`, "", "Subject: tea", "x"),
        bytesOf(`Content-Type: text/html; hp="cipher"; ${mark}`, ...html),
        bytesOf(
          "Content-Type: multipart/signed; hp=\"cipher\"; boundary=s",
          "",
          "--s",
          `Content-Type: text/plain; ${mark}`,
          ...lines,
          "--s--",
          ""
        )
      ]
    ) assert.strictEqual(cleared(message), message)
  })

  it.prop("what was put in comes out: the text is the one that was written", {
    subject: Schema.String,
    text: Schema.String
  }, ({ subject, text }) => {
    const type = (subtype: string) =>
      bytesOf(
        `Subject: =?utf-8?B?${Buffer.from(subject).toString("base64")}?=`,
        `Content-Type: text/${subtype}; charset=utf-8`,
        "Content-Transfer-Encoding: base64",
        "",
        Buffer.from(text).toString("base64"),
        ""
      )
    for (const letter of [type("plain"), type("html")]) {
      const inside = payload(withLegacyDisplay(letter), "cipher")
      assert.strictEqual(read(cleared(inside)), read(payload(letter, "cipher")))
    }
    return true
  })

  describe("of the draft before RFC 9788", () => {
    const fields = ["Subject: =?utf-8?q?caf=C3=A9?=", "From: ann@leap.test", "To: bob@leap.test"]
    const draft = (type: string, ...display: ReadonlyArray<string>) =>
      bytesOf(
        "Content-Type: multipart/mixed; boundary=m; protected-headers=\"v1\"",
        ...fields,
        "",
        "--m",
        `Content-Type: ${type}`,
        "Content-Disposition: inline",
        "",
        ...display,
        "",
        "--m",
        "Content-Type: text/plain",
        "",
        "Hello",
        "--m--",
        ""
      )
    const without = (bytes: Uint8Array) => withoutLegacyDisplay(bytes, parse(bytes).root)
    const DISPLAY = "text/plain; charset=utf-8; protected-headers=\"v1\""

    it("takes out the part that repeats what is hidden, and nothing else", () => {
      for (
        const message of [
          draft(DISPLAY, "Subject: =?utf-8?b?Y2Fmw6k=?="),
          draft(DISPLAY, "Subject: =?utf-8?q?caf=C3=A9?=", "To: bob@leap.test", ""),
          draft("text/rfc822-headers; protected-headers=\"v1\"", "Subject: =?utf-8?q?caf=C3=A9?=")
        ]
      ) {
        const shown = without(message)
        const { root } = parse(shown)
        assert.deepStrictEqual(root.parts.map((part) => textOf(shown.subarray(part.bodyStart, part.bodyEnd))), [
          "Hello"
        ])
        assert.strictEqual(textOf(shown).split("caf=C3=A9").length, 2)
      }
    })

    it("leaves a part that says something else, or is none", () => {
      for (
        const message of [
          draft(DISPLAY, "Subject: another"),
          draft(DISPLAY, "Subject: =?utf-8?q?caf=C3=A9?=", "X-Other: field"),
          draft(DISPLAY, "Subject: =?utf-8?q?caf=C3=A9?=", "", "and words"),
          draft(DISPLAY, "words"),
          draft(DISPLAY, ""),
          draft("text/plain", "Subject: =?utf-8?q?caf=C3=A9?="),
          draft("application/octet-stream; protected-headers=\"v1\"", "Subject: =?utf-8?q?caf=C3=A9?=")
        ]
      ) assert.strictEqual(without(message), message)
    })
  })
})
