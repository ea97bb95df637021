/** COPY (RFC 3501 §6.4.7) and MOVE (RFC 6851), with COPYUID (RFC 4315). */
import { Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Command } from "../grammar/Command.ts"
import type { Code } from "../grammar/Response.ts"
import { absorb, awaitTold, tell } from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type State, type Store } from "../State.ts"
import * as View from "../View.ts"
import { addressed, noSuchMessage, orTryCreate, readOnly } from "./Addressed.ts"

const list = (uids: ReadonlyArray<number>): string => UidSet.encode(UidSet.fromUids(uids))

export const copy = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  { mailbox, move, set, uid }: Extract<Command, { _tag: "Copy" }>
): Effect.fn.Return<Completion, CommandError> {
  if (move && selected.readOnly) return readOnly
  const uids = addressed(selected, set, uid)
  if (uids === undefined) return noSuchMessage
  return yield* Effect.gen(function*() {
    const { id } = yield* store.mailbox(mailbox)
    const { source, target, uidValidity } = yield* move
      ? store.move(selected.mailbox, uids, id)
      : store.copy(selected.mailbox, uids, id)
    if (source.length === 0) return done(move ? "Nothing was there to move" : "Nothing was there to copy")
    const code: Code = { _tag: "CopyUid", uidValidity, source: list(source), target: list(target) }
    if (id === selected.mailbox) yield* awaitTold(selected, target)
    if (!move) return done("Copied", code)
    // RFC 6851 §4.3: COPYUID comes before the EXPUNGEs, so that a client knows where the messages went.
    yield* state.dialogue.send([{ _tag: "Status", tag: undefined, status: "OK", code, text: "Moved" }])
    absorb(selected)
    selected.view = View.noteVanished(selected.view, UidSet.fromUids(source))
    yield* tell(state, true)
    return done("Moved")
  }).pipe(orTryCreate(mailbox))
})
