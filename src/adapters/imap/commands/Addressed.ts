/** Which messages a command names, and what to say when they, or the mailbox it names, cannot be used. */
import { Effect } from "effect"
import type * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { resolve, type SequenceSet } from "../grammar/SequenceSet.ts"
import { absorb } from "../News.ts"
import { type CommandError, type Completion, done, misused, no, type Selected, word } from "../State.ts"
import * as View from "../View.ts"

/** By uid, or by number in what the session was told; undefined where a number is past the last message. */
export const addressed = ({ view }: Selected, set: SequenceSet, uid: boolean): UidSet.UidSet | undefined =>
  uid ? resolve(set, View.highest(view)) : View.uidsOfNumbers(view, resolve(set, view.uids.length))

export const noSuchMessage: Completion = misused("There are not so many messages in this mailbox")

export const readOnly: Completion = no("This mailbox is open for reading only: use SELECT to change it")

/** The target of APPEND, COPY and MOVE (RFC 3501 §7.1): the client may make it and come again. */
export const orTryCreate = (mailbox: string) => <R>(effect: Effect.Effect<Completion, CommandError, R>) =>
  Effect.catchTag(
    effect,
    "MailboxNotFound",
    () => Effect.succeed(no(`There is no mailbox ${mailbox}`, word("TRYCREATE")))
  )

/** Numbers must not change now, so that what is gone cannot be told yet: a hint to ask (RFC 2180, RFC 5530). */
export const finished = (selected: Selected, name: "FETCH" | "STORE" | "SEARCH", uid: boolean): Completion => {
  absorb(selected)
  return done(`${name} done`, !uid && selected.view.vanished.length > 0 ? word("EXPUNGEISSUED") : undefined)
}
