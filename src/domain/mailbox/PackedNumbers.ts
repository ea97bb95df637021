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

/** Fills `numbers` from the octets at `start`; answers where they end. Throws where they go past the end. */
export const decodeUnsafe = (
  bytes: Uint8Array,
  start: number,
  numbers: Float64Array | Uint32Array | Uint8Array
): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const form = view.getUint8(start)
  const base = view.getFloat64(start + 1, true)
  const slope = form >= COUNTS ? 1 : 0
  const width = form % COUNTS
  const end = start + HEAD + numbers.length * width
  if (width > RAW || end > bytes.length) throw new RangeError("Numbers are cut off")
  let next = start + HEAD
  for (let at = 0; at < numbers.length; at++) {
    let value = 0
    if (width === RAW) {
      value = view.getFloat64(next, true)
      next += width
    } else {
      for (let octet = 0, scale = 1; octet < width; octet++, scale *= 256) value += (bytes[next++] as number) * scale
      value += base + slope * at
    }
    numbers[at] = value
  }
  return end
}
