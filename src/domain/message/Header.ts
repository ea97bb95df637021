/** The fields of a header block (RFC 5322 §2.2) as raw offsets; values are unfolded on demand. */
import { latin1 } from "./Latin1.ts"

export interface HeaderField {
  /** Lower case. */
  readonly name: string
  /** Offset of the field's first octet, of the first after the colon, and of the first after its last line ending. */
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

/** A longer name is no name: it keeps a hostile block from making huge strings (RFC 5322 lines end at 998). */
export const MAX_NAME_LENGTH = 998

/** Fields that begin later in a header block are not read, and its entity is a leaf. Large lists of To stay below. */
export const MAX_HEADER_BYTES = 256 * 1024

const CR = 13
const LF = 10
const SP = 32
const TAB = 9
const COLON = 58

/** Offset after the line ending of the line that holds `at`, or `end`. */
export const lineEnd = (bytes: Uint8Array, at: number, end: number): number => {
  const lf = bytes.indexOf(LF, at)
  return lf < 0 || lf >= end ? end : lf + 1
}

/** Is the line [at, next) empty but for its ending? */
export const isBlank = (bytes: Uint8Array, at: number, next: number): boolean =>
  next > at && bytes[next - 1] === LF && (next - at === 1 || (next - at === 2 && bytes[at] === CR))

/**
 * The fields in [start, end); stops at the blank line. Lines that are no field (an mbox `From ` line, rubbish) are
 * passed over together with their continuations, as Dovecot does.
 */
export const headerFields = (bytes: Uint8Array, start: number, end: number): ReadonlyArray<HeaderField> => {
  const found: Array<HeaderField> = []
  let at = start
  while (at < end) {
    let next = lineEnd(bytes, at, end)
    if (isBlank(bytes, at, next)) break
    const first = next
    while (next < end && (bytes[next] === SP || bytes[next] === TAB)) next = lineEnd(bytes, next, end)
    const name = nameEnd(bytes, at, first)
    if (name > at) {
      let colon = name
      while (colon < first && bytes[colon] !== COLON) colon++
      found.push({ name: latin1(bytes, at, name).toLowerCase(), start: at, valueStart: colon + 1, end: next })
    }
    at = next
  }
  return found
}

/** Of a part's header, the fields that are read: those that begin within `MAX_HEADER_BYTES`. */
export const readFields = (
  bytes: Uint8Array,
  { bodyStart, headerStart }: { readonly headerStart: number; readonly bodyStart: number }
): ReadonlyArray<HeaderField> => headerFields(bytes, headerStart, Math.min(bodyStart, headerStart + MAX_HEADER_BYTES))

/** End of the field name that starts at `at`, or `at` where the line has none. */
const nameEnd = (bytes: Uint8Array, at: number, end: number): number => {
  const stop = Math.min(end, at + MAX_NAME_LENGTH)
  let i = at
  while (i < stop) {
    const c = bytes[i]!
    if (c === COLON || c <= SP || c >= 127) break
    i++
  }
  const name = i
  // obs-optional: white space before the colon (RFC 5322 §4.5.8).
  while (i < stop && (bytes[i] === SP || bytes[i] === TAB)) i++
  return i < stop && bytes[i] === COLON ? name : at
}

/** The field's value with line breaks removed and white space trimmed, one character an octet. */
export const unfold = (bytes: Uint8Array, field: HeaderField): string =>
  unfoldText(latin1(bytes, field.valueStart, field.end))

/** Removes every line break; what follows one inside a field is white space by construction. */
export const unfoldText = (text: string): string => {
  if (!text.includes("\n") && !text.includes("\r")) return trim(text)
  const pieces: Array<string> = []
  let from = 0
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : LF
    if (c !== LF && c !== CR) continue
    if (i > from) pieces.push(text.slice(from, i))
    from = i + 1
  }
  return trim(pieces.join(""))
}

/** Trims SP and TAB only; `String.trim` would take 0xA0 too, which is part of UTF-8 sequences here. */
export const trim = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isWsp(text.charCodeAt(start))) start++
  while (end > start && isWsp(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

const isWsp = (c: number): boolean => c === SP || c === TAB || c === CR || c === LF
