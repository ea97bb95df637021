/** STATUS (RFC 3501 §6.3.10, RFC 9051 §6.3.11), and what LIST and NOTIFY tell of a mailbox in its words. */
import { Effect } from "effect"
import type { Mailbox } from "../../../domain/mailbox/Mailbox.ts"
import type { Command } from "../grammar/Command.ts"
import type { StatusItem } from "../grammar/List.ts"
import type { Response } from "../grammar/Response.ts"
import { MAX_MESSAGE } from "../Limits.ts"
import { type CommandError, type Completion, done, type State, type Store } from "../State.ts"

const statusOf = (mailbox: Mailbox, item: StatusItem): number | string => {
  switch (item) {
    case "MESSAGES":
      return mailbox.exists
    case "RECENT":
      return 0
    case "UIDNEXT":
      return mailbox.uidNext
    case "UIDVALIDITY":
      return mailbox.uidValidity
    case "UNSEEN":
      return mailbox.unseen
    case "DELETED":
      return mailbox.deleted
    case "DELETED-STORAGE":
      return mailbox.deletedSize
    case "SIZE":
      return mailbox.size
    case "HIGHESTMODSEQ":
      return mailbox.highestModSeq
    case "MAILBOXID":
      return `(${mailbox.id})`
    case "APPENDLIMIT":
      return MAX_MESSAGE
  }
}

export const statusResponse = (mailbox: Mailbox, items: ReadonlyArray<StatusItem>): Response => ({
  _tag: "MailboxStatus",
  mailbox: mailbox.name,
  items: items.map((item) => [item, statusOf(mailbox, item)])
})

export const status = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { items, mailbox }: Extract<Command, { _tag: "Status" }>
): Effect.fn.Return<Completion, CommandError> {
  yield* state.dialogue.send([statusResponse(yield* store.mailbox(mailbox), items)])
  return done("STATUS done")
})
