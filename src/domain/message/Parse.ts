/**
 * Octets to `MessageStructure`. Never fails: broken mail degrades the way Dovecot does. One pass over the lines with a
 * stack of open entities; a line is looked at closely only where it begins with `--`.
 */
import * as Steps from "../mailbox/Steps.ts"
import { parseDate } from "./Date.ts"
import { envelopeOf, messageIds } from "./Envelope.ts"
import { type HeaderField, isBlank, lineEnd, MAX_HEADER_BYTES, readFields, unfold } from "./Header.ts"
import { fromLatin1, latin1 } from "./Latin1.ts"
import type { EmbeddedMessage, MessageStructure, Parameter, Part } from "./MessageStructure.ts"
import { firstToken, parseParameterized, tokenList } from "./Parameters.ts"
import { isIdentity } from "./TransferEncoding.ts"

/** Nesting of parts and messages. Real mail stays below ten; recursion over a structure relies on this. */
export const MAX_DEPTH = 30
/** Entities in a message. Real mail stays below a few hundred; each costs a row. */
export const MAX_PARTS = 1000
/**
 * Octets of all header blocks together, after which the rest is one leaf: a digest of a hundred messages stays below, and
 * what is made of them, an ENVELOPE for each, is kept in memory and answered as one.
 */
export const MAX_HEADERS = 512 * 1024
/** RFC 2046 §5.1.1 allows 70; like Dovecot, 80 are compared. */
export const MAX_BOUNDARY = 80

const CR = 13
const LF = 10
const DASH = 45

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

interface Open {
  readonly part: Mutable<Part>
  readonly children: Array<Part>
  /** Of a multipart that still waits for its closing delimiter. */
  boundary: Uint8Array | undefined
  readonly isDigest: boolean
  readonly depth: number
  readonly linesBefore: number
}

/** What a step costs at most: an octet that is passed over counts one. Some milliseconds. */
const STEP = 400_000
/** A line costs as much as so many octets, one of a header block as so many lines. */
const LINE = 80
const HEADER_OCTET = 8

export const parse = (bytes: Uint8Array): MessageStructure => Steps.run(parsing(bytes))

/** `parse`, in steps. */
export function* parsing(bytes: Uint8Array): Steps.Steps<MessageStructure> {
  const size = bytes.length
  const stack: Array<Open> = []
  let count = 0
  let headers = 0
  let lines = 0
  let at = 0
  /** Since the step began. */
  let spent = 0
  const isOver = (cost: number): boolean => {
    spent += cost
    if (spent < STEP) return false
    spent = 0
    return true
  }

  /** Innermost first, the longest prefix wins (RFC 2046 §5.1.1 compares the beginning of the line). */
  const delimiterAt = (start: number, end: number): number => {
    if (bytes[start] !== DASH || bytes[start + 1] !== DASH) return -1
    let best = -1
    let length = 0
    for (let i = stack.length - 1; i >= 0; i--) {
      const boundary = stack[i]!.boundary
      if (boundary === undefined || boundary.length <= length || start + 2 + boundary.length > end) continue
      let same = 0
      while (same < boundary.length && bytes[start + 2 + same] === boundary[same]) same++
      if (same < boundary.length) continue
      best = i
      length = boundary.length
    }
    return best
  }

  /** Ends everything above stack level `level`; the line break before a delimiter belongs to the delimiter. */
  const closeAbove = (level: number, end: number): void => {
    let floor = 0
    while (stack.length > level) {
      const open = stack.pop()!
      const { part } = open
      let bodyEnd = end
      let within = lines
      // A part without body leaves no line break to give away: its blank line ended the header already.
      floor = Math.max(floor, part.bodyStart)
      if (end < size && bodyEnd > floor && bytes[bodyEnd - 1] === LF) {
        bodyEnd--
        within--
        if (bodyEnd > floor && bytes[bodyEnd - 1] === CR) bodyEnd--
      }
      floor = bodyEnd
      part.bodyEnd = bodyEnd
      part.lines = Math.max(0, within - open.linesBefore)
    }
  }

  /** Reads the header block at `at`, opens its entity, and goes on into an embedded message. Returns the first part. */
  function* openEntity(
    isRfc822ByDefault: boolean,
    parentDepth: number
  ): Steps.Steps<readonly [Part, ReadonlyArray<HeaderField>]> {
    const depth = parentDepth + 1
    const headerStart = at
    count++
    while (at < size) {
      const next = lineEnd(bytes, at, size)
      // The root has no open boundary; a part's header block may be cut short by one.
      if (delimiterAt(at, next) >= 0) break
      const blank = isBlank(bytes, at, next)
      if (bytes[next - 1] === LF) lines++
      if (isOver(LINE + next - at)) yield
      at = next
      if (blank) break
    }
    const isOversized = at - headerStart > MAX_HEADER_BYTES
    headers += at - headerStart
    const fields = readFields(bytes, { headerStart, bodyStart: at })
    if (isOver(HEADER_OCTET * Math.min(at - headerStart, MAX_HEADER_BYTES))) yield
    const { boundary, isDigest, part } = readPart(bytes, fields, isRfc822ByDefault)
    part.headerStart = headerStart
    part.bodyStart = at
    const isOpaque = isOversized || depth >= MAX_DEPTH || count >= MAX_PARTS || headers >= MAX_HEADERS
    if (part.type === "multipart" && (isOpaque || boundary === undefined)) {
      // Without a boundary the body is shown as it is; past a limit it is only kept.
      part.type = isOpaque ? "application" : "text"
      part.subtype = isOpaque ? "octet-stream" : "plain"
    }
    const children: Array<Part> = []
    part.parts = children
    stack.push({ part, children, boundary: isOpaque ? undefined : boundary, isDigest, depth, linesBefore: lines })
    if (!isOpaque && isMessage(part) && isIdentity(part.encoding)) {
      const [root, inner] = yield* openEntity(false, depth)
      const message: EmbeddedMessage = { envelope: envelopeOf(bytes, inner), root }
      part.message = message
    }
    return [part, fields]
  }

  const [root, fields] = yield* openEntity(false, 0)
  while (at < size) {
    const next = lineEnd(bytes, at, size)
    if (isOver(LINE + next - at)) yield
    const level = delimiterAt(at, next)
    if (level < 0) {
      if (bytes[next - 1] === LF) lines++
      at = next
      continue
    }
    closeAbove(level + 1, at)
    const open = stack[level]!
    const after = at + 2 + open.boundary!.length
    if (bytes[next - 1] === LF) lines++
    at = next
    if (bytes[after] === DASH && bytes[after + 1] === DASH && after + 1 < next) open.boundary = undefined
    else if (count >= MAX_PARTS - 1 || headers >= MAX_HEADERS) {
      // The last part that is allowed takes all that is left.
      for (const one of stack) one.boundary = undefined
      const rest = emptyPart("application", "octet-stream")
      rest.headerStart = at
      rest.bodyStart = at
      open.children.push(rest)
      stack.push({
        part: rest,
        children: [],
        boundary: undefined,
        isDigest: false,
        depth: open.depth + 1,
        linesBefore: lines
      })
      count++
    } else open.children.push((yield* openEntity(open.isDigest, open.depth))[0])
  }
  closeAbove(0, size)
  if (isOver(HEADER_OCTET * Math.min(root.bodyStart, MAX_HEADER_BYTES))) yield

  const envelope = envelopeOf(bytes, fields)
  const date = envelope.date === undefined ? undefined : parseDate(envelope.date)
  const referring = fields.find((field) => field.name === "references")
  const references = referring === undefined ? [] : messageIds(unfold(bytes, referring))
  return {
    size,
    envelope,
    root,
    sentAt: date?.at,
    sentDay: date?.day,
    references: references.length > 0 ? references : messageIds(envelope.inReplyTo ?? "").slice(0, 1),
    messageId: messageIds(envelope.messageId ?? "")[0]
  }
}

export const isMessage = (part: Part): boolean =>
  part.type === "message" && (part.subtype === "rfc822" || part.subtype === "global")

const emptyPart = (type: string, subtype: string): Mutable<Part> => ({
  type,
  subtype,
  parameters: [],
  encoding: "7bit",
  disposition: undefined,
  dispositionParameters: [],
  id: undefined,
  description: undefined,
  md5: undefined,
  location: undefined,
  language: [],
  headerStart: 0,
  bodyStart: 0,
  bodyEnd: 0,
  lines: 0,
  parts: [],
  message: undefined
})

const isName = (text: string): boolean => /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,127}$/.test(text)

/** The MIME fields of a header block; of a repeated one the first counts. */
const readPart = (
  bytes: Uint8Array,
  fields: ReadonlyArray<HeaderField>,
  isRfc822ByDefault: boolean
): { readonly part: Mutable<Part>; readonly boundary: Uint8Array | undefined; readonly isDigest: boolean } => {
  const values = new Map<string, string>()
  for (const field of fields) {
    if (field.name.startsWith("content-") && !values.has(field.name)) values.set(field.name, unfold(bytes, field))
  }
  const part = isRfc822ByDefault ? emptyPart("message", "rfc822") : emptyPart("text", "plain")
  let boundary: Uint8Array | undefined
  const contentType = values.get("content-type")
  if (contentType !== undefined) {
    const { parameters, raw, value } = parseParameterized(contentType)
    const slash = value.indexOf("/")
    const type = slash < 0 ? value : value.slice(0, slash)
    const subtype = slash < 0 ? "" : value.slice(slash + 1)
    // RFC 2045 §5.2: what cannot be read is plain text; its parameters may still be good.
    if (isName(type) && isName(subtype)) {
      part.type = type
      part.subtype = subtype
    } else if (type === "text") part.type = "text"
    part.parameters = parameters
    if (part.type === "multipart") boundary = boundaryOf(raw, parameters)
  }
  const encoding = firstToken(values.get("content-transfer-encoding") ?? "")
  part.encoding = encoding === "" ? "7bit" : encoding
  const disposition = values.get("content-disposition")
  if (disposition !== undefined) {
    const { parameters, value } = parseParameterized(disposition)
    if (value !== "") {
      part.disposition = value
      part.dispositionParameters = parameters
    }
  }
  const languages = values.get("content-language")
  part.id = values.get("content-id")
  part.description = values.get("content-description")
  part.md5 = values.get("content-md5")
  part.location = values.get("content-location")
  part.language = languages === undefined ? [] : tokenList(languages)
  return { part, boundary, isDigest: part.type === "multipart" && part.subtype === "digest" }
}

/** As octets of the header, not as decoded text; trailing white space cannot be part of it (RFC 2046 §5.1.1). */
const boundaryOf = (
  raw: ReadonlyArray<{ readonly name: string; readonly value: string }>,
  parameters: ReadonlyArray<Parameter>
): Uint8Array | undefined => {
  const plain = raw.find((one) => one.name === "boundary")?.value
  const text = plain ?? parameters.find((one) => one.name === "boundary")?.value
  if (text === undefined) return undefined
  const octets = plain === undefined ? latin1(new TextEncoder().encode(text)) : text
  const trimmed = octets.slice(0, MAX_BOUNDARY).replace(/[ \t]+$/, "")
  return trimmed === "" ? undefined : fromLatin1(trimmed)
}
