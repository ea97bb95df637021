/** Steps that read, each in a turn of its own: others have theirs in between. */
import { Effect } from "effect"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"

export const readInTurns = Effect.fnUntraced(function*<A>(
  { read }: Pick<SqliteDatabase["Service"], "read">,
  steps: Steps<A>
) {
  for (;;) {
    const next = yield* read(() => steps.next())
    if (next.done === true) return next.value
    yield* Effect.yieldNow
  }
})
