/** What of an account's mail is not done yet: on its way out, waiting at the provider, waiting for the person. */
import { Effect } from "effect"
import { type IncomingItem, IncomingQueue } from "../../ports/IncomingQueue.ts"
import { Outbox } from "../../ports/Outbox.ts"
import * as ShownKeys from "../keys/ShownKeys.ts"

/** More than these are not counted. */
export const MOST_INCOMING = 1000

/** On this device. */
export const here = Effect.fn("Status.here")(function*() {
  const outbox = yield* Outbox
  return { outgoing: yield* outbox.waiting, keys: yield* ShownKeys.candidates() }
})
export type Here = Effect.Success<ReturnType<typeof here>>

/** At the provider, oldest first: what just came, and what could not be taken and is tried again. */
export const incoming = Effect.fn("Status.incoming")(function*() {
  const queue = yield* IncomingQueue
  const items: ReadonlyArray<IncomingItem> = yield* queue.list(MOST_INCOMING)
  return items
})
