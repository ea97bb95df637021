/** APPEND (RFC 3501 §6.3.11) with APPENDUID (RFC 4315). */
import { Clock, Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Command } from "../grammar/Command.ts"
import { awaitTold } from "../News.ts"
import { type CommandError, type Completion, done, type State, type Store } from "../State.ts"
import { orTryCreate } from "./Addressed.ts"

export const append = Effect.fnUntraced(function*(
  { selected }: State,
  store: Store,
  { flags, internalDate, mailbox, message }: Extract<Command, { _tag: "Append" }>
): Effect.fn.Return<Completion, CommandError> {
  return yield* Effect.gen(function*() {
    const { id } = yield* store.mailbox(mailbox)
    const { uidValidity, uids } = yield* store.append(id, [{
      bytes: message,
      flags,
      internalDate: internalDate ?? (yield* Clock.currentTimeMillis)
    }])
    if (selected?.mailbox === id) yield* awaitTold(selected, uids)
    return done("Appended", { _tag: "AppendUid", uidValidity, uids: UidSet.encode(UidSet.fromUids(uids)) })
  }).pipe(orTryCreate(mailbox))
})
