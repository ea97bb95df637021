/** SELECT, EXAMINE, CLOSE, UNSELECT (RFC 3501 §6.3.1, §6.4.2; RFC 3691), and IDLE (RFC 2177). */
import { Effect } from "effect"
import { SYSTEM } from "../../../domain/mailbox/Flag.ts"
import * as Placements from "../../../domain/mailbox/Placements.ts"
import * as UidSet from "../../../domain/mailbox/UidSet.ts"
import { latin1 } from "../../../domain/message/Latin1.ts"
import type { Code } from "../grammar/Response.ts"
import type { Select as Command } from "../grammar/SelectCommand.ts"
import { listen } from "../Listening.ts"
import * as News from "../News.ts"
import {
  type CommandError,
  type Completion,
  done,
  misused,
  type Selected,
  type State,
  type Store,
  word
} from "../State.ts"
import * as View from "../View.ts"
import * as Watch from "../Watch.ts"
import { denormalized, listResponse, parentsOf } from "./List.ts"
import { resynchronize } from "./Resynchronize.ts"

/** Beside the system's, those that clients use by agreement (RFC 5788); any other may be made: `\*`. */
const FLAGS = [...SYSTEM, "$Forwarded", "$MDNSent", "$Junk", "$NotJunk", "$Phishing"]

const untagged = (code: Code, text: string) => ({ _tag: "Status", tag: undefined, status: "OK", code, text }) as const

const leave = (state: State): void => {
  if (state.selected !== undefined) Watch.leave(state.watch, state.selected.mailbox)
  state.selected = undefined
}

export const select = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { known, mailbox: name, readOnly }: Command
): Effect.fn.Return<Completion, CommandError> {
  if (known !== undefined && !state.enabled.has("QRESYNC")) {
    return misused("QRESYNC comes after ENABLE QRESYNC", word("CLIENTBUG"))
  }
  if (known !== undefined && known.matches.length > 0 && state.enabled.has("UIDONLY")) {
    return misused("UIDONLY is enabled: tell what you know by uids", word("UIDREQUIRED"))
  }
  // Even a SELECT that fails leaves the mailbox before it (RFC 3501 §6.3.1).
  if (state.selected !== undefined) {
    leave(state)
    // What comes from here on is not about that mailbox any more (RFC 7162 §3.2.11).
    yield* state.dialogue.send([untagged(word("CLOSED"), "The mailbox before is closed")])
  }
  const { id } = yield* store.mailbox(name)
  const { mailbox, placements } = yield* store.snapshot(id)
  const view = View.open(Placements.uids(placements))
  const selected: Selected = {
    mailbox: id,
    name: mailbox.name,
    uidValidity: mailbox.uidValidity,
    readOnly,
    view,
    modSeq: mailbox.highestModSeq,
    saved: UidSet.empty
  }
  state.selected = selected
  const isRev2 = state.enabled.has("IMAP4rev2")
  // A number is of no use to a client that has none; IMAP4rev2 has no UNSEEN (RFC 9051, appendix E).
  const firstUnseen = mailbox.unseen === 0 || isRev2 || state.enabled.has("UIDONLY")
    ? undefined
    : Placements.firstUnseen(placements)
  const unseen = firstUnseen === undefined ? undefined : View.numberOf(view, firstUnseen)
  yield* state.dialogue.send([
    { _tag: "Flags", flags: FLAGS },
    { _tag: "Exists", count: mailbox.exists },
    isRev2
      ? listResponse(mailbox, parentsOf(yield* store.mailboxes), denormalized(name))
      : { _tag: "Recent", count: 0 },
    ...unseen === undefined ? [] : [untagged({ _tag: "Number", word: "UNSEEN", value: unseen }, "First not seen")],
    untagged({ _tag: "PermanentFlags", flags: readOnly ? [] : [...FLAGS, "\\*"] }, "Flags that are kept"),
    untagged({ _tag: "Number", word: "UIDVALIDITY", value: mailbox.uidValidity }, "Uids are valid"),
    untagged({ _tag: "Number", word: "UIDNEXT", value: mailbox.uidNext }, "Next uid"),
    untagged({ _tag: "Number", word: "HIGHESTMODSEQ", value: mailbox.highestModSeq }, "Highest modseq"),
    untagged({ _tag: "MailboxId", id }, "The same on every device")
  ])
  if (known !== undefined && known.uidValidity === mailbox.uidValidity) {
    yield* resynchronize(state, store, selected, known)
  }
  return readOnly ? done("Examined", word("READ-ONLY")) : done("Selected", word("READ-WRITE"))
})

/** CLOSE expunges without a word; UNSELECT leaves all as it is. */
export const close = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  expunges: boolean
): Effect.fn.Return<Completion, CommandError> {
  leave(state)
  if (expunges && !selected.readOnly) yield* store.expunge(selected.mailbox)
  return done("Closed")
})

export const idle = Effect.fnUntraced(function*(state: State): Effect.fn.Return<Completion, CommandError> {
  yield* state.dialogue.send([{ _tag: "Continue", text: "idling" }])
  const tell = News.tell(state, true).pipe(
    // The line is being waited for already: there is no way back to the command loop.
    Effect.catchTag(
      "MailStoreError",
      (error) =>
        Effect.andThen(
          Effect.logError("IMAP IDLE failed", error),
          state.dialogue.hangUp("The mail store failed; try again later", word("UNAVAILABLE"))
        )
    )
  )
  const said = latin1(yield* listen(state, tell)).trim().toUpperCase()
  return said === "DONE" ? done("IDLE done") : misused("IDLE ends with DONE", word("CLIENTBUG"))
})
