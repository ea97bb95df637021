/** Cold: the server just started, the operating system's file cache empty where we may empty it. */
import { Effect } from "effect"
import * as OsCache from "../OsCache.ts"
import type { Subject } from "./Row.ts"

/** Answers the milliseconds from its start to its greeting. */
export const restart = Effect.fnUntraced(function*({ server }: Subject) {
  yield* server.stop
  yield* OsCache.drop
  return yield* server.start
})

/** Cold as a mailbox is that no client has asked about yet. */
export const restartUnasked = Effect.fnUntraced(function*(subject: Subject, mailbox: string) {
  yield* subject.server.stop
  yield* subject.server.forget(mailbox)
  return yield* restart(subject)
})
