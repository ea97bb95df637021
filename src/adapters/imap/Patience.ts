/** How long a client may keep the server waiting. */
import { Duration } from "effect"
import { PATIENCE } from "./Limits.ts"
import type { State } from "./State.ts"

/** Until when, if it is waited for from `now` on; both in milliseconds. Before the login one deadline is for everything. */
export const until = ({ loginUntil, store }: State, now: number): number =>
  store === undefined ? loginUntil : now + Duration.toMillis(PATIENCE)
