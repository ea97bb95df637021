/** Which messages and which mailbox a command names, or why it may not. */
import { Effect, Result } from "effect"
import type { MailboxId } from "../../../domain/mailbox/Mailbox.ts"
import type * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { resolve, SAVED, type SequenceSet } from "../grammar/SequenceSet.ts"
import { type CommandError, misused, no, type Refused, refused, type Selected, type Store, word } from "../State.ts"
import * as View from "../View.ts"

const noSuchMessage = misused("There are not so many messages in this mailbox")
const readOnly = no("This mailbox is open for reading only: use SELECT to change it", word("READ-ONLY"))

/** By uid, or by number in what the session was told; `$` is what was found last (RFC 5182). */
export const addressed = (
  { saved, view }: Selected,
  set: SequenceSet,
  uid: boolean
): Result.Result<UidSet.UidSet, Refused> => {
  if (set === SAVED) return Result.succeed(saved)
  const uids = uid ? resolve(set, View.highest(view)) : View.uidsOfNumbers(view, resolve(set, view.uids.length))
  return uids === undefined ? Result.fail(refused(noSuchMessage)) : Result.succeed(uids)
}

export const writable = (selected: Selected): Effect.Effect<void, Refused> =>
  selected.readOnly ? Effect.fail(refused(readOnly)) : Effect.void

/** Of APPEND, COPY and MOVE (RFC 3501 §7.1): where it is missing the client may make it and come again. */
export const target = (store: Store, name: string): Effect.Effect<MailboxId, CommandError> =>
  store.mailbox(name).pipe(
    Effect.map(({ id }) => id),
    Effect.catchTag("MailboxNotFound", () => refused(no(`There is no mailbox ${name}`, word("TRYCREATE"))))
  )
