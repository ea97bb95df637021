/** EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315); which messages went the session is told after it. */
import { Effect } from "effect"
import type { Command } from "../grammar/Command.ts"
import { resolve } from "../grammar/SequenceSet.ts"
import { type CommandError, type Completion, done, type Selected, type Store } from "../State.ts"
import * as View from "../View.ts"
import { writable } from "./Addressed.ts"

export const expunge = Effect.fnUntraced(function*(
  store: Store,
  selected: Selected,
  { uids }: Extract<Command, { _tag: "Expunge" }>
): Effect.fn.Return<Completion, CommandError> {
  yield* writable(selected)
  const wanted = uids === undefined ? undefined : resolve(uids, View.highest(selected.view))
  yield* store.expunge(selected.mailbox, wanted)
  return done("Expunged")
})
