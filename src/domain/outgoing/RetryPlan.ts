/** When an undelivered message is tried again, and when it is given up (RFC 5321 §4.5.4.1). */

const MINUTE = 60_000
const LONGEST_WAIT = 4 * 60 * MINUTE
const GIVE_UP_AFTER = 5 * 24 * 60 * MINUTE

/** Milliseconds; one, two, four ... minutes up to four hours. undefined: it has been tried for five days. */
export const nextTry = (attempts: number, offeredAt: number, now: number): number | undefined => {
  if (now - offeredAt >= GIVE_UP_AFTER) return undefined
  return now + Math.min(LONGEST_WAIT, MINUTE * 2 ** Math.min(attempts, 20))
}

/** The first try after four hours and a quarter: its failure is the one of which the sender is told, once. */
const TOLD_AT = 8

/** `attempts` failed before this one. */
export const isDelayTold = (attempts: number): boolean => attempts === TOLD_AT
