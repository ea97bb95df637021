/** Passwords are checked few at a time, and each next wrong one for a name is answered later, on whatever connection. */
import { Duration, Effect, Semaphore } from "effect"

/** A check holds one core and much memory. */
const CHECKS_AT_ONCE = 2
const FIRST_DELAY = 500
const LONGEST_DELAY = Duration.seconds(10)
/** Names remembered; the oldest go first. */
const MAX_REMEMBERED = 10_000
/** Of a name: what is longer is no address. */
const MAX_NAME = 320

export interface Logins {
  readonly check: <A, E, R>(password: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** How long to wait with the answer: half a second, one, two, four ... Only the wrong wait: nobody locks another out. */
  readonly wrong: (user: string) => Duration.Duration
  readonly right: (user: string) => void
}

/** Shared by all sessions of a server. */
export const make = Effect.map(Semaphore.make(CHECKS_AT_ONCE), (checks): Logins => {
  const failures = new Map<string, number>()
  const keyOf = (user: string): string => user.slice(0, MAX_NAME).toLowerCase()
  return {
    check: checks.withPermit,
    wrong: (user) => {
      const key = keyOf(user)
      const before = failures.get(key) ?? 0
      failures.delete(key)
      failures.set(key, before + 1)
      const [oldest] = failures.keys()
      if (failures.size > MAX_REMEMBERED && oldest !== undefined) failures.delete(oldest)
      return Duration.min(LONGEST_DELAY, Duration.millis(FIRST_DELAY * 2 ** Math.min(before, 10)))
    },
    right: (user) => void failures.delete(keyOf(user))
  }
})
