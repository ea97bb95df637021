/** The mail that every server gets: message number i is the same bytes in every run. ASCII, CRLF. */
import { formatDate } from "../../src/domain/message/Date.ts"
import * as Attachment from "./Attachment.ts"
import * as Random from "./Random.ts"
import * as Vocabulary from "./Vocabulary.ts"

/** What the rows' names say. */
export const USUAL_OCTETS = 8192

const LINE = 72
/** Of messages of the usual size: small pictures of signatures, of which people have few. */
const SMALL_ATTACHMENTS = 40
const SMALL_OCTETS = 2400

type Word = (random: Random.Random) => string

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** At least so many octets of lines. */
const paragraphs = (random: Random.Random, word: Word, octets: number): string => {
  let text = ""
  let line = ""
  let isStart = true
  while (text.length + line.length < octets) {
    const next = word(random)
    const ends = random.below(12) === 0
    const shown = (isStart ? capital(next) : next) + (ends ? "." : "")
    if (line.length + shown.length >= LINE) {
      text += `${line}\r\n`
      line = shown
      if (random.below(9) === 0) text += "\r\n"
    } else line = line === "" ? shown : `${line} ${shown}`
    isStart = ends
  }
  return `${text}${line}\r\n`
}

const html = (text: string): string =>
  `<html><body style=3D"font-family: sans-serif">\r\n<p>\r\n${text.replaceAll("\r\n\r\n", "\r\n</p><p>\r\n")}` +
  "</p>\r\n</body></html>\r\n"

const person = (number: number): string => {
  const random = Random.make(0xbeef_0000 + number)
  const first = Vocabulary.word(random)
  const last = Vocabulary.word(random)
  return `${capital(first)} ${capital(last)} <${first}.${last}@${Vocabulary.word(random)}.example>`
}

const PEOPLE = Array.from({ length: 200 }, (_, number) => person(number))
const somebody = (random: Random.Random): string => PEOPLE[random.below(PEOPLE.length)] ?? ""

const messageId = (index: number): string => `<${index}.${(index * 2_654_435_761) % 4_294_967_296}@mail.example>`

const START = Date.UTC(2024, 0, 1)
const MINUTE = 60_000
/** One every 7 minutes. */
const date = (index: number): string => formatDate(START + index * 7 * MINUTE)

const signature = (random: Random.Random): string =>
  Buffer.from(Array.from({ length: 128 }, () => random.below(256))).toString("base64").replace(/.{64}/g, "$&\r\n\t ")

const subject = (random: Random.Random, isQuoted: boolean): string => {
  const word = isQuoted ? Vocabulary.quotedWord : Vocabulary.word
  const text = capital(Array.from({ length: 3 + random.below(5) }, () => word(random)).join(isQuoted ? "_" : " "))
  const reply = random.below(3) === 0 ? "Re: " : ""
  return reply + (text.includes("=") ? `=?utf-8?q?${text}?=` : text.replaceAll("_", " "))
}

const header = (random: Random.Random, index: number, isQuoted: boolean): string => {
  const host = `mx${random.below(9)}.mail.example`
  const thread = index - 1 - random.below(50)
  const isReply = thread >= 0 && random.below(5) < 2
  return [
    `Return-Path: <bounce-${index}@mail.example>`,
    `Received: from ${host} (${host} [192.0.2.${random.below(256)}])`,
    `\tby mx.example.org (Postfix) with ESMTPS id ${index.toString(36).toUpperCase()}Q${random.below(1e6)}`,
    `\tfor <me@example.org>; ${date(index)}`,
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=2024;",
    `\th=from:to:subject:date:message-id; b=${signature(random)}`,
    `From: ${somebody(random)}`,
    "To: Me <me@example.org>",
    ...random.below(4) === 0 ? [`Cc: ${somebody(random)},\r\n\t${somebody(random)}`] : [],
    `Subject: ${subject(random, isQuoted)}`,
    `Date: ${date(index)}`,
    `Message-ID: ${messageId(index)}`,
    ...isReply ? [`In-Reply-To: ${messageId(thread)}`, `References: ${messageId(thread)}`] : [],
    "MIME-Version: 1.0",
    ""
  ].join("\r\n")
}

const QUOTED = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
const PLAIN = "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
const HTML = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"

const multipart = (subtype: string, boundary: string, parts: ReadonlyArray<string>): string =>
  `Content-Type: multipart/${subtype}; boundary="${boundary}"\r\n\r\n` +
  `${parts.map((part) => `--${boundary}\r\n${part}`).join("\r\n")}\r\n--${boundary}--\r\n`

const attached = ({ base64, name, type }: Attachment.Attachment): string =>
  `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\n` +
  `Content-Transfer-Encoding: base64\r\n\r\n${base64}`

/** Of 20 messages 11 are plain text, some of it quoted-printable, 6 have HTML beside it, 3 have attachments. */
const body = (
  random: Random.Random,
  index: number,
  isQuoted: boolean,
  octets: number,
  attachments: ReadonlyArray<Attachment.Attachment> | undefined
): string => {
  const kind = random.below(20)
  const word = isQuoted ? Vocabulary.quotedWord : Vocabulary.word
  const head = isQuoted ? QUOTED : PLAIN
  const boundary = `=_${index}_${random.below(1e9)}`
  const text = (share: number): string => paragraphs(random, word, Math.max(200, share))
  if (attachments !== undefined && attachments.length > 0) {
    return multipart("mixed", boundary, [head + text(octets), ...attachments.map(attached)])
  }
  if (kind < 11 || (kind >= 17 && attachments !== undefined)) return head + text(octets)
  if (kind < 17) {
    const words = text(octets / 2 - 300)
    return multipart("alternative", boundary, [head + words, HTML + html(words)])
  }
  const picture = Attachment.make(random.below(SMALL_ATTACHMENTS), SMALL_OCTETS, "image")
  return multipart("mixed", boundary, [head + text(octets - picture.base64.length - 400), attached(picture)])
}

/** About `octets` long, `attachments` not counted; where they are not said, a few messages have a small one. */
export const message = (
  index: number,
  octets = USUAL_OCTETS,
  attachments?: ReadonlyArray<Attachment.Attachment>
): Buffer => {
  const random = Random.make(index)
  const isQuoted = random.below(3) === 0
  const head = header(random, index, isQuoted)
  return Buffer.from(head + body(random, index, isQuoted, octets - head.length - 90, attachments), "latin1")
}

/** In about one of 100 subjects. */
export const subjectWord = (round: number): string => Vocabulary.wordAt(61 + round * 3)
/** In about one of 100 bodies. */
export const bodyWord = (round: number): string => Vocabulary.wordAt(9001 + round * 101)
export const missingWord = (round: number): string => Vocabulary.missingWord(Random.make(0xab5e_0000 + round))
