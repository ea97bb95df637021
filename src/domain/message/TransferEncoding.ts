/** Content transfer encodings (RFC 2045 §6): decoders that take what they are given, encoders that are strict. */

import * as Steps from "../mailbox/Steps.ts"

/** Octets of a step: a few milliseconds. */
const STEP = 2 ** 18

const CR = 13
const LF = 10
const SP = 32
const TAB = 9
const EQ = 61

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
const SIX = new Int8Array(256).fill(-1)
const SIX_BITS = new Uint8Array(64)
for (let i = 0; i < 64; i++) {
  SIX[ALPHABET.charCodeAt(i)] = i
  SIX_BITS[i] = ALPHABET.charCodeAt(i)
}
const HEX = "0123456789ABCDEF"

export type IdentityEncoding = "7bit" | "8bit" | "binary"

export const isIdentity = (encoding: string): encoding is IdentityEncoding =>
  encoding === "7bit" || encoding === "8bit" || encoding === "binary" || encoding === ""

/** The octets behind an encoding, or undefined where it is not one of RFC 2045's. */
export function* decodeTransfer(bytes: Uint8Array, encoding: string): Steps.Steps<Uint8Array | undefined> {
  if (isIdentity(encoding)) return bytes
  if (encoding === "base64") return yield* base64(bytes)
  if (encoding === "quoted-printable") return yield* quotedPrintable(bytes)
  return undefined
}

export const decodeBase64 = (bytes: Uint8Array): Uint8Array => Steps.run(base64(bytes))

/** How far a decoder is: octets written, and of the group that is not whole yet its bits and how many digits it has. */
interface Base64State {
  length: number
  value: number
  digits: number
}

const endGroup = (state: Base64State, out: Uint8Array): void => {
  const { digits, value } = state
  if (digits >= 2) out[state.length++] = digits === 2 ? value >> 4 : value >> 10
  if (digits === 3) out[state.length++] = (value >> 2) & 255
  state.value = 0
  state.digits = 0
}

const base64Block = (bytes: Uint8Array, from: number, to: number, out: Uint8Array, state: Base64State): void => {
  let { digits, length, value } = state
  for (let i = from; i < to; i++) {
    const c = bytes[i]!
    const six = SIX[c]!
    if (six < 0) {
      if (c !== EQ) continue
      state.length = length
      state.value = value
      state.digits = digits
      endGroup(state, out)
      length = state.length
      value = 0
      digits = 0
      continue
    }
    value = (value << 6) | six
    if (++digits === 4) {
      out[length++] = value >> 16
      out[length++] = (value >> 8) & 255
      out[length++] = value & 255
      value = 0
      digits = 0
    }
  }
  state.length = length
  state.value = value
  state.digits = digits
}

/** Skips what is not in the alphabet; padding ends a group, and what follows it starts a new one. */
function* base64(bytes: Uint8Array): Steps.Steps<Uint8Array> {
  const out = new Uint8Array(Math.floor(bytes.length * 3 / 4) + 3)
  const state: Base64State = { length: 0, value: 0, digits: 0 }
  for (let from = 0; from < bytes.length; from += STEP) {
    if (from > 0) yield
    base64Block(bytes, from, Math.min(from + STEP, bytes.length), out, state)
  }
  endGroup(state, out)
  return out.subarray(0, state.length)
}

/** Lines of 76 characters ended by CRLF; `lineLength` 0 makes one line without an ending. */
export const encodeBase64 = (bytes: Uint8Array, lineLength = 76): Uint8Array => {
  const chars = Math.ceil(bytes.length / 3) * 4
  const lines = lineLength === 0 ? 0 : Math.ceil(chars / lineLength)
  const out = new Uint8Array(chars + lines * 2)
  let at = 0
  let column = 0
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const value = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0)
    out[at++] = SIX_BITS[value >> 18]!
    out[at++] = SIX_BITS[(value >> 12) & 63]!
    out[at++] = left > 1 ? SIX_BITS[(value >> 6) & 63]! : EQ
    out[at++] = left > 2 ? SIX_BITS[value & 63]! : EQ
    column += 4
    if (lineLength !== 0 && (column >= lineLength || left <= 3)) {
      out[at++] = CR
      out[at++] = LF
      column = 0
    }
  }
  return out.subarray(0, at)
}

const hex = (c: number): number => {
  if (c >= 48 && c <= 57) return c - 48
  if (c >= 65 && c <= 70) return c - 55
  if (c >= 97 && c <= 102) return c - 87
  return -1
}

export const decodeQuotedPrintable = (bytes: Uint8Array): Uint8Array => Steps.run(quotedPrintable(bytes))

interface QuotedState {
  /** Octets read, and written. */
  read: number
  length: number
  /** Output up to here stays even where the line ends now: after it there is only raw white space. */
  kept: number
}

const quotedBlock = (bytes: Uint8Array, to: number, out: Uint8Array, state: QuotedState): void => {
  let { kept, length, read: i } = state
  while (i < to) {
    const c = bytes[i]!
    if (c === EQ) {
      const high = i + 1 < bytes.length ? hex(bytes[i + 1]!) : -1
      const low = i + 2 < bytes.length ? hex(bytes[i + 2]!) : -1
      if (high >= 0 && low >= 0) {
        out[length++] = high << 4 | low
        kept = length
        i += 3
        continue
      }
      let end = i + 1
      while (end < bytes.length && (bytes[end] === SP || bytes[end] === TAB)) end++
      if (end < bytes.length && bytes[end] === CR) end++
      if (end >= bytes.length || bytes[end] === LF) {
        kept = length
        i = Math.min(end + 1, bytes.length)
        continue
      }
      out[length++] = c
      kept = length
      i++
      continue
    }
    if (c === LF || (c === CR && bytes[i + 1] === LF)) {
      length = kept
      out[length++] = c
      if (c === CR) out[length++] = LF
      i += c === CR ? 2 : 1
      kept = length
      continue
    }
    out[length++] = c
    if (c !== SP && c !== TAB) kept = length
    i++
  }
  state.read = i
  state.length = length
  state.kept = kept
}

/** Soft breaks joined, white space at line ends dropped, a broken `=` left as it stands (RFC 2045 §6.7). */
function* quotedPrintable(bytes: Uint8Array): Steps.Steps<Uint8Array> {
  const out = new Uint8Array(bytes.length)
  const state: QuotedState = { read: 0, length: 0, kept: 0 }
  while (state.read < bytes.length) {
    if (state.read > 0) yield
    quotedBlock(bytes, Math.min(state.read + STEP, bytes.length), out, state)
  }
  return out.subarray(0, state.kept)
}

/**
 * CRLF stays a line break, every other octet comes back as it was. Also hides what gateways change: white space at
 * line ends and `From ` at line starts (RFC 3156 §3).
 */
export const encodeQuotedPrintable = (bytes: Uint8Array): Uint8Array => {
  // Each octet takes at most three, and each 70 of those at most three more for a soft break.
  const out = new Uint8Array(bytes.length * 3 + Math.ceil(bytes.length * 3 / 70) * 3 + 3)
  let at = 0
  let column = 0
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!
    if (c === CR && bytes[i + 1] === LF) {
      out[at++] = CR
      out[at++] = LF
      column = 0
      i++
      continue
    }
    if (column > 72) {
      out[at++] = EQ
      out[at++] = CR
      out[at++] = LF
      column = 0
    }
    const last = i + 1 >= bytes.length || (bytes[i + 1] === CR && bytes[i + 2] === LF)
    const plain = (c > SP && c < 127 && c !== EQ && !(column === 0 && (isFrom(bytes, i) || c === 46))) ||
      ((c === SP || c === TAB) && !last)
    const width = plain ? 1 : 3
    if (plain) out[at++] = c
    else {
      out[at++] = EQ
      out[at++] = HEX.charCodeAt(c >> 4)
      out[at++] = HEX.charCodeAt(c & 15)
    }
    column += width
  }
  return out.subarray(0, at)
}

const isFrom = (bytes: Uint8Array, i: number): boolean =>
  bytes[i] === 70 && bytes[i + 1] === 114 && bytes[i + 2] === 111 && bytes[i + 3] === 109 && bytes[i + 4] === SP
