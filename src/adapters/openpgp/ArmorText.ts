/** ASCII armor (RFC 9580 §6.2) written: Base64 in lines of 60 as the library has it, ended by CRLF. */
import type { ArmorKind } from "../../ports/OpenPgp.ts"
import { inTurns } from "./Turns.ts"

/** RFC 9580 §6.1.1. */
const CRC_INIT = 0xb704ce
const CRC_POLYNOMIAL = 0x1864cfb

/** Of one octet. */
const CRC = Int32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 16
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc & 0x800000) === 0 ? 0 : CRC_POLYNOMIAL)
  return crc & 0xffffff
})

/** What the checksum's upper octets become behind one, two and three octets more: four are taken in at a time. */
const following = (table: Int32Array): Int32Array => table.map((crc) => ((crc << 8) & 0xffffff) ^ (CRC[crc >> 16] ?? 0))
const CRC_1 = following(CRC)
const CRC_2 = following(CRC_1)
const CRC_3 = following(CRC_2)

const checksum = (crc: number, bytes: Uint8Array): number => {
  let sum = crc
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    sum = CRC_3[(sum >> 16) ^ bytes[at]!]! ^ CRC_2[((sum >> 8) & 0xff) ^ bytes[at + 1]!]! ^
      CRC_1[(sum & 0xff) ^ bytes[at + 2]!]! ^ CRC[bytes[at + 3]!]!
  }
  for (; at < bytes.length; at++) sum = ((sum << 8) & 0xffffff) ^ CRC[(sum >> 16) ^ bytes[at]!]!
  return sum
}

/** Octets of a line, and its digits. */
const LINE = 45
const DIGITS = 60
/** Octets that become text at a time: more would be in memory twice. */
const STEP = LINE * 512

/** `at` of `out` is where a line begins; of `bytes` only the last line is shorter, or ends with a group of less than three. */
const encodeLines = (bytes: Uint8Array, out: Buffer, at: number): number => {
  let to = at
  for (let from = 0; from < bytes.length; from += STEP) {
    const octets = Math.min(STEP, bytes.length - from)
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, octets).toString("base64")
    const lines: Array<string> = []
    for (let digit = 0; digit < text.length; digit += DIGITS) lines.push(text.slice(digit, digit + DIGITS))
    lines.push("")
    to += out.write(lines.join("\r\n"), to, "latin1")
  }
  return to
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
  // Of nobody else: it may be handed to another thread.
  const out = Buffer.from(new ArrayBuffer(begin.length + digits + lines * 2 + sumLine + end.length))
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
  out.set(Buffer.from(`=${Buffer.of(crc >> 16, (crc >> 8) & 0xff, crc & 0xff).toString("base64")}\r\n`), at)
  out.set(end, at + sumLine)
  return new Uint8Array(out.buffer)
}
