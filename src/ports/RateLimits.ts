/** How often something may be done by somebody. */
import { Context, type Duration, type Effect } from "effect"

export interface Rate {
  readonly limit: number
  readonly window: Duration.Input
}

export class RateLimits extends Context.Service<RateLimits, {
  /** Counts one. False: `who` did this more often than `rate` allows, and must wait. */
  take(what: string, who: string, rate: Rate): Effect.Effect<boolean>
}>()("leap-mail/ports/RateLimits") {}
