/** Octets from outside: armored or binary, and never more than there is room for. */
import * as openpgp from "openpgp"
import { MAX_MESSAGE_BYTES, policy } from "./Policy.ts"
import { inTurns } from "./Turns.ts"

export const bounded = (bytes: Uint8Array, limit: number, what: string): Uint8Array => {
  if (bytes.length > limit) throw new RangeError(`the ${what} is larger than ${limit} bytes`)
  return bytes
}

/** Every packet starts with the high bit set (RFC 9580 §4.2); armor is ASCII. */
export const isBinary = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80

const BEGIN = Buffer.from("-----BEGIN PGP ")
const END = Buffer.from("\n-----END PGP ")
const LF = 10
const CR = 13

/** From where a line begins to where the next one does. */
const nextLine = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end + 1
}

interface Armored {
  readonly bytes: Buffer
  /** Of the Base64. */
  readonly start: number
  readonly end: number
}

/** One armored block (RFC 9580 §6.2) that stands alone, as programs write it; undefined: something else. */
const blockIn = (given: Uint8Array): Armored | undefined => {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length)
  if (!bytes.subarray(0, BEGIN.length).equals(BEGIN)) return undefined
  let start = nextLine(bytes, 0)
  // Armor headers, to the blank line; without one, this is no armor as programs write it.
  for (let next = nextLine(bytes, start);; next = nextLine(bytes, start)) {
    const line = bytes.toString("latin1", start, next).trim()
    if (next === start || (line !== "" && !line.includes(": "))) return undefined
    start = next
    if (line === "") break
  }
  const close = bytes.indexOf(END, start - 1)
  if (close < 0 || bytes.indexOf(BEGIN, start) >= 0) return undefined
  const checksum = bytes.lastIndexOf("\n=", close)
  return { bytes, start, end: checksum >= start && close - checksum <= 7 ? checksum : close }
}

/** Octets of lines that become text at a time: more would be in memory twice. */
const STEP = 64 * 1024

/**
 * What the whole lines at the beginning hold, all as long as the first: into `out`. Answers where they end, and how many
 * octets they held; what is no such line is left.
 */
const wholeLines = async ({ bytes, end, start }: Armored, out: Buffer) => {
  const width = nextLine(bytes, start) - start
  const digits = bytes[start + width - 2] === CR ? width - 2 : width - 1
  const lines = Math.floor(STEP / width)
  let [at, written] = [start, 0]
  if (digits % 4 !== 0 || lines === 0) return { at, written }
  await inTurns(bytes.subarray(start, end), (turn) => {
    const until = turn.byteOffset - bytes.byteOffset + turn.length
    for (; at + lines * width <= until; at += lines * width) {
      const held = out.write(bytes.toString("latin1", at, at + lines * width), written, "base64")
      // Something among them that is none of the alphabet.
      if (held !== lines * digits / 4 * 3) return
      written += held
    }
  })
  return { at, written }
}

/**
 * The octets of such a block; undefined: the library's own reading, which is slow, has to make sense of it. What is
 * broken inside is found by whoever reads the packets: the checksum proves nothing (§6.1).
 */
const unarmored = async (given: Uint8Array): Promise<Uint8Array | undefined> => {
  const block = blockIn(given)
  if (block === undefined) return undefined
  const { bytes, end, start } = block
  const out = Buffer.allocUnsafeSlow(Math.ceil((end - start) / 4) * 3)
  const { at, written } = await wholeLines(block, out)
  const rest = bytes.toString("latin1", at, end)
  if (/[^A-Za-z0-9+/=\s]/.test(rest)) return undefined
  const length = written + out.write(rest, written, "base64")
  return new Uint8Array(out.buffer, 0, length)
}

export const binary = async (bytes: Uint8Array): Promise<Uint8Array> => {
  if (isBinary(bytes)) return bytes
  const found = await unarmored(bounded(bytes, MAX_MESSAGE_BYTES, "armor"))
  if (found !== undefined) return found
  const text = new TextDecoder().decode(bytes)
  const { data } = await openpgp.unarmor(text, policy)
  if (!(data instanceof Uint8Array)) throw new TypeError("the armor could not be read")
  return data
}
