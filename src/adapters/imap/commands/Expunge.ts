/** EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315). */
import { Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Command } from "../grammar/Command.ts"
import { resolve } from "../grammar/SequenceSet.ts"
import { absorb } from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type Store } from "../State.ts"
import * as View from "../View.ts"
import { readOnly } from "./Addressed.ts"

export const expunge = Effect.fnUntraced(function*(
  store: Store,
  selected: Selected,
  { uids }: Extract<Command, { _tag: "Expunge" }>
): Effect.fn.Return<Completion, CommandError> {
  if (selected.readOnly) return readOnly
  const wanted = uids === undefined ? undefined : resolve(uids, View.highest(selected.view))
  const removed = yield* store.expunge(selected.mailbox, wanted)
  // The store's own word of it may come later: then it is nothing new.
  absorb(selected)
  selected.view = View.noteVanished(selected.view, UidSet.fromUids(removed.uids))
  return done("Expunged")
})
