/** SELECT with QRESYNC (RFC 7162 §3.2.5): what went and what changed since the client was here last. */
import { Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Known } from "../grammar/SelectCommand.ts"
import * as News from "../News.ts"
import type { CommandError, Selected, State, Store } from "../State.ts"
import * as View from "../View.ts"

/** Where number and uid are still a pair, nothing below went: uids do not come back. */
const unchangedUpTo = ({ view }: Selected, { matches }: Known): number =>
  matches.findLast(({ number, uid }) => view.uids[number - 1] === uid)?.uid ?? 0

export const resynchronize = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  known: Known
): Effect.fn.Return<void, CommandError> {
  const { changed, vanished } = yield* store.changedSince(selected.mailbox, known.modSeq)
  if (changed.length === 0 && vanished.length === 0) return
  const existing = View.told(selected.view)
  const uids = known.uids ?? UidSet.all
  // What goes this very moment is told as any other change.
  const gone = UidSet.difference(UidSet.difference(UidSet.intersection(vanished, uids), existing), [
    { from: 0, to: unchangedUpTo(selected, known) }
  ])
  if (gone.length > 0) {
    yield* state.dialogue.send([{ _tag: "Vanished", earlier: true, uids: UidSet.encode(gone) }])
  }
  const told = UidSet.intersection(UidSet.intersection(changed, uids), existing)
  yield* News.tellFlags(state, store, selected, told)
})
