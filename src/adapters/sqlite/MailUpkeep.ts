/** What is done after a change, when nobody waits: references counted, texts indexed. Others always come first. */
import { Effect, Queue, Stream } from "effect"
import type { MailEngine } from "./MailEngine.ts"

/** So long nothing may be asked of the database before work goes on. */
const QUIET = "50 millis"

/** Until nothing is left to do. */
const catchUp = Effect.fnUntraced(function*({ database, index, sweeper, touched }: MailEngine["Service"]) {
  for (;;) {
    const before = touched()
    if (yield* database.read(() => sweeper.isWaiting())) yield* database.write(() => sweeper.step())
    else if (yield* database.read(() => index.isBehind())) yield* database.write(() => index.step())
    else return
    if (touched() !== before) yield* Effect.sleep(QUIET)
    else yield* Effect.yieldNow
  }
})

/** At the start, and after each change. Never ends. */
export const upkeep = Effect.fnUntraced(function*(engine: MailEngine["Service"]) {
  const wakes = yield* Queue.sliding<void>(1)
  yield* Queue.offer(wakes, undefined)
  yield* Effect.forkChild(
    Stream.runForEach(Stream.fromPubSub(engine.listeners), () => Queue.offer(wakes, undefined)),
    { startImmediately: true }
  )
  const once = Effect.sleep(QUIET).pipe(
    Effect.andThen(catchUp(engine)),
    Effect.catch((error) =>
      Effect.logWarning("Upkeep of the mail store failed; it is tried after the next change", error)
    )
  )
  return yield* Queue.take(wakes).pipe(Effect.andThen(once), Effect.forever)
})
