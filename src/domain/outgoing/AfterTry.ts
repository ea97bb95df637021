/** What follows a try to hand a message on, at the client and at the provider alike. */
import { Effect } from "effect"
import type { RefusedRecipient } from "../../ports/MailTransport.ts"
import type { Notification, Undelivered } from "./Dsn.ts"
import { isDelayTold, nextTry } from "./RetryPlan.ts"

interface Tried {
  /** Failed before this one. */
  readonly attempts: number
  /** Milliseconds. */
  readonly offeredAt: number
}

interface Steps<Told, Kept, R> {
  readonly tell: (
    action: Notification["action"],
    undelivered: ReadonlyArray<Undelivered>
  ) => Effect.Effect<void, Told, R>
  readonly remove: Effect.Effect<void, Kept, R>
  /** Milliseconds of the next try, which is for these alone. */
  readonly postpone: (next: number, waits: ReadonlyArray<RefusedRecipient>) => Effect.Effect<void, Kept, R>
}

/** First told, then forgotten: a crash between the two tells twice rather than never. */
export const afterTry = Effect.fnUntraced(function*<Told, Kept, R>(
  { attempts, offeredAt }: Tried,
  refused: ReadonlyArray<RefusedRecipient>,
  now: number,
  { postpone, remove, tell }: Steps<Told, Kept, R>
) {
  const next = nextTry(attempts, offeredAt, now)
  const waits = next === undefined ? [] : refused.filter(({ transient }) => transient === true)
  yield* tell("failed", refused.filter((one) => !waits.includes(one)))
  if (next === undefined || waits.length === 0) return yield* remove
  if (isDelayTold(attempts)) yield* tell("delayed", waits)
  yield* postpone(next, waits)
})
