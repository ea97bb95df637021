/** MIME header values with parameters (RFC 2045 §5.1, RFC 2231): `type/subtype; name=value (comment)`. */
import { decodeText } from "./Charset.ts"
import { decodeWords, isAscii } from "./EncodedWord.ts"
import { concat, fromLatin1, latin1 } from "./Latin1.ts"
import type { Parameter } from "./MessageStructure.ts"

/** Real parts have a handful; more only cost rows. */
export const MAX_PARAMETERS = 200

export interface ParameterizedValue {
  /** Before the first `;`, comments and white space removed, lower case. */
  readonly value: string
  readonly parameters: ReadonlyArray<Parameter>
}

interface RawParameter {
  readonly name: string
  readonly value: string
}

const isSpace = (c: string): boolean => c === " " || c === "\t" || c === "\r" || c === "\n"

const commentEnd = (text: string, start: number): number => {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const c = text[at]
    if (c === "\\") at++
    else if (c === "(") depth++
    else if (c === ")" && --depth === 0) return at + 1
  }
  return text.length
}

/** Reads up to `;` or, for names, `=`. Comments and unquoted white space vanish, quoted strings are unquoted. */
const readItem = (text: string, start: number, stopAtEquals: boolean): readonly [string, number] => {
  const pieces: Array<string> = []
  let at = start
  while (at < text.length) {
    const c = text[at]!
    if (c === ";" || (stopAtEquals && c === "=")) break
    if (isSpace(c)) at++
    else if (c === "(") at = commentEnd(text, at)
    else if (c === "\"") {
      at++
      let from = at
      while (at < text.length && text[at] !== "\"") {
        if (text[at] === "\\" && at + 1 < text.length) {
          pieces.push(text.slice(from, at))
          from = ++at
        }
        at++
      }
      pieces.push(text.slice(from, at))
      at++
    } else {
      const from = at
      while (at < text.length && !isItemEnd(text[at]!, stopAtEquals)) at++
      // Senders forget to quote `name=My file.txt`: words keep a blank between them.
      if (!stopAtEquals && pieces.length > 0 && isSpace(text[from - 1] ?? "")) pieces.push(" ")
      pieces.push(text.slice(from, at))
    }
  }
  return [pieces.join(""), at]
}

const isItemEnd = (c: string, stopAtEquals: boolean): boolean =>
  c === ";" || c === "(" || c === "\"" || isSpace(c) || (stopAtEquals && c === "=")

/** `text` is unfolded, one character an octet. */
export const parseParameterized = (
  text: string
): ParameterizedValue & { readonly raw: ReadonlyArray<RawParameter> } => {
  const [value, end] = readItem(text, 0, false)
  const raw: Array<RawParameter> = []
  let at = end + 1
  while (at < text.length && raw.length < MAX_PARAMETERS) {
    const [name, nameEnd] = readItem(text, at, true)
    if (text[nameEnd] !== "=") {
      at = nameEnd + 1
      continue
    }
    const [content, contentEnd] = readItem(text, nameEnd + 1, false)
    if (name !== "") raw.push({ name: name.toLowerCase(), value: content })
    at = contentEnd + 1
  }
  return { value: value.toLowerCase(), raw, parameters: decodeParameters(raw) }
}

interface Segment {
  readonly index: number
  readonly isEncoded: boolean
  readonly value: string
}

/** RFC 2231: `name*0*=utf-8'en'a%20; name*1=b` is one parameter. An extended form beats a plain one of that name. */
const decodeParameters = (raw: ReadonlyArray<RawParameter>): ReadonlyArray<Parameter> => {
  const plain = new Map<string, string>()
  const extended = new Map<string, Array<Segment>>()
  const order = new Set<string>()
  for (const { name, value } of raw) {
    const star = name.indexOf("*")
    if (star <= 0) {
      order.add(name)
      if (!plain.has(name)) plain.set(name, value)
      continue
    }
    const isEncoded = name.endsWith("*")
    const digits = name.slice(star + 1, isEncoded ? Math.max(star + 1, name.length - 1) : name.length)
    if (digits !== "" && !/^\d{1,4}$/.test(digits)) continue
    const base = name.slice(0, star)
    order.add(base)
    const segments = extended.get(base) ?? []
    segments.push({ index: digits === "" ? 0 : Number(digits), isEncoded, value })
    extended.set(base, segments)
  }
  const found: Array<Parameter> = []
  for (const name of order) {
    const segments = extended.get(name)
    const value = segments === undefined ? decodeWords(plain.get(name) ?? "") : joinSegments(segments)
    found.push({ name, value })
  }
  return found
}

const joinSegments = (segments: ReadonlyArray<Segment>): string => {
  const sorted = segments.toSorted((a, b) => a.index - b.index)
  let charset: string | undefined
  const bytes: Array<Uint8Array> = []
  for (const [position, segment] of sorted.entries()) {
    let value = segment.value
    if (position === 0 && segment.isEncoded) {
      const first = value.indexOf("'")
      const second = first < 0 ? -1 : value.indexOf("'", first + 1)
      if (second >= 0) {
        charset = value.slice(0, first)
        value = value.slice(second + 1)
      }
    }
    bytes.push(segment.isEncoded ? percentDecode(value) : fromLatin1(value))
  }
  return decodeText(concat(bytes), charset)
}

const hex = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48
  const lower = c | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

const percentDecode = (text: string): Uint8Array => {
  const out = new Uint8Array(text.length)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    const high = c === 37 ? hex(text.charCodeAt(i + 1)) : -1
    const low = high < 0 ? -1 : hex(text.charCodeAt(i + 2))
    if (low >= 0) {
      out[length++] = high << 4 | low
      i += 2
    } else out[length++] = c
  }
  return out.subarray(0, length)
}

const encoder = new TextEncoder()

/** RFC 2045 token characters. */
export const isToken = (text: string): boolean => /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/.test(text)

/** `utf-8''...` (RFC 2231 §4) for what is not ASCII; the name then ends in `*`. */
export const encodeExtended = (value: string): string => {
  let text = "utf-8''"
  for (const c of encoder.encode(value)) {
    const isAttributeChar = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 45 ||
      c === 46 || c === 95
    text += isAttributeChar ? String.fromCharCode(c) : `%${c.toString(16).toUpperCase().padStart(2, "0")}`
  }
  return text
}

/** One parameter as it is written in a header: a token, a quoted string, or RFC 2231's extended form. */
export const formatParameter = (parameter: Parameter): string => {
  const { name, value } = parameter
  if (isToken(value)) return `${name}=${value}`
  if (isAscii(value) && !/[\u0000-\u001f\u007f]/.test(value)) return `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"`
  return `${name}*=${encodeExtended(value)}`
}

/** The parameter of that name, compared in lower case. */
export const parameter = (parameters: ReadonlyArray<Parameter>, name: string): string | undefined =>
  parameters.find((one) => one.name === name)?.value

/** The first token of a value such as `base64 (comment)`, lower case. */
export const firstToken = (text: string): string => {
  const [value] = readItem(text, 0, false)
  const blank = value.search(/[\s,]/)
  return (blank < 0 ? value : value.slice(0, blank)).toLowerCase()
}

/** Comma separated tokens, as Content-Language has. */
export const tokenList = (text: string): ReadonlyArray<string> => {
  const [value] = readItem(text, 0, false)
  return value.split(",").map((token) => token.trim()).filter((token) => token !== "").slice(0, MAX_PARAMETERS)
}

/** Octet characters of UTF-8, for a place that must hold text but speaks octets. */
export const utf8Octets = (text: string): string => isAscii(text) ? text : latin1(encoder.encode(text))
