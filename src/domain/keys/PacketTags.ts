/** The packet types of a binary OpenPGP sequence (RFC 9580 §4.2), in order; nothing of what is in them. */

/** RFC 9580 §5. */
export const SIGNATURE = 2
export const SECRET_KEY = 5
export const PUBLIC_KEY = 6
export const TRUST = 12
export const USER_ID = 13
export const PUBLIC_SUBKEY = 14
export const USER_ATTRIBUTE = 17
export const PADDING = 21

interface Frame {
  readonly tag: number
  /** Where the next packet begins. */
  readonly end: number
}

const bigEndian = (bytes: Uint8Array, at: number, length: number): number => {
  let value = 0
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] ?? Number.NaN)
  return value
}

/** Legacy format, RFC 9580 §4.2.2; of no known length: the rest of the sequence, which no key may be. */
const legacyFrame = (bytes: Uint8Array, at: number, first: number): Frame | undefined => {
  const type = first & 3
  if (type === 3) return undefined
  const size = 1 << type
  return { tag: (first & 0x3f) >> 2, end: at + 1 + size + bigEndian(bytes, at + 1, size) }
}

/** RFC 9580 §4.2.1. Partial lengths are for data, never for keys. */
const currentFrame = (bytes: Uint8Array, at: number, first: number): Frame | undefined => {
  const tag = first & 0x3f
  const length = bytes[at + 1] ?? Number.NaN
  if (length < 192) return { tag, end: at + 2 + length }
  if (length < 224) return { tag, end: at + 3 + ((length - 192) << 8) + 192 + bigEndian(bytes, at + 2, 1) }
  return length === 255 ? { tag, end: at + 6 + bigEndian(bytes, at + 2, 4) } : undefined
}

const frames = (bytes: Uint8Array): ReadonlyArray<Frame> | undefined => {
  const found: Array<Frame> = []
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    if (first < 0x80) return undefined
    const frame = first >= 0xc0 ? currentFrame(bytes, at, first) : legacyFrame(bytes, at, first)
    if (frame === undefined || !(frame.end <= bytes.length)) return undefined
    found.push(frame)
    at = frame.end
  }
  return found
}

/** undefined: the bytes are no whole sequence of packets. */
export const packetTags = (bytes: Uint8Array): ReadonlyArray<number> | undefined => frames(bytes)?.map(({ tag }) => tag)

/** Transferable keys that follow one another, each by itself; none where the bytes are something else. */
export const splitKeys = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const starts: Array<number> = []
  let at = 0
  for (const { end, tag } of frames(bytes) ?? []) {
    if (tag === PUBLIC_KEY || tag === SECRET_KEY) starts.push(at)
    at = end
  }
  return starts[0] === 0 ? starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length)) : []
}
