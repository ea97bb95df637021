/** APPEND (RFC 3501 §6.3.11) with APPENDUID (RFC 4315). */
import { Clock, Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Command } from "../grammar/Command.ts"
import { type CommandError, type Completion, done, type Store } from "../State.ts"
import { target } from "./Addressed.ts"

export const append = Effect.fnUntraced(function*(
  store: Store,
  { flags, internalDate, mailbox, message }: Extract<Command, { _tag: "Append" }>
): Effect.fn.Return<Completion, CommandError> {
  const { uidValidity, uids } = yield* store.append(yield* target(store, mailbox), [{
    bytes: message,
    flags,
    internalDate: internalDate ?? (yield* Clock.currentTimeMillis)
  }])
  return done("Appended", { _tag: "AppendUid", uidValidity, uids: UidSet.encode(UidSet.fromUids(uids)) })
})
