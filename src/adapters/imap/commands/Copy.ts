/** COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with COPYUID (RFC 4315). */
import { Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Command } from "../grammar/Command.ts"
import type { Code } from "../grammar/Response.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type State, type Store } from "../State.ts"
import * as Watch from "../Watch.ts"
import { addressed, target, writable } from "./Addressed.ts"

const list = (uids: ReadonlyArray<number>): string => UidSet.encode(UidSet.fromUids(uids))

export const copy = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  { mailbox, move, set, uid }: Extract<Command, { _tag: "Copy" }>
): Effect.fn.Return<Completion, CommandError> {
  if (move) yield* writable(selected)
  const uids = yield* Effect.fromResult(addressed(selected, set, uid))
  const to = yield* target(store, mailbox)
  const copied = yield* move ? store.move(selected.mailbox, uids, to) : store.copy(selected.mailbox, uids, to)
  if (copied.source.length === 0) return done(move ? "Nothing was there to move" : "Nothing was there to copy")
  Watch.noteOwn(state.watch, to, copied.target)
  const code: Code = {
    _tag: "CopyUid",
    uidValidity: copied.uidValidity,
    source: list(copied.source),
    target: list(copied.target)
  }
  if (!move) return done("Copied", code)
  // RFC 6851 §4.3: COPYUID comes before the EXPUNGEs, so that a client knows where the messages went.
  yield* state.dialogue.send([{ _tag: "Status", tag: undefined, status: "OK", code, text: "Moved" }])
  return done("Moved", yield* News.tellUpTo(state, selected))
})
