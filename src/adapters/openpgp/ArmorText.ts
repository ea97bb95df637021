/** ASCII armor (RFC 9580 §6.2) written: Base64 in lines of 60 as the library has it, ended by CRLF. */
import type { ArmorKind } from "../../ports/OpenPgp.ts"
import { inTurns } from "./Turns.ts"

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** RFC 9580 §6.1.1. */
const CRC_INIT = 0xb704ce
const CRC_POLYNOMIAL = 0x1864cfb

const CRC = Int32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 16
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc & 0x800000) === 0 ? 0 : CRC_POLYNOMIAL)
  return crc & 0xffffff
})

const DIGITS = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0))
const [CR, LF, EQUALS] = [13, 10, 61]

/** Octets of a line. */
const LINE = 45

/** Whole groups of three from `bytes`; `at` of `out` is where a line begins. */
const encodeLines = (bytes: Uint8Array, out: Uint8Array, at: number): number => {
  let to = at
  for (let from = 0; from < bytes.length;) {
    const end = Math.min(from + LINE, bytes.length)
    for (; from < end; from += 3) {
      const group = ((bytes[from] ?? 0) << 16) | ((bytes[from + 1] ?? 0) << 8) | (bytes[from + 2] ?? 0)
      out[to++] = DIGITS[group >> 18] ?? 0
      out[to++] = DIGITS[(group >> 12) & 63] ?? 0
      out[to++] = DIGITS[(group >> 6) & 63] ?? 0
      out[to++] = DIGITS[group & 63] ?? 0
    }
    out[to++] = CR
    out[to++] = LF
  }
  return to
}

const checksum = (crc: number, bytes: Uint8Array): number => {
  let sum = crc
  for (let at = 0; at < bytes.length; at++) sum = ((sum << 8) & 0xffffff) ^ (CRC[(sum >> 16) ^ (bytes[at] ?? 0)] ?? 0)
  return sum
}

const TITLE: { readonly [Kind in ArmorKind]: string } = {
  message: "MESSAGE",
  signature: "SIGNATURE",
  "public key": "PUBLIC KEY BLOCK",
  "secret key": "PRIVATE KEY BLOCK"
}

/**
 * With the checksum that RFC 9580 §6.1 allows for: where the Base64 ends without "=", GnuPG before 2.4 takes the closing
 * line for more of it.
 */
export const armored = async (kind: ArmorKind, data: Uint8Array): Promise<Uint8Array> => {
  const begin = Buffer.from(`-----BEGIN PGP ${TITLE[kind]}-----\r\n\r\n`)
  const end = Buffer.from(`-----END PGP ${TITLE[kind]}-----\r\n`)
  const digits = Math.ceil(data.length / 3) * 4
  const lines = Math.ceil(data.length / LINE)
  const sumLine = "=AAAA\r\n".length
  const out = new Uint8Array(begin.length + digits + lines * 2 + sumLine + end.length)
  out.set(begin)
  let at = begin.length
  let crc = CRC_INIT
  // Turns are of whole lines but for the last.
  let left: Uint8Array = new Uint8Array(0)
  await inTurns(data, (turn, from) => {
    crc = checksum(crc, turn)
    const start = from - left.length
    const whole = from + turn.length === data.length
      ? data.length - start
      : Math.floor((from + turn.length - start) / LINE) * LINE
    at = encodeLines(data.subarray(start, start + whole), out, at)
    left = data.subarray(start + whole, from + turn.length)
  })
  const filled = (3 - data.length % 3) % 3
  if (filled > 0) out.fill(EQUALS, at - 2 - filled, at - 2)
  out.set(Buffer.from(`=${Buffer.of(crc >> 16, (crc >> 8) & 0xff, crc & 0xff).toString("base64")}\r\n`), at)
  out.set(end, at + sumLine)
  return out
}
