/** Messages of a mailbox in an order: sorted, or in threads. However many there are, others get their turn meanwhile. */
import { Effect, Stream } from "effect"
import { MailStore } from "../../ports/MailStore.ts"
import type { MailboxId } from "../mailbox/Mailbox.ts"
import * as Sort from "../mailbox/Sort.ts"
import type { Steps } from "../mailbox/Steps.ts"
import { orderedSubject } from "../mailbox/Thread.ts"
import { references } from "../mailbox/ThreadReferences.ts"
import type { UidSet } from "../mailbox/UidSet.ts"

/** To its end, with others' turns between the steps. */
export const inTurns = Effect.fnUntraced(function*<A>(steps: Steps<A>) {
  for (;;) {
    const next = steps.next()
    if (next.done === true) return next.value
    yield* Effect.yieldNow
  }
})

/** RFC 5256 SORT of those of `uids` that exist. */
export const sort = Effect.fn("Order.sort")(function*(
  mailbox: MailboxId,
  uids: UidSet,
  criteria: ReadonlyArray<Sort.SortCriterion>
) {
  const store = yield* MailStore
  const facts = yield* Stream.runCollect(store.sortFacts(mailbox, uids, criteria.map(({ key }) => key)))
  return yield* inTurns(Sort.sort(facts, criteria))
})

const ALGORITHMS = { references, orderedSubject }
export type ThreadAlgorithm = keyof typeof ALGORITHMS

/** RFC 5256 THREAD of those of `uids` that exist. */
export const thread = Effect.fn("Order.thread")(function*(
  mailbox: MailboxId,
  uids: UidSet,
  algorithm: ThreadAlgorithm
) {
  const store = yield* MailStore
  const facts = yield* Stream.runCollect(store.threadFacts(mailbox, uids))
  return yield* inTurns(ALGORITHMS[algorithm](facts))
})
