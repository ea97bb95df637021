/**
 * How long a connection is kept that brings no message. The idle timeout alone is reset by every octet: a few machines
 * that send one a minute would keep all others out.
 */

/** Milliseconds. */
export interface Patience {
  /** From the greeting, or from the last message, to the next one. */
  readonly base: number
  /** Who sends a message at this rate or faster has all the time that it takes. */
  readonly octetsPerSecond: number
}

/** RFC 5321 §4.5.3.2 has a server wait five minutes for a command; 8 KB/s is a bad telephone line. */
export const USUAL: Patience = { base: 10 * 60_000, octetsPerSecond: 8192 }

export interface Waiting {
  /** Octets of a message came. */
  readonly came: (octets: number, now: number) => void
  /** We work on the message: the client waits for us. */
  readonly working: () => void
  /** The message was answered. */
  readonly answered: (now: number) => void
  /** Milliseconds until the end may have come; 0 when it has. */
  readonly left: (now: number) => number
}

export const begin = ({ base, octetsPerSecond }: Patience, at: number): Waiting => {
  let until = at + base
  let isWorking = false
  return {
    came: (octets, now) => {
      // Not saved up: what was sent fast before allows no pause of hours.
      until = Math.min(until + octets * 1000 / octetsPerSecond, now + base)
    },
    working: () => {
      isWorking = true
    },
    answered: (now) => {
      isWorking = false
      until = now + base
    },
    left: (now) => isWorking ? base : Math.max(0, until - now)
  }
}
