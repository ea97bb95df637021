/** Padmé (Nikitin et al., PURBs, PETS 2019 §4): sizes leak O(log log) bits for at most 12 % more bytes. */

/** The next length whose mantissa is no longer than its exponent. */
export const padme = (length: number): number => {
  if (length < 2) return length
  const exponent = Math.floor(Math.log2(length))
  const step = 2 ** Math.max(0, exponent - (Math.floor(Math.log2(exponent || 1)) + 1))
  return Math.ceil(length / step) * step
}

/** Below this everything looks alike: a flag, a name, a short note. */
const SMALLEST = 256

export const paddedLength = (length: number): number => padme(Math.max(length, SMALLEST))
