/** When an own key is given another year. */

const DAY = 24 * 3600_000
/** So that every correspondent sees the new expiry before the old one is reached. */
export const RENEW_BEFORE = 60 * DAY
export const LIFETIME = 365 * DAY

/** `expiresAt` undefined: it never does, as its owner chose elsewhere. All in milliseconds. */
export const isDue = (expiresAt: number | undefined, now: number): boolean =>
  expiresAt !== undefined && expiresAt - now < RENEW_BEFORE
