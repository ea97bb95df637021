/** The client's next words, and meanwhile what it may hear: in IDLE (RFC 2177), and after NOTIFY (RFC 5465) always. */
import { Effect, Fiber } from "effect"
import type { ConnectionEnded } from "./Connection.ts"
import { AFTER_LOGIN } from "./Limits.ts"
import type { State } from "./State.ts"

export const listen = Effect.fnUntraced(function*<E>(
  state: State,
  tell: Effect.Effect<void, E | ConnectionEnded>
): Effect.fn.Return<Uint8Array, E | ConnectionEnded> {
  const { dialogue, news } = state
  // Waits in its own fiber, so that no octet is lost when news come first.
  const line = yield* Effect.forkChild(dialogue.receive(AFTER_LOGIN))
  while (line.pollUnsafe() === undefined) {
    // First closed, then asked: what comes between the two opens it again.
    news.closeUnsafe()
    yield* tell
    yield* dialogue.flush
    yield* Effect.raceFirst(Fiber.await(line), news.await)
  }
  return yield* Fiber.join(line)
})
