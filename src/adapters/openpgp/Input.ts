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

/** Programs write two or three. */
const MAX_HEADERS = 16
/** Octets of a line that is none of Base64. */
const MAX_LINE = 1000

const OPENING = /^-----BEGIN PGP (MESSAGE|SIGNATURE|PUBLIC KEY BLOCK|PRIVATE KEY BLOCK)-----$/
const HEADER = /^[A-Za-z][A-Za-z-]*: [ -~]+$/
/** RFC 9580 §6.1.1, at the end. */
const CHECKSUM = /\n=[A-Za-z0-9+/]{4}[ \t\r]*$/
const CHECKSUM_OCTETS = 16

/** From where a line begins to where the next one does. */
const nextLine = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end + 1
}

/** Without the white space at its end; undefined: there is none, or it is too long. */
const lineAt = (bytes: Buffer, at: number): { readonly text: string; readonly next: number } | undefined => {
  const next = nextLine(bytes, at)
  return next === at || next - at > MAX_LINE
    ? undefined
    : { text: bytes.toString("latin1", at, next).replace(/[ \t\r\n]+$/, ""), next }
}

/** Where the Base64 begins: behind the armor headers and the blank line, without which this is no usual armor. */
const bodyStart = (bytes: Buffer, afterOpening: number): number | undefined => {
  let start = afterOpening
  for (let headers = 0; headers <= MAX_HEADERS; headers++) {
    const line = lineAt(bytes, start)
    if (line === undefined) return undefined
    start = line.next
    if (line.text === "") return start
    if (!HEADER.test(line.text)) return undefined
  }
  return undefined
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
  const opening = lineAt(bytes, 0)
  const kind = OPENING.exec(opening?.text ?? "")?.[1]
  const start = opening && kind !== undefined ? bodyStart(bytes, opening.next) : undefined
  if (start === undefined) return undefined
  const close = bytes.indexOf(END, start - 1)
  if (close < 0 || lineAt(bytes, close + 1)?.text !== `-----END PGP ${kind}-----`) return undefined
  if (bytes.indexOf(BEGIN, start) >= 0) return undefined
  const [checksum = ""] = CHECKSUM.exec(bytes.toString("latin1", Math.max(start, close - CHECKSUM_OCTETS), close)) ?? []
  return { bytes, start, end: close - checksum.length }
}

/** Octets of lines that become text at a time: more would be in memory twice. */
const STEP = 64 * 1024

/** Does each line end where the first does? */
const areEven = (bytes: Buffer, at: number, until: number, { digits, width }: Width): boolean => {
  for (let end = at + width; end <= until; end += width) {
    if (bytes[end - 1] !== LF || (digits < width - 1 && bytes[end - 2] !== CR)) return false
  }
  return true
}

interface Width {
  readonly width: number
  /** Without the end of the line. */
  readonly digits: number
}

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
      const text = bytes.toString("latin1", at, at + lines * width)
      // Digits of another alphabet, which the runtime knows, too (RFC 4648 §5).
      if (text.includes("-") || text.includes("_")) return
      const held = out.write(text, written, "base64")
      // Something among them that is none of the alphabet.
      if (held !== lines * digits / 4 * 3 || !areEven(bytes, at, at + lines * width, { digits, width })) return
      written += held
    }
  })
  return { at, written }
}

/** What lines of all lengths hold, behind what is written; answers how much is then. undefined: they are no Base64. */
const otherLines = async (
  { bytes, end }: Armored,
  { at, written }: { readonly at: number; readonly written: number },
  out: Buffer
): Promise<number | undefined> => {
  let [left, held, isBase64] = ["", written, true]
  await inTurns(bytes.subarray(at, end), (turn, from) => {
    const text = left + bytes.toString("latin1", at + from, at + from + turn.length).replace(/[ \t\r\n]+/g, "")
    const isLast = at + from + turn.length === end
    const whole = isLast ? text.length : text.length - text.length % 4
    isBase64 &&= (isLast ? /^[^=]*={0,2}$/ : /^[^=]*$/).test(text) && !/[^A-Za-z0-9+/=]/.test(text)
    if (isBase64) held += out.write(text.slice(0, whole), held, "base64")
    left = text.slice(whole)
  })
  return isBase64 ? held : undefined
}

/**
 * The octets of such a block; undefined: the library's own reading, which is slow, has to make sense of it. What is
 * broken inside is found by whoever reads the packets: the checksum proves nothing (§6.1).
 */
const unarmored = async (given: Uint8Array): Promise<Uint8Array | undefined> => {
  const block = blockIn(given)
  if (block === undefined) return undefined
  const { end, start } = block
  const out = Buffer.allocUnsafeSlow(Math.ceil((end - start) / 4) * 3)
  const length = await otherLines(block, await wholeLines(block, out), out)
  return length === undefined ? undefined : new Uint8Array(out.buffer, 0, length)
}

/** The packets of what is binary, or armored as programs do; undefined: `binary` takes its time for it. */
export const readily = async (bytes: Uint8Array): Promise<Uint8Array | undefined> =>
  isBinary(bytes) ? bytes : unarmored(bounded(bytes, MAX_MESSAGE_BYTES, "armor"))

export const binary = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const found = await readily(bytes)
  if (found !== undefined) return found
  const text = new TextDecoder().decode(bytes)
  const { data } = await openpgp.unarmor(text, policy)
  if (!(data instanceof Uint8Array)) throw new TypeError("the armor could not be read")
  return data
}
