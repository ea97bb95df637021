/**
 * Numbers that are near each other, or count up, in few octets:
 *
 *     form (1 octet) | base (8) | one residual each, little endian
 *
 * A zero may lose its sign. The form is the width of a residual in octets, 0 to 7, plus COUNTS where the numbers are residual + base + position,
 * not residual + base. RAW: the numbers themselves, as they are in memory.
 */

const COUNTS = 16
const RAW = 8
const HEAD = 9

/** Exact only for whole numbers in a range that a double holds; the others are RAW. */
const MAX_RANGE = Number.MAX_SAFE_INTEGER

const rangeOf = (numbers: ArrayLike<number>, slope: number): readonly [least: number, most: number] => {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] as number
    const value = number - slope * at
    if (!Number.isSafeInteger(number) || !Number.isSafeInteger(value)) return [0, Number.POSITIVE_INFINITY]
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

const widthOf = (range: number): number => {
  let width = 0
  for (let room = 1; room <= range; room *= 256) width++
  return width
}

export const encode = (numbers: ArrayLike<number>): Uint8Array => {
  const [flatLeast, flatMost] = rangeOf(numbers, 0)
  const [countLeast, countMost] = rangeOf(numbers, 1)
  const slope = countMost - countLeast < flatMost - flatLeast ? 1 : 0
  const base = slope === 1 ? countLeast : flatLeast
  const range = (slope === 1 ? countMost : flatMost) - base
  const isExact = range <= MAX_RANGE
  const width = isExact ? widthOf(range) : RAW
  const bytes = new Uint8Array(HEAD + numbers.length * width)
  const view = new DataView(bytes.buffer)
  bytes[0] = width + slope * COUNTS
  view.setFloat64(1, base, true)
  let next = HEAD
  for (let at = 0; at < numbers.length; at++) {
    if (isExact) {
      let rest = numbers[at] as number - base - slope * at
      for (let octet = 0; octet < width; octet++) {
        bytes[next++] = rest % 256
        rest = Math.floor(rest / 256)
      }
    } else {
      view.setFloat64(next, numbers[at] as number, true)
      next += width
    }
  }
  return bytes
}

/** Where the numbers end that begin at `start`. Throws where the octets end before. */
export const endUnsafe = (bytes: Uint8Array, start: number, count: number): number => {
  const width = (bytes[start] ?? RAW + 1) % COUNTS
  const end = start + HEAD + count * width
  if (width > RAW || end > bytes.length) throw new RangeError("Numbers are cut off")
  return end
}

/** A view of each chunk's octets would cost more than the copy. */
const scratch = new Uint8Array(RAW)
const scratchView = new DataView(scratch.buffer)

const floatAt = (bytes: Uint8Array, at: number): number => {
  for (let octet = 0; octet < RAW; octet++) scratch[octet] = bytes[at + octet] as number
  return scratchView.getFloat64(0, true)
}

/** The number that all of them are; undefined where they may differ. */
export const constant = (bytes: Uint8Array, start: number): number | undefined =>
  bytes[start] === 0 ? floatAt(bytes, start + 1) : undefined

/** `count` of them, which are there (`endUnsafe`), into `numbers` from `to` on. */
export const decode = (
  bytes: Uint8Array,
  start: number,
  numbers: Float64Array | Uint32Array | Uint8Array,
  to: number,
  count: number
): void => {
  const form = bytes[start] as number
  const base = floatAt(bytes, start + 1)
  const slope = form >= COUNTS ? 1 : 0
  const width = form % COUNTS
  let next = start + HEAD
  if (width === 0 && slope === 0) numbers.fill(base, to, to + count)
  else if (width <= 1) {
    for (let at = 0; at < count; at++) {
      numbers[to + at] = base + slope * at + (width === 0 ? 0 : bytes[next + at] as number)
    }
  } else if (width === RAW) {
    for (let at = 0; at < count; at++, next += RAW) numbers[to + at] = floatAt(bytes, next)
  } else {
    for (let at = 0; at < count; at++) {
      let value = base + slope * at
      for (let octet = 0, scale = 1; octet < width; octet++, scale *= 256) value += (bytes[next++] as number) * scale
      numbers[to + at] = value
    }
  }
}
