/** APPEND (RFC 3501 §6.3.11, RFC 3502) with APPENDUID (RFC 4315). */
import { Clock, Effect } from "effect"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import type { Append } from "../grammar/AppendCommand.ts"
import { type CommandError, type Completion, done, no, type Store } from "../State.ts"
import { target } from "./Addressed.ts"

/** RFC 3502: how a client that changed its mind ends a command that it has begun. */
const cancelled = no("A message has at least one octet: nothing was appended")

/** All of the messages or none. */
export const append = Effect.fnUntraced(function*(
  store: Store,
  { mailbox, messages }: Append
): Effect.fn.Return<Completion, CommandError> {
  const to = yield* target(store, mailbox)
  if (messages.some(({ octets }) => octets.length === 0)) return cancelled
  const now = yield* Clock.currentTimeMillis
  const { uidValidity, uids } = yield* store.append(
    to,
    messages.map(({ flags, internalDate = now, octets }) => ({ bytes: octets, flags, internalDate }))
  )
  return done("Appended", { _tag: "AppendUid", uidValidity, uids: UidSet.encode(UidSet.fromUids(uids)) })
})
