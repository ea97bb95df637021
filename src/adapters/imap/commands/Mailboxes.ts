/** Commands on one mailbox by its name (RFC 3501 §6.3): how it is, making, naming and leaving it. */
import { Effect } from "effect"
import type { Mailbox, SpecialUse } from "../../../domain/mailbox/Mailbox.ts"
import type { Command } from "../grammar/Command.ts"
import type { StatusItem } from "../grammar/List.ts"
import type { Code, Response } from "../grammar/Response.ts"
import { MAX_MESSAGE } from "../Limits.ts"
import { useOf } from "../SpecialUses.ts"
import {
  type CommandError,
  type Completion,
  done,
  type Handled,
  no,
  refused,
  type State,
  type Store,
  word
} from "../State.ts"

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

const useAttr = (text: string) => refused(no(text, word("USEATTR")))

/** RFC 6154 §3: a use that cannot be had makes no mailbox. */
const useAsked = Effect.fnUntraced(function*(
  store: Store,
  uses: ReadonlyArray<string>
): Effect.fn.Return<SpecialUse | undefined, CommandError> {
  const [attribute, another] = uses
  if (attribute === undefined) return undefined
  if (another !== undefined) return yield* useAttr("A mailbox has one special use here")
  const use = useOf(attribute)
  if (use === undefined) return yield* useAttr("This server gives no mailbox that special use")
  const taken = (yield* store.mailboxes).find(({ specialUse }) => specialUse === use)
  return taken === undefined ? use : yield* useAttr("Another mailbox has this special use already")
})

export const create = Effect.fnUntraced(function*(
  store: Store,
  { mailbox, uses }: Extract<Command, { _tag: "Create" }>
): Effect.fn.Return<Completion, CommandError> {
  const { id } = yield* store.create(mailbox, yield* useAsked(store, uses))
  const code: Code = { _tag: "MailboxId", id }
  return done("Created", code)
})

export const remove = (store: Store, name: string): Handled => Effect.as(store.delete(name), done("Deleted"))

export const rename = (store: Store, { from, to }: Extract<Command, { _tag: "Rename" }>): Handled =>
  Effect.as(store.rename(from, to), done("Renamed"))

export const subscribe = (store: Store, command: Extract<Command, { _tag: "Subscribe" }>): Handled =>
  Effect.as(
    store.subscribe(command.mailbox, command.subscribed),
    done(command.subscribed ? "Subscribed" : "Unsubscribed")
  )
