/** How long a client may keep the server waiting. */
import { Clock, Duration, Effect } from "effect"
import { PATIENCE } from "./Limits.ts"
import type { State } from "./State.ts"

/** Until it is logged in there is one deadline for everything. */
export const patience = ({ loginUntil, store }: State): Effect.Effect<Duration.Duration> =>
  store === undefined
    ? Effect.map(Clock.currentTimeMillis, (now) => Duration.millis(Math.max(0, loginUntil - now)))
    : Effect.succeed(PATIENCE)
