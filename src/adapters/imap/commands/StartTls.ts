/** STARTTLS (RFC 3501 §6.2.1, RFC 8314). */
import { Clock, Effect } from "effect"
import { ConnectionEnded } from "../Connection.ts"
import { until } from "../Patience.ts"
import { type Completion, misused, type State, word } from "../State.ts"

/**
 * What came in the clear behind the command may be another's: it is not kept to be obeyed as if it had come encrypted
 * (the injection of CVE-2011-0411). Nothing else is known of the client before it logs in.
 */
export const startTls = Effect.fnUntraced(function*(state: State): Effect.fn.Return<Completion, ConnectionEnded> {
  const { dialogue, startTls } = state
  if (state.store !== undefined) return misused("You are logged in already: TLS comes before that", word("CLIENTBUG"))
  if (startTls === undefined) return misused("There is no TLS to start here")
  if (dialogue.isAhead()) {
    return yield* dialogue.hangUp("Nothing follows STARTTLS before it is answered", word("CLIENTBUG"))
  }
  const upgrade = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.timeoutOrElse(startTls, {
      duration: Math.max(0, until(state, now) - now),
      orElse: () => new ConnectionEnded({ reason: "The client did not greet in TLS" })
    })
    state.isPrivate = true
    state.startTls = undefined
  })
  return { status: "OK", text: "Begin TLS now", afterwards: upgrade }
})
