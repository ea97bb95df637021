/** Random MIME trees as bytes, made as people's programs and worse ones write them. Shrink towards one plain text. */
import { Arbitrary, Schema } from "effect"
import { concat, latin1 } from "../../../src/domain/message/Latin1.ts"
import { encodeBase64, encodeQuotedPrintable } from "../../../src/domain/message/TransferEncoding.ts"

const encoder = new TextEncoder()

/** Answers 0 when it is at its end: every choice has its plainest alternative first. */
export interface Choices {
  below(limit: number): number
}

const reading = (tape: ReadonlyArray<number>): Choices => {
  let at = 0
  return { below: (limit) => (tape[at++] ?? 0) % limit }
}

const pick = <A>(choices: Choices, all: readonly [A, ...ReadonlyArray<A>]): A =>
  all[choices.below(all.length)] ?? all[0]

/** What relays are known to change where it is not encoded. */
const LINES = [
  "plain words",
  "From the start",
  "trailing blanks  ",
  "trailing tab\t",
  "Grüße, schön",
  "=20 looks encoded=",
  ".",
  "..",
  "-- ",
  "--0",
  "--1--",
  "",
  `long ${"x".repeat(1200)}`,
  "a\rb",
  "\0nul"
] as const

const BREAKS = ["\r\n", "\n"] as const

const textOf = (choices: Choices, lineBreak: string): string =>
  Array.from({ length: choices.below(5) }, () => pick(choices, LINES)).join(lineBreak)

const octetsOf = (choices: Choices): Uint8Array =>
  Uint8Array.from({ length: choices.below(90) }, () => choices.below(256))

const headerOf = (fields: ReadonlyArray<string>, lineBreak: string): Uint8Array =>
  encoder.encode([...fields, "", ""].join(lineBreak))

/** RFC 2045 §6.1: what is written says how; `binary` and `8bit` may hold anything. */
const leaf = (choices: Choices, lineBreak: string): Uint8Array => {
  const isText = choices.below(3) < 2
  const body = isText ? encoder.encode(textOf(choices, lineBreak)) : octetsOf(choices)
  const type = isText ? pick(choices, ["text/plain; charset=utf-8", "text/html; charset=utf-8"]) : "application/x-thing"
  const encoding = pick(choices, ["8bit", "quoted-printable", "base64", "binary"])
  const named = choices.below(3) === 0 ? [] : [`Content-Disposition: attachment; filename="a ${choices.below(9)}.bin"`]
  const written = encoding === "base64"
    ? encodeBase64(body)
    : encoding === "quoted-printable"
    ? encodeQuotedPrintable(body)
    : body
  const fields = [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, ...named]
  return concat([headerOf(fields, lineBreak), written])
}

/** Boundaries are numbered by depth, so that a text with `--1` in it stands in places where that is none. */
const multipart = (choices: Choices, depth: number, lineBreak: string): Uint8Array => {
  const boundary = `b${depth}=_${choices.below(4)}`
  const subtype = pick(choices, ["mixed", "alternative", "related"])
  const preamble = pick(choices, ["", "preamble  ", "Von Köln", "From here"])
  const epilogue = pick(choices, ["", "epilogue  "])
  const parts = Array.from({ length: 1 + choices.below(3) }, () => entity(choices, depth + 1, lineBreak))
  const line = (text: string): Uint8Array => encoder.encode(text)
  return concat([
    headerOf([`Content-Type: multipart/${subtype}; boundary="${boundary}"`], lineBreak),
    ...preamble === "" ? [] : [line(`${preamble}${lineBreak}`)],
    ...parts.flatMap((part, index) => [line(`${index === 0 ? "" : lineBreak}--${boundary}${lineBreak}`), part]),
    line(`${lineBreak}--${boundary}--${lineBreak}${epilogue}`)
  ])
}

const passedOn = (choices: Choices, depth: number, lineBreak: string): Uint8Array =>
  concat([
    headerOf(["Content-Type: message/rfc822"], lineBreak),
    encoder.encode(["From: carol@leap.test", "Subject: inside  "].join(lineBreak) + lineBreak),
    entity(choices, depth + 1, lineBreak)
  ])

const entity = (choices: Choices, depth: number, lineBreak: string): Uint8Array => {
  const kind = depth > 3 ? 0 : choices.below(5)
  if (kind === 3) return multipart(choices, depth, lineBreak)
  return kind === 4 ? passedOn(choices, depth, lineBreak) : leaf(choices, lineBreak)
}

const written = (tape: ReadonlyArray<number>): Uint8Array => {
  const choices = reading(tape)
  const lineBreak = pick(choices, BREAKS)
  const subject = pick(choices, ["tea", "=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "a subject  ", `long ${"word ".repeat(40)}`])
  const fields = ["From: alice@leap.test", "To: bob@leap.test", `Subject: ${subject}`, "Message-ID: <1@leap.test>"]
  return concat([encoder.encode(fields.join(lineBreak) + lineBreak), entity(choices, 0, lineBreak)])
}

const tape = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1023 }))), {
  maxLength: 150
})

/** A message from alice to bob, an octet a character: so that a falsified law shows it. */
export const message: Arbitrary.Arbitrary<string> = Arbitrary.map(tape, (one) => latin1(written(one)))

export const choices: Arbitrary.Arbitrary<() => Choices> = Arbitrary.map(tape, (one) => () => reading(one))
