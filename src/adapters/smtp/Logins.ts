/** Wrong logins: each next one for a name is answered later, and a connection with many is closed. */
import { Duration, Effect } from "effect"
import { badLogin, tooManyLogins } from "./SmtpRefusal.ts"

const LONGEST = Duration.seconds(10)
const MAX_A_CONNECTION = 5
/** Names and connections remembered; the oldest go first. */
const MAX_REMEMBERED = 10_000

/** `step`, twice `step`, four times ... up to ten seconds. */
export const delayAfter = (failures: number, step: Duration.Duration): Duration.Duration =>
  Duration.min(LONGEST, Duration.times(step, 2 ** Math.min(Math.max(failures - 1, 0), 20)))

export interface Logins {
  /** Waits, then fails with the refusal. Only the wrong are made to wait: nobody locks another out. */
  readonly refuse: (user: string, connection: string) => Effect.Effect<never, ReturnType<typeof badLogin>>
  readonly succeeded: (user: string) => void
  readonly closed: (connection: string) => void
}

export const makeLogins = (step: Duration.Duration): Logins => {
  const byUser = new Map<string, number>()
  const byConnection = new Map<string, number>()
  return {
    refuse: Effect.fnUntraced(function*(user: string, connection: string) {
      const failures = count(byUser, user.toLowerCase().slice(0, 320))
      const here = count(byConnection, connection)
      yield* Effect.sleep(delayAfter(failures, step))
      return yield* here >= MAX_A_CONNECTION ? tooManyLogins() : badLogin()
    }),
    succeeded: (user) => void byUser.delete(user.toLowerCase().slice(0, 320)),
    closed: (connection) => void byConnection.delete(connection)
  }
}

const count = (failures: Map<string, number>, key: string): number => {
  const next = (failures.get(key) ?? 0) + 1
  failures.delete(key)
  failures.set(key, next)
  if (failures.size > MAX_REMEMBERED) {
    const oldest = failures.keys().next()
    if (oldest.done !== true) failures.delete(oldest.value)
  }
  return next
}
