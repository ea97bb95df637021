/** What many samples come to. */

/** Nearest rank. NaN of none. */
const quantile = (part: number) => (samples: ReadonlyArray<number>): number =>
  samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(part * samples.length) - 1)] ?? Number.NaN

export const median = (samples: ReadonlyArray<number>): number => {
  const sorted = samples.toSorted((a, b) => a - b)
  const high = sorted[sorted.length >> 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : (high + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2
}

export const p99 = quantile(0.99)
