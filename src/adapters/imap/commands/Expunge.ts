/** EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315). */
import { Effect } from "effect"
import type { Expunge as Command } from "../grammar/MessageCommands.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type State, type Store } from "../State.ts"
import { addressed, writable } from "./Addressed.ts"

export const expunge = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  command: Command
): Effect.fn.Return<Completion, CommandError> {
  yield* writable(selected)
  const wanted = command.uids === undefined
    ? undefined
    : yield* Effect.fromResult(addressed(selected, command.uids, true))
  const { uids } = yield* store.expunge(selected.mailbox, wanted)
  return done("Expunged", uids.length === 0 ? undefined : yield* News.tellUpTo(state, selected))
})
