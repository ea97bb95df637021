/** How a cost is shown. Costs are what is measured: less is better, always, and ratios are made of them. */

export interface Unit {
  show(cost: number): string
  /** Is "peer's cost / our cost" worth saying? */
  readonly isCompared: boolean
}

const number = (value: number): string => {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 })
}

/** The cost is milliseconds. */
export const milliseconds: Unit = {
  show: (cost) => cost >= 10_000 ? `${number(cost / 1000)} s` : `${number(cost)} ms`,
  isCompared: true
}

/** The cost is the milliseconds of all `count`. */
export const millisecondsEach = (count: number): Unit => ({
  show: (cost) => `${number(cost / count)} ms`,
  isCompared: true
})

/** The cost is the milliseconds of all `count`. */
export const perSecond = (count: number): Unit => ({
  show: (cost) => `${number(count * 1000 / cost)}/s`,
  isCompared: true
})

/** The cost is milliseconds a megabyte (10^6). */
export const throughput: Unit = { show: (cost) => `${number(1000 / cost)} MB/s`, isCompared: true }

/** The cost is octets. */
export const megabytes: Unit = { show: (cost) => `${number(cost / 1e6)} MB`, isCompared: true }

/** The cost is octets. */
export const kilobytes: Unit = { show: (cost) => `${number(cost / 1e3)} KB`, isCompared: true }

/** Of 100. */
export const percent: Unit = { show: (cost) => `${number(cost)} %`, isCompared: false }
