/** Octets from outside: armored or binary, and never more than there is room for. */
import * as openpgp from "openpgp"
import { MAX_MESSAGE_BYTES, policy } from "./Policy.ts"

export const bounded = (bytes: Uint8Array, limit: number, what: string): Uint8Array => {
  if (bytes.length > limit) throw new RangeError(`the ${what} is larger than ${limit} bytes`)
  return bytes
}

/** Every packet starts with the high bit set (RFC 9580 §4.2); armor is ASCII. */
export const isBinary = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80

const BEGIN = Buffer.from("-----BEGIN PGP ")
const END = Buffer.from("\n-----END PGP ")
const LF = 10

/** From where a line begins to where the next one does. */
const nextLine = (bytes: Buffer, at: number): number => {
  const end = bytes.indexOf(LF, at)
  return end < 0 ? bytes.length : end + 1
}

/**
 * The octets of one armored block (RFC 9580 §6.2) that stands alone, as programs write it; undefined: the library's own
 * reading, which is slow, has to make sense of it. What is broken inside is found by whoever reads the packets: the
 * checksum proves nothing (§6.1).
 */
const unarmored = (given: Uint8Array): Uint8Array | undefined => {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length)
  if (!bytes.subarray(0, BEGIN.length).equals(BEGIN)) return undefined
  let at = nextLine(bytes, 0)
  // Armor headers, to the blank line; without one, this is no armor as programs write it.
  for (let next = nextLine(bytes, at);; next = nextLine(bytes, at)) {
    const line = bytes.toString("latin1", at, next).trim()
    if (next === at || (line !== "" && !line.includes(": "))) return undefined
    at = next
    if (line === "") break
  }
  const end = bytes.indexOf(END, at - 1)
  if (end < 0 || bytes.indexOf(BEGIN, at) >= 0) return undefined
  const checksum = bytes.lastIndexOf("\n=", end)
  const body = bytes.toString("latin1", at, checksum >= at && end - checksum <= 7 ? checksum : end)
  return /[^A-Za-z0-9+/=\s]/.test(body) ? undefined : new Uint8Array(Buffer.from(body, "base64"))
}

export const binary = async (bytes: Uint8Array): Promise<Uint8Array> => {
  if (isBinary(bytes)) return bytes
  const found = unarmored(bounded(bytes, MAX_MESSAGE_BYTES, "armor"))
  if (found !== undefined) return found
  const text = new TextDecoder().decode(bytes)
  const { data } = await openpgp.unarmor(text, policy)
  if (!(data instanceof Uint8Array)) throw new TypeError("the armor could not be read")
  return data
}
