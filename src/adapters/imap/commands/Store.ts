/** STORE (RFC 3501 §6.4.6, RFC 7162 §3.1.3). */
import { Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Store as Command } from "../grammar/MessageCommands.ts"
import type { Code, PlacementItem } from "../grammar/Response.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, no, type Selected, type State, type Store } from "../State.ts"
import * as Telling from "../Telling.ts"
import * as View from "../View.ts"
import { addressed, writable } from "./Addressed.ts"

export const store = Effect.fnUntraced(function*(
  state: State,
  mail: Store,
  selected: Selected,
  { flags, operation, set, silent, uid, unchangedSince }: Command
): Effect.fn.Return<Completion, CommandError> {
  yield* writable(selected)
  const uids = yield* Effect.fromResult(addressed(selected, set, uid))
  const { altered, free, modified } = yield* News.flag(state, mail, selected, uids, operation, flags, unchangedSince)
  const tellsModSeqs = state.enabled.has("CONDSTORE")
  // Those that had the flags before are told, too: the client learns what is, not what changed.
  const told = !silent ? free : tellsModSeqs ? altered : UidSet.empty
  if (told.length > 0) {
    const items: Array<PlacementItem> = uid && !state.enabled.has("UIDONLY") ? ["Uid"] : []
    if (!silent) items.push("Flags")
    if (tellsModSeqs) items.push("ModSeq")
    const { placements } = yield* mail.snapshot(selected.mailbox)
    yield* Telling.tell(state, selected.view, placements, told, items)
  }
  // A number names a message: where that is gone, the client is to know that nothing was done to it (RFC 7162 §3.1.3).
  const isGone = unchangedSince !== undefined && !uid &&
    UidSet.intersection(selected.view.vanished, uids).length > 0
  const failed = UidSet.select(modified, selected.view.uids)
  const names = uid ? modified : UidSet.fromUids(failed.map((one) => View.numberOf(selected.view, one) ?? 0))
  const code: Code | undefined = names.length === 0 ? undefined : { _tag: "Modified", set: UidSet.encode(names) }
  return isGone
    ? no("Some of the messages are gone", code)
    : done(code === undefined ? "STORE done" : "Some had changed already and were left alone", code)
})
