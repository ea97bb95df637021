/** What is done after a change, when nobody waits: references counted, texts indexed, room given back. Others come first. */
import { Effect, Queue, Stream } from "effect"
import type { MailEngine } from "./MailEngine.ts"

/** While others ask of the database, one step of work in so long: mail that arrives in bulk is stored first. */
const QUIET = "250 millis"

/** Until nothing is left to do. */
const catchUp = Effect.fnUntraced(function*({ database, freePages, index, sweeper, touched }: MailEngine["Service"]) {
  let before = touched()
  for (;;) {
    if (yield* database.read(() => sweeper.isWaiting())) yield* database.write(() => sweeper.step())
    else if (yield* database.read(() => index.isBehind())) yield* database.write(() => index.step())
    else if (yield* database.read(() => freePages.areMany())) yield* database.write(() => freePages.step())
    else return
    if (touched() === before) yield* Effect.yieldNow
    else {
      before = touched()
      yield* Effect.sleep(QUIET)
    }
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
