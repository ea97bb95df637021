import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { parseAddresses } from "../../../src/domain/message/Addresses.ts"
import { decodeText } from "../../../src/domain/message/Charset.ts"
import { civil, dayNumber, formatDate, parseDate } from "../../../src/domain/message/Date.ts"
import { decodeWords, encodeWords } from "../../../src/domain/message/EncodedWord.ts"
import { formatParameter, parseParameterized } from "../../../src/domain/message/Parameters.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import {
  decodeBase64,
  decodeQuotedPrintable,
  encodeBase64,
  encodeQuotedPrintable
} from "../../../src/domain/message/TransferEncoding.ts"
import { fixture, octets, text } from "./Fixtures.ts"

const anyBytes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 })))
const lossless = (value: string): boolean => value.isWellFormed()

describe("TransferEncoding", () => {
  it.prop("base64 comes back", { bytes: anyBytes }, ({ bytes }) => {
    assert.deepStrictEqual([...decodeBase64(encodeBase64(Uint8Array.from(bytes)))], bytes)
    assert.strictEqual(text(encodeBase64(Uint8Array.from(bytes), 0)), Buffer.from(bytes).toString("base64"))
    return true
  })
  it.prop(
    "quoted-printable comes back, in safe short lines",
    { bytes: anyBytes, blanks: anyBytes },
    ({ blanks, bytes }) => {
      const input = [...bytes, ...blanks.map((b) => [32, 13, 10, 9, 61, 46][b % 6]!), ...octets("\r\nFrom x\r\n")]
      const encoded = encodeQuotedPrintable(Uint8Array.from(input))
      assert.deepStrictEqual([...decodeQuotedPrintable(encoded)], input)
      for (const line of text(encoded)!.split("\r\n")) {
        assert.isAtMost(line.length, 76)
        assert.match(line, /^(?!From )[\t\u0020-\u007e]*(?<![ \t])$/)
      }
      return true
    }
  )
  const tolerant: ReadonlyArray<readonly [string, string, (bytes: Uint8Array) => Uint8Array]> = [
    ["YQ==YQ==", "aa", decodeBase64],
    ["Y\r\nW!J j", "abc", decodeBase64],
    ["YWI", "ab", decodeBase64],
    ["a=\r\nb", "ab", decodeQuotedPrintable],
    ["a= \t\nb", "ab", decodeQuotedPrintable],
    ["a=ZZ=4", "a=ZZ=4", decodeQuotedPrintable],
    ["a=", "a", decodeQuotedPrintable],
    ["=e4 \t\r\nx  ", "\xe4\r\nx", decodeQuotedPrintable]
  ]
  for (const [input, output, decode] of tolerant) {
    it(`reads ${JSON.stringify(input)}`, () => assert.strictEqual(text(decode(octets(input))), output))
  }
})

describe("EncodedWord", () => {
  const table: ReadonlyArray<readonly [string, string]> = [
    ["plain", "plain"],
    ["=?ISO-8859-1?Q?a?=", "a"],
    ["=?ISO-8859-1?Q?a?= b", "a b"],
    ["=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"],
    ["=?ISO-8859-1?Q?a?=  \t =?ISO-8859-2?Q?_b?=", "a b"],
    ["=?ISO-8859-1?Q?a_b?=", "a b"],
    ["x =?utf-8?b?4oI=?= =?utf-8?b?rA==?= y", "x € y"],
    ["=?utf-8*en?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"],
    ["=?x-nope?Q?caf=E9?=", "café"],
    ["=?utf-8?x?abc?=", "=?utf-8?x?abc?="],
    ["=?utf-8?q?abc", "=?utf-8?q?abc"],
    ["=?=?utf-8?q?a?=", "=?a"],
    ["caf\xe9 \xc3", "café Ã"],
    ["Gr\xc3\xbc\xc3\x9fe", "Grüße"],
    ["=?gb2312?B?xOO6ww==?=", "你好"],
    ["=?utf-8?q?a_?= b", "a  b"]
  ]
  for (const [input, output] of table) it(JSON.stringify(input), () => assert.strictEqual(decodeWords(input), output))
  it.prop("comes back", { value: Schema.String }, ({ value }) => {
    if (!lossless(value)) return true
    const encoded = encodeWords(value)
    assert.strictEqual(decodeWords(encoded), value)
    for (const word of encoded.split(" ")) assert.isAtMost(word.length, 75)
    return true
  })
  it("comes back, long", () => {
    const value = "Käse 日本語 und 😀 ".repeat(50)
    assert.strictEqual(decodeWords(encodeWords(value)), value)
    for (const word of encodeWords(value).split(" ")) assert.isAtMost(word.length, 75)
  })
})

describe("Charset", () => {
  const table: ReadonlyArray<readonly [string, string | undefined, string]> = [
    ["\xe4", "iso-8859-1", "ä"],
    ["\xa4", "ISO-8859-15", "€"],
    ["\xc3\xa4", "us-ascii", "ä"],
    ["\xe4", undefined, "ä"],
    ["Hi Mom -+Jjo--!+-", "utf-7", "Hi Mom -☺-!+"],
    ["\xe4", "no-such-charset", "ä"],
    ["\x93\xfa\x96\x7b", "cp932", "日本"]
  ]
  for (const [input, charset, output] of table) {
    it(`${charset} ${JSON.stringify(input)}`, () => assert.strictEqual(decodeText(octets(input), charset), output))
  }
})

describe("Addresses", () => {
  const show = (value: string): string =>
    parseAddresses(value).map((a) => [a.name, a.route, a.mailbox, a.host].map((s) => s ?? "NIL").join("|")).join(" ; ")
  const table: ReadonlyArray<readonly [string, string]> = [
    ["", ""],
    [",, ,", ""],
    ["a@b", "NIL|NIL|a|b"],
    ["<a@b>", "NIL|NIL|a|b"],
    ["A B <a@b>, c@d", "A B|NIL|a|b ; NIL|NIL|c|d"],
    ["\"B, A \\\"x\\\"\" <a@b>", "B, A \"x\"|NIL|a|b"],
    ["a@b (A (nested) B)", "A (nested) B|NIL|a|b"],
    ["John Q. Public <j@x>", "John Q. Public|NIL|j|x"],
    ["\"odd local\"@x", "NIL|NIL|odd local|x"],
    ["\"a@b\"@x", "NIL|NIL|a@b|x"],
    ["u@[192.0.2.1]", "NIL|NIL|u|[192.0.2.1]"],
    ["first . last @ leap . test", "NIL|NIL|first . last|leap.test"],
    ["G: a@b, C <c@d>;, e@f", "NIL|NIL|G|NIL ; NIL|NIL|a|b ; C|NIL|c|d ; NIL|NIL|NIL|NIL ; NIL|NIL|e|f"],
    ["undisclosed-recipients:;", "NIL|NIL|undisclosed-recipients|NIL ; NIL|NIL|NIL|NIL"],
    ["G: a@b", "NIL|NIL|G|NIL ; NIL|NIL|a|b ; NIL|NIL|NIL|NIL"],
    ["<@r.x,@s.y:a@b>", "NIL|@r.x,@s.y|a|b"],
    ["plain", "NIL|NIL|plain|"],
    ["A <a@b", "A|NIL|a|b"],
    ["A <a@b, c@d", "A|NIL|a|b ; NIL|NIL|c|d"],
    ["<>", "NIL|NIL||"],
    ["=?utf-8?Q?J=C3=B6rg?= <j@x>", "=?utf-8?Q?J=C3=B6rg?=|NIL|j|x"],
    ["a@b <c@d>", "a@b|NIL|c|d"]
  ]
  for (const [input, output] of table) it(JSON.stringify(input), () => assert.strictEqual(show(input), output))
  it.prop("never fails", { value: Schema.String }, ({ value }) => Array.isArray(parseAddresses(value)))
  it("is linear", { timeout: 20_000 }, () => {
    for (const bait of [",", "(", "\"", "<", "@", ":", ";", "a:b;", "\\", "[", "a <", "\"\\", " ", "a@"]) {
      parseAddresses(bait.repeat(300_000))
    }
    assert.strictEqual(parseAddresses("a@b,".repeat(250_000)).length, 250_000)
  })
})

describe("Date", () => {
  const noon = 1795438960000
  const table: ReadonlyArray<readonly [string, number | undefined]> = [
    ["Mon, 23 Nov 2026 14:02:40 +0100", noon],
    ["23 Nov 2026 13:02:40 GMT", noon],
    ["Mon, 23 Nov 26 13:02:40 Z", noon],
    ["Mon,23 Nov 2026 08:02:40 EST (a (nested) comment)", noon],
    ["Mon Nov 23 13:02:40 2026", noon],
    ["23-Nov-2026 13:02:40 -0000", noon],
    ["Mon, 23 November 2026 13:02:40", noon],
    ["1 Jan 70 00:00 +0000", 0],
    ["Thu, 29 Feb 2024 00:00:00 +0000", 1709164800000],
    ["29 Feb 2023 00:00:00 +0000", undefined],
    ["yesterday", undefined],
    ["", undefined],
    ["32 Jan 2026 00:00 +0000", undefined],
    ["1 Jan 2026 25:00 +0000", Date.UTC(2026, 0, 1)],
    ["1 Jan 2026 10:60:00 nowhere", Date.UTC(2026, 0, 1)],
    ["1 Jan 2026 10:00:00 +1299", Date.UTC(2026, 0, 1, 10)]
  ]
  for (const [input, at] of table) it(JSON.stringify(input), () => assert.strictEqual(parseDate(input)?.at, at))
  it("keeps the day as written", () => {
    assert.strictEqual(parseDate("1 Dec 2026 00:30:00 +0200")?.day, dayNumber(2026, 11, 1) * 86_400_000)
  })
  it.prop("comes back", {
    seconds: Schema.Int.check(Schema.isBetween({ minimum: -2_000_000_000, maximum: 200_000_000_000 })),
    zone: Schema.Int.check(Schema.isBetween({ minimum: -720, maximum: 840 }))
  }, ({ seconds, zone }) => {
    assert.strictEqual(parseDate(formatDate(seconds * 1000, zone))?.at, seconds * 1000)
    const day = Math.floor(seconds / 86_400)
    const { day: date, month, year } = civil(day)
    assert.strictEqual(dayNumber(year, month, date), day)
    return true
  })
})

describe("Parameters", () => {
  it.prop("come back", { value: Schema.String }, ({ value }) => {
    if (!lossless(value) || value.includes("=?")) return true
    const written = `attachment; ${formatParameter({ name: "filename", value })}`
    const found = parseParameterized(written).parameters
    assert.deepStrictEqual(found, [{ name: "filename", value }])
    return true
  })
  it("joins continuations in any order and reads what senders forget to quote", () => {
    const { parameters, value } = parseParameterized(
      "Attachment ; name*1=\"b c\"; name*0*=iso-8859-1'de'%E4; FILENAME=My file.txt; x=\"=?utf-8?Q?=C3=A4?=\""
    )
    assert.strictEqual(value, "attachment")
    assert.deepStrictEqual(parameters, [
      { name: "name", value: "äb c" },
      { name: "filename", value: "My file.txt" },
      { name: "x", value: "ä" }
    ])
  })
})

describe("Envelope of odd addresses", () => {
  it("reads it", () => {
    const { envelope } = parse(fixture("odd-addresses"))
    assert.deepStrictEqual(envelope.from, [
      { name: "Doe, Jane \"JD\"", route: undefined, mailbox: "jane", host: "leap.test" }
    ])
    assert.strictEqual(envelope.sender[0]?.name, "Jane Doe")
    assert.deepStrictEqual(envelope.replyTo, envelope.from)
    assert.strictEqual(envelope.to.length, 6)
    assert.strictEqual(envelope.subject, "")
  })
})
