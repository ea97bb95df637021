/** Waiting for a store to show something, without looking at a clock. */
import { Effect, Queue, Stream } from "effect"
import type { MailStore } from "../src/ports/MailStore.ts"

/** Answers as soon as what a store shows is so, looking again at each of its changes. */
export const eventually = Effect.fnUntraced(
  function*<A, E, R>(store: MailStore["Service"], look: Effect.Effect<A, E, R>, isSo: (seen: A) => boolean) {
    const changes = yield* Queue.sliding<void>(1)
    yield* Effect.forkChild(Stream.runForEach(store.changes, () => Queue.offer(changes, undefined)), {
      startImmediately: true
    })
    for (;;) {
      const seen = yield* look
      if (isSo(seen)) return seen
      yield* Queue.take(changes)
    }
  }
)
