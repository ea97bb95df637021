/** APPEND (RFC 3501 §6.3.11, RFC 3502) and REPLACE (RFC 8508), with APPENDUID (RFC 4315). */
import { Effect } from "effect"
import type { Uid } from "../../../domain/mailbox/Uid.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Append, Replace } from "../grammar/AppendCommand.ts"
import * as News from "../News.ts"
import {
  type CommandError,
  type Completion,
  done,
  no,
  refused,
  type Selected,
  type State,
  type Store,
  word
} from "../State.ts"
import * as Watch from "../Watch.ts"
import { addressed, target, writable } from "./Addressed.ts"
import { assemble } from "./Assemble.ts"

/** All of the messages or none. */
export const append = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { mailbox, messages }: Append
): Effect.fn.Return<Completion, CommandError> {
  const to = yield* target(store, mailbox)
  const { uidValidity, uids } = yield* store.append(to, yield* assemble(state, store, messages))
  Watch.noteOwn(state.watch, to, uids)
  return done("Appended", { _tag: "AppendUid", uidValidity, uids: UidSet.encode(UidSet.fromUids(uids)) })
})

const gone = refused(no("There is no such message (any more): nothing was replaced", word("NONEXISTENT")))

/** The new message and the old one's end are one change: nobody ever sees both or neither. */
export const replace = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  { mailbox, message, set, uid }: Replace
): Effect.fn.Return<Completion, CommandError> {
  yield* writable(selected)
  const [old] = yield* Effect.fromResult(addressed(selected, set, uid))
  if (old === undefined) return yield* gone
  const to = yield* target(store, mailbox)
  const [replacement] = yield* assemble(state, store, [message])
  if (replacement === undefined) return yield* gone
  const placed = yield* store.replace(selected.mailbox, old.from as Uid, to, replacement).pipe(
    Effect.catchTag("MessageNotFound", () => gone)
  )
  Watch.noteOwn(state.watch, to, [placed.uid])
  // RFC 8508 §4.3: before the EXPUNGE, so that a client knows what came in its place.
  const code = { _tag: "AppendUid", uidValidity: placed.uidValidity, uids: String(placed.uid) } as const
  yield* state.dialogue.send([{ _tag: "Status", tag: undefined, status: "OK", code, text: "The new message is there" }])
  yield* News.announce(state, store, selected)
  return done("Replaced", yield* News.tellUpTo(state, selected))
})
