/**
 * The hidden subject, repeated in the text (RFC 9788 §5.2): a mail program that decrypts and knows nothing of header
 * protection would show `[...]` and nothing else. Where the subject is put back in its place, it is taken out again (§4.5.3).
 */
import { decodeWords } from "./EncodedWord.ts"
import { headerFields, unfold } from "./Header.ts"
import { formatField } from "./HeaderText.ts"
import { concat, fromLatin1, latin1 } from "./Latin1.ts"
import type { Part } from "./MessageStructure.ts"
import { parameter } from "./Parameters.ts"
import { parse } from "./Parse.ts"
import { decodedBody } from "./Section.ts"
import { encodeBase64, encodeQuotedPrintable, isIdentity } from "./TransferEncoding.ts"

const isText = (part: Part): boolean =>
  part.type === "text" && (part.subtype === "plain" || part.subtype === "html") && part.disposition !== "attachment"

/** The first thing that is read, in each of its forms (§5.2.1). */
const mainParts = (part: Part): ReadonlyArray<Part> => {
  if (isText(part)) return [part]
  if (part.type !== "multipart") return []
  if (part.subtype === "alternative") return part.parts.flatMap(mainParts)
  const [first] = part.parts
  // What is signed already must not change by an octet.
  return first === undefined || part.subtype === "signed" || part.subtype === "encrypted" ? [] : mainParts(first)
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const insertPoint = (html: string): number => {
  const body = /<body\b[^>]*>/i.exec(html)
  return body === null ? 0 : body.index + body[0].length
}

const shown = (part: Part, text: string, subject: string): string => {
  if (part.subtype === "plain") return `Subject: ${subject}\r\n\r\n${text}`
  const at = insertPoint(text)
  const element = `<div class="header-protection-legacy-display"><pre>Subject: ${escaped(subject)}</pre></div>`
  return text.slice(0, at) + element + text.slice(at)
}

/** Text in UTF-8 or ASCII only: in other charsets the subject may have no letters. */
const rewritten = (bytes: Uint8Array, part: Part, subject: string): Uint8Array | undefined => {
  const charset = (parameter(part.parameters, "charset") ?? "us-ascii").toLowerCase()
  const body = decodedBody(part, bytes)
  if (body === undefined || (charset !== "utf-8" && charset !== "us-ascii")) return undefined
  const text = new TextDecoder().decode(body)
  const kept: Array<Uint8Array> = []
  let type = `text/${part.subtype}`
  for (const field of headerFields(bytes, part.headerStart, part.bodyStart)) {
    if (field.name === "content-transfer-encoding") continue
    if (field.name !== "content-type") kept.push(bytes.subarray(field.start, field.end))
    else type = unfold(bytes, field).replace(/;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/i, "").replace(/[;\s]+$/, "")
  }
  return concat([
    ...kept,
    fromLatin1(formatField("Content-Type", `${type}; charset=utf-8; hp-legacy-display="1"`)),
    fromLatin1("Content-Transfer-Encoding: quoted-printable\r\n\r\n"),
    encodeQuotedPrintable(new TextEncoder().encode(shown(part, text, subject)))
  ])
}

/** The message with its subject in its text; the same octets where it has none, or no text that could hold it. */
export const withLegacyDisplay = (bytes: Uint8Array): Uint8Array => {
  const field = headerFields(bytes, 0, bytes.length).find(({ name }) => name === "subject")
  // Encoded, it may hold line ends: in the text they would end the display.
  const subject = field === undefined ? "" : decodeWords(unfold(bytes, field)).replaceAll(/[\s\p{Cc}]+/gu, " ").trim()
  if (subject === "") return bytes
  const pieces: Array<Uint8Array> = []
  let at = 0
  for (const part of mainParts(parse(bytes).root)) {
    const next = rewritten(bytes, part, subject)
    if (next === undefined) continue
    pieces.push(bytes.subarray(at, part.headerStart), next)
    at = part.bodyEnd
  }
  return at === 0 ? bytes : concat([...pieces, bytes.subarray(at)])
}

/** Nothing but header fields, up to the first blank line: whatever else stands there is for reading. */
const PLAIN = /^(?:[!-9;-~]+:[^\n]*\n(?:[ \t]+[^\s][^\n]*\n)*)+[ \t]*\r?\n/
const OPENING = /<div[^>]*\bclass\s*=\s*["']?header-protection-legacy-display["']?[^>]*>/i
const MARK = /;\s*hp-legacy-display\s*=\s*("[^"]*"|[^;\s]*)/i

/** One character an octet, whatever the charset: what is looked for is ASCII. */
const withoutDisplay = (part: Part, text: string): string | undefined => {
  if (part.subtype === "plain") {
    const display = PLAIN.exec(text)
    return display === null ? undefined : text.slice(display[0].length)
  }
  const opening = OPENING.exec(text)
  if (opening === null) return undefined
  const start = opening.index + opening[0].length
  const end = text.toLowerCase().indexOf("</div>", start)
  return end < 0 || /<div\b/i.test(text.slice(start, end))
    ? undefined
    : text.slice(0, opening.index) + text.slice(end + "</div>".length)
}

const encode = (octets: Uint8Array, encoding: string): Uint8Array =>
  isIdentity(encoding) ? octets : encoding === "base64" ? encodeBase64(octets) : encodeQuotedPrintable(octets)

const cleared = (bytes: Uint8Array, part: Part): Uint8Array | undefined => {
  const body = decodedBody(part, bytes)
  const text = body === undefined ? undefined : withoutDisplay(part, latin1(body))
  if (text === undefined) return undefined
  const fields = headerFields(bytes, part.headerStart, part.bodyStart)
  const end = fields.at(-1)?.end ?? part.headerStart
  return concat([
    ...fields.map((field) => {
      const octets = bytes.subarray(field.start, field.end)
      return field.name === "content-type" ? fromLatin1(latin1(octets).replace(MARK, "")) : octets
    }),
    bytes.subarray(end, part.bodyStart),
    encode(fromLatin1(text), part.encoding)
  ])
}

/** Octets of a few fields. */
const MAX_DISPLAY = 16 * 1024

const isDraftProtected = ({ parameters }: Part): boolean => parameter(parameters, "protected-headers") === "v1"

/** Unfolded and decoded, by name: a display may be written in other words of the same meaning. */
const said = (bytes: Uint8Array, from: number, to: number): ReadonlyArray<string> =>
  headerFields(bytes, from, to).map((field) => `${field.name}: ${decodeWords(unfold(bytes, field))}`)

/** Nothing in it but fields that stand in the header of the whole, and so are put back in their place. */
const isRepetition = (bytes: Uint8Array, root: Part, part: Part): boolean => {
  const body = decodedBody(part, bytes)
  if (body === undefined || body.length > MAX_DISPLAY) return false
  const text = concat([body, fromLatin1("\r\n\r\n")])
  const display = PLAIN.exec(latin1(text))
  if (display === null || latin1(body).slice(display[0].length).trim() !== "") return false
  const known = said(bytes, root.headerStart, root.bodyStart)
  return said(text, 0, text.length).every((field) => known.includes(field))
}

/**
 * Of the draft before RFC 9788 (draft-autocrypt-lamps-protected-headers-02 §5.2): the first of two parts, which repeats
 * what is hidden. One that says anything else is for reading.
 */
const draftDisplay = (bytes: Uint8Array, root: Part): Part | undefined => {
  const [first, ...others] = root.parts
  if (first === undefined || others.length !== 1 || root.subtype !== "mixed" || !isDraftProtected(root)) {
    return undefined
  }
  const isDisplay = first.type === "text" && (first.subtype === "plain" || first.subtype === "rfc822-headers") &&
    first.disposition !== "attachment" && isDraftProtected(first)
  return isDisplay && isRepetition(bytes, root, first) ? first : undefined
}

/** An entity that was encrypted, without its legacy display; the same octets where it says that it has none, or has none. */
export const withoutLegacyDisplay = (bytes: Uint8Array, root: Part): Uint8Array => {
  const display = draftDisplay(bytes, root)
  const [, second] = root.parts
  if (display !== undefined && second !== undefined) {
    // With the delimiter behind it: that before it is the next one's.
    return concat([bytes.subarray(0, display.headerStart), bytes.subarray(second.headerStart)])
  }
  if (parameter(root.parameters, "hp") !== "cipher") return bytes
  const pieces: Array<Uint8Array> = []
  let at = 0
  for (const part of mainParts(root)) {
    if (parameter(part.parameters, "hp-legacy-display") !== "1") continue
    const next = cleared(bytes, part)
    if (next === undefined) continue
    pieces.push(bytes.subarray(at, part.headerStart), next)
    at = part.bodyEnd
  }
  return at === 0 ? bytes : concat([...pieces, bytes.subarray(at)])
}
