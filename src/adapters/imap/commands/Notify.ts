/** NOTIFY (RFC 5465). */
import { Effect } from "effect"
import { EVENTS, type Notify } from "../grammar/NotifyCommand.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, no, type State, type Store } from "../State.ts"
import * as WatchNews from "../WatchNews.ts"

const badEvent = no("There is an event that this server does not know", { _tag: "BadEvent", events: EVENTS })

export const notify = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { groups, isUnknown, status }: Notify
): Effect.fn.Return<Completion, CommandError> {
  if (isUnknown) return badEvent
  // What has come together is told first, whatever is to be told from now on (RFC 5465 §3.1).
  yield* News.tellAll(state)
  yield* WatchNews.begin(state, store, groups, status)
  return done(groups.length === 0 ? "Nothing is told" : "That is told from now on")
})
