/**
 * The form in which an entity is signed (RFC 3156 §3): CRLF line ends, no blanks before them, all bodies safe in
 * 7 bits, nothing else changed.
 */
import { isSafe7bit, toCrlf } from "./Compose.ts"
import { headerFields } from "./Header.ts"
import { concat, fromLatin1, latin1 } from "./Latin1.ts"
import type { Part } from "./MessageStructure.ts"
import { parse } from "./Parse.ts"
import { decodedBody } from "./Section.ts"
import { encodeBase64, encodeQuotedPrintable, isIdentity } from "./TransferEncoding.ts"

const encoder = new TextEncoder()

/**
 * An entity (or message) made fit for signing. Leaves that are not safe are encoded again: text as quoted-printable,
 * the rest as base64. What is signed or encrypted inside already keeps its octets, only its line ends are made CRLF.
 */
export const canonicalize = (bytes: Uint8Array): Uint8Array => {
  const structure = parse(bytes)
  return concat(canonical(structure.root, bytes))
}

const canonical = (part: Part, bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const body = bytes.subarray(part.bodyStart, part.bodyEnd)
  if (isSealed(part)) return [toCrlf(bytes.subarray(part.headerStart, part.bodyEnd))]
  const children = part.message === undefined ? part.parts : [part.message.root]
  if (children.length > 0) {
    const inner: Array<Uint8Array> = []
    let at = part.bodyStart
    for (const child of children) {
      inner.push(between(bytes.subarray(at, child.headerStart)), ...canonical(child, bytes))
      at = child.bodyEnd
    }
    inner.push(between(bytes.subarray(at, part.bodyEnd)))
    // Inside everything is 7 bits now, unless sealed parts are not.
    const fits = inner.every(isSeven)
    return [withEncoding(part, bytes, fits ? "7bit" : "8bit"), ...inner]
  }
  const lines = part.encoding === "binary" ? body : toCrlf(body)
  const hasLines = part.type === "text" || !isIdentity(part.encoding)
  // Of what is not text, a lone CR or LF is an octet like any other.
  if (isSafe7bit(lines) && (hasLines || lines.length === body.length)) {
    return [withEncoding(part, bytes, isIdentity(part.encoding) ? "7bit" : part.encoding), lines]
  }
  const content = !isIdentity(part.encoding) ? decodedBody(part, bytes) : hasLines ? lines : body
  // An unknown encoding cannot be undone, and a second one on top has no name: it stays.
  if (content === undefined || part.type === "multipart" || part.type === "message") {
    return [withEncoding(part, bytes, part.encoding), toCrlf(body)]
  }
  return part.type === "text"
    ? [withEncoding(part, bytes, "quoted-printable"), encodeQuotedPrintable(content)]
    : [withEncoding(part, bytes, "base64"), encodeBase64(content)]
}

/** Changing these would break a signature inside. */
const isSealed = (part: Part): boolean =>
  part.type === "multipart" && (part.subtype === "signed" || part.subtype === "encrypted") ||
  part.message !== undefined && holdsSealed(part.message.root)

const holdsSealed = (part: Part): boolean => isSealed(part) || part.parts.some(holdsSealed)

/** Not `trimEnd`: in UTF-8, an octet may look like a blank. */
const withoutBlanks = (line: string): string => {
  let end = line.length
  while (end > 0 && (line[end - 1] === " " || line[end - 1] === "\t")) end--
  return line.slice(0, end)
}

/** Lines without the blanks at their ends, which gateways cut off; `isKept` of what is left. */
const trimmed = (bytes: Uint8Array, isKept: (line: string) => boolean): Uint8Array => {
  const lines = latin1(toCrlf(bytes)).split("\r\n")
  const kept = lines.map(withoutBlanks)
    // Behind the last line end, nothing is a line of nothing.
    .filter((line, index) => isKept(line) || lines[index] === "")
  return fromLatin1(kept.join("\r\n"))
}

/** Delimiters, and what nobody is shown: lines of it that a relay would change are left out. */
const between = (bytes: Uint8Array): Uint8Array =>
  trimmed(bytes, (line) => line.startsWith("--") || isSafe7bit(fromLatin1(line)))

/** A line of nothing but blanks continues a field; without them it would end the header. */
const headerLines = (bytes: Uint8Array): Uint8Array => trimmed(bytes, (line) => line !== "")

/** The header block with CRLF and the given encoding; unchanged where it says so already or where 7bit is implied. */
const withEncoding = (part: Part, bytes: Uint8Array, encoding: string): Uint8Array => {
  const block = bytes.subarray(part.headerStart, part.bodyStart)
  if (part.encoding === encoding) return headerLines(block)
  const pieces: Array<Uint8Array> = []
  let from = part.headerStart
  const fields = headerFields(bytes, part.headerStart, part.bodyStart)
  for (const field of fields) {
    if (field.name !== "content-transfer-encoding") continue
    pieces.push(headerLines(bytes.subarray(from, field.start)))
    from = field.end
  }
  const end = fields.at(-1)?.end ?? part.headerStart
  pieces.push(headerLines(bytes.subarray(from, end)))
  const before = bytes[end - 1]
  const breakFirst = end > part.headerStart && before !== 10 ? "\r\n" : ""
  pieces.push(encoder.encode(`${breakFirst}Content-Transfer-Encoding: ${encoding}\r\n`))
  const rest = toCrlf(bytes.subarray(Math.max(end, from), part.bodyStart))
  pieces.push(rest.length === 0 ? encoder.encode("\r\n") : rest)
  return concat(pieces)
}

const isSeven = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 127) return false
  return true
}
