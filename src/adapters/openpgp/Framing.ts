/** A sequence of packets cut up by their headers (RFC 9580 §4.2), where every length is said at once. */

export interface Framed {
  readonly tag: number
  /** A view of the given octets. */
  readonly body: Uint8Array
}

/** A message has a few; more are somebody's mischief, and the library's to refuse. */
const MAX_PACKETS = 64

interface Length {
  /** Where the body begins, and ends. */
  readonly start: number
  readonly end: number
}

/** Big-endian, of up to four octets. */
const numberAt = (bytes: Uint8Array, at: number, octets: number): number => {
  let number = 0
  for (let index = at; index < at + octets; index++) number = number * 256 + (bytes[index] ?? 0)
  return number
}

/** `at`: of the first octet of the length. undefined: in pieces (§4.2.1.4), or without an end. */
const newLength = (bytes: Uint8Array, at: number): Length | undefined => {
  const first = bytes[at] ?? 0
  if (first < 192) return { start: at + 1, end: at + 1 + first }
  if (first < 224) return { start: at + 2, end: at + 2 + ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 }
  return first === 255 ? { start: at + 5, end: at + 5 + numberAt(bytes, at + 1, 4) } : undefined
}

const oldLength = (bytes: Uint8Array, at: number, type: number): Length | undefined => {
  if (type === 3) return undefined
  const start = at + 2 ** type
  return { start, end: start + numberAt(bytes, at, 2 ** type) }
}

/** undefined: not to be had so simply, or broken. */
export const framed = (bytes: Uint8Array): ReadonlyArray<Framed> | undefined => {
  const packets: Array<Framed> = []
  for (let at = 0; at < bytes.length;) {
    const header = bytes[at] ?? 0
    if ((header & 0x80) === 0 || packets.length === MAX_PACKETS) return undefined
    const isNew = (header & 0x40) !== 0
    const length = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, header & 3)
    if (length === undefined || length.end > bytes.length) return undefined
    packets.push({
      tag: isNew ? header & 0x3f : (header >> 2) & 0x0f,
      body: bytes.subarray(length.start, length.end)
    })
    at = length.end
  }
  return packets
}
