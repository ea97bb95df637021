/** Content transfer encodings (RFC 2045 §6): decoders that take what they are given, encoders that are strict. */

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
export const decodeTransfer = (bytes: Uint8Array, encoding: string): Uint8Array | undefined => {
  if (isIdentity(encoding)) return bytes
  if (encoding === "base64") return decodeBase64(bytes)
  if (encoding === "quoted-printable") return decodeQuotedPrintable(bytes)
  return undefined
}

/** Skips what is not in the alphabet; padding ends a group, and what follows it starts a new one. */
export const decodeBase64 = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(Math.floor(bytes.length * 3 / 4) + 3)
  let length = 0
  let value = 0
  let digits = 0
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!
    const six = SIX[c]!
    if (six < 0) {
      if (c !== EQ) continue
      if (digits >= 2) out[length++] = digits === 2 ? value >> 4 : value >> 10
      if (digits === 3) out[length++] = (value >> 2) & 255
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
  if (digits >= 2) out[length++] = digits === 2 ? value >> 4 : value >> 10
  if (digits === 3) out[length++] = (value >> 2) & 255
  return out.subarray(0, length)
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

/** Soft breaks joined, white space at line ends dropped, a broken `=` left as it stands (RFC 2045 §6.7). */
export const decodeQuotedPrintable = (bytes: Uint8Array): Uint8Array => {
  const out = new Uint8Array(bytes.length)
  let length = 0
  /** Output up to here stays even where the line ends now: after it there is only raw white space. */
  let kept = 0
  for (let i = 0; i < bytes.length;) {
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
  return out.subarray(0, kept)
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
