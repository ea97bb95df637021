/** Building messages: entities to octets with CRLF line ends, folded headers and safe boundaries. */
import * as Steps from "../mailbox/Steps.ts"
import { isAscii } from "./EncodedWord.ts"
import { formatField } from "./HeaderText.ts"
import { concat } from "./Latin1.ts"
import type { Parameter } from "./MessageStructure.ts"
import { formatParameter } from "./Parameters.ts"
import { encodeBase64, encodeQuotedPrintable } from "./TransferEncoding.ts"

/** Octets of a step. */
const STEP = 2 ** 18

export type Headers = ReadonlyArray<readonly [name: string, value: string]>

export type Body =
  /** Text in UTF-8; 7bit where it fits, else quoted-printable. `type` is `text/plain` when absent. */
  | {
    readonly _tag: "Text"
    readonly text: string
    readonly type?: string
    readonly parameters?: ReadonlyArray<Parameter>
  }
  /** Octets in base64 under a type. */
  | {
    readonly _tag: "Binary"
    readonly bytes: Uint8Array
    readonly type: string
    readonly parameters?: ReadonlyArray<Parameter>
  }
  /** Octets taken as the body without a change; their MIME fields are among the entity's headers. */
  | { readonly _tag: "Raw"; readonly bytes: Uint8Array }
  | {
    readonly _tag: "Multipart"
    readonly subtype: string
    readonly parameters?: ReadonlyArray<Parameter>
    readonly parts: ReadonlyArray<Entity | Uint8Array>
  }

/** In `parts` a `Uint8Array` is an entire entity (header, blank line, body) that must not change by an octet. */
export interface Entity {
  readonly headers: Headers
  readonly body: Body
}

const encoder = new TextEncoder()
const CRLF = "\r\n"
/** RFC 5322 §2.1.1. */
const MAX_LINE = 998

/** The octets of a message or part. MIME fields of its body come after the given ones. */
export const compose = (entity: Entity): Uint8Array => {
  const { fields, pieces } = composeBody(entity.body)
  const header = [...entity.headers.map(([name, value]) => formatField(name, value)), ...fields].join("")
  return concat([encoder.encode(header + CRLF), ...pieces])
}

const contentType = (type: string, parameters: ReadonlyArray<Parameter>): string =>
  formatField("Content-Type", [type, ...parameters.map(formatParameter)].join("; "))

const composeBody = (
  body: Body
): { readonly fields: ReadonlyArray<string>; readonly pieces: ReadonlyArray<Uint8Array> } => {
  switch (body._tag) {
    case "Raw":
      return { fields: [], pieces: [body.bytes] }
    case "Binary":
      return {
        fields: [contentType(body.type, body.parameters ?? []), `Content-Transfer-Encoding: base64${CRLF}`],
        pieces: [encodeBase64(body.bytes)]
      }
    case "Text": {
      const bytes = toCrlf(encoder.encode(body.text))
      const parameters = [
        { name: "charset", value: isAscii(body.text) ? "us-ascii" : "utf-8" },
        ...body.parameters ?? []
      ]
      const isPlain = isSafe7bit(bytes)
      return {
        fields: [
          contentType(body.type ?? "text/plain", parameters),
          `Content-Transfer-Encoding: ${isPlain ? "7bit" : "quoted-printable"}${CRLF}`
        ],
        pieces: [isPlain ? bytes : encodeQuotedPrintable(bytes)]
      }
    }
    case "Multipart": {
      const parts = body.parts.map((part) => part instanceof Uint8Array ? part : compose(part))
      const boundary = boundaryFor(parts)
      const pieces: Array<Uint8Array> = []
      for (const [index, part] of parts.entries()) {
        pieces.push(encoder.encode(`${index === 0 ? "" : CRLF}--${boundary}${CRLF}`), part)
      }
      pieces.push(encoder.encode(`${CRLF}--${boundary}--${CRLF}`))
      return {
        fields: [
          contentType(`multipart/${body.subtype}`, [...body.parameters ?? [], { name: "boundary", value: boundary }])
        ],
        pieces
      }
    }
  }
}

/** Derived from the content and checked against it; `=_` occurs in no quoted-printable or base64 (RFC 2045 §6.7). */
const boundaryFor = (parts: ReadonlyArray<Uint8Array>): string => {
  let hash = 0x811c9dc5
  let length = 0
  for (const part of parts) {
    length += part.length
    for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part[i]!, 0x01000193) >>> 0
  }
  for (let attempt = 0;; attempt++) {
    const boundary = `=_leap_${hash.toString(36)}_${length.toString(36)}_${attempt}`
    const needle = encoder.encode(`--${boundary}`)
    if (!parts.some((part) => includes(part, needle))) return boundary
  }
}

const includes = (bytes: Uint8Array, needle: Uint8Array): boolean => {
  for (let at = bytes.indexOf(61); at >= 0; at = bytes.indexOf(61, at + 1)) {
    let same = 0
    // The needle's third octet is its first `=`.
    while (same < needle.length && bytes[at - 2 + same] === needle[same]) same++
    if (same === needle.length) return true
  }
  return false
}

const missingIn = (bytes: Uint8Array, from: number, to: number): number => {
  let missing = 0
  for (let i = from; i < to; i++) {
    const c = bytes[i]!
    if (c === 10 ? bytes[i - 1] !== 13 : c === 13 && bytes[i + 1] !== 10) missing++
  }
  return missing
}

/** Answers where it has written up to. */
const copyLines = (bytes: Uint8Array, from: number, to: number, out: Uint8Array, start: number): number => {
  let at = start
  for (let i = from; i < to; i++) {
    const c = bytes[i]!
    if (c === 10) {
      if (bytes[i - 1] !== 13) out[at++] = 13
      out[at++] = 10
    } else {
      out[at++] = c
      if (c === 13 && bytes[i + 1] !== 10) out[at++] = 10
    }
  }
  return at
}

/** Every line ends in CRLF: bare LF and bare CR become one. The same octets where nothing is to do. */
export const toCrlf = (bytes: Uint8Array): Uint8Array => Steps.run(crlf(bytes))

/** `toCrlf` in steps of some milliseconds. */
export function* crlf(bytes: Uint8Array): Steps.Steps<Uint8Array> {
  let missing = 0
  for (let from = 0; from < bytes.length; from += STEP) {
    if (from > 0) yield
    missing += missingIn(bytes, from, Math.min(from + STEP, bytes.length))
  }
  if (missing === 0) return bytes
  const out = new Uint8Array(bytes.length + missing)
  let at = 0
  for (let from = 0; from < bytes.length; from += STEP) {
    yield
    at = copyLines(bytes, from, Math.min(from + STEP, bytes.length), out, at)
  }
  return out
}

/**
 * May the body travel as 7bit and stay the same under a signature (RFC 3156 §3)? ASCII without NUL, short lines, no
 * white space at line ends, no `From ` at line starts.
 */
export const isSafe7bit = (bytes: Uint8Array): boolean => {
  let lineStart = 0
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!
    if (c > 126 || c === 0) return false
    if (c === 13 && bytes[i + 1] !== 10) return false
    if (c === 10) {
      if (bytes[i - 1] !== 13) return false
      const before = i - 2 >= lineStart ? bytes[i - 2] : 0
      if (before === 32 || before === 9 || i - 1 - lineStart > MAX_LINE) return false
      lineStart = i + 1
    }
    if (c === 32 && i - lineStart === 4 && isFrom(bytes, lineStart)) return false
  }
  const last = bytes[bytes.length - 1]
  return bytes.length - lineStart <= MAX_LINE && last !== 32 && last !== 9
}

const isFrom = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 70 && bytes[at + 1] === 114 && bytes[at + 2] === 111 && bytes[at + 3] === 109
