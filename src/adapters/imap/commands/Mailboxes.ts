/** Commands on mailboxes by name (RFC 3501 §6.3): what there is, and making, naming and leaving it. */
import { Effect } from "effect"
import { DELIMITER, type Mailbox, type SpecialUse } from "../../../domain/mailbox/Mailbox.ts"
import type { Command, StatusItem } from "../grammar/Command.ts"
import type { Response } from "../grammar/Response.ts"
import { compile } from "../MailboxPattern.ts"
import { type CommandError, type Completion, done, type Handled, type State, type Store } from "../State.ts"

/** RFC 6154, RFC 8457 */
const USES: Readonly<Record<SpecialUse, string>> = {
  drafts: "\\Drafts",
  sent: "\\Sent",
  trash: "\\Trash",
  junk: "\\Junk",
  archive: "\\Archive",
  all: "\\All",
  flagged: "\\Flagged",
  important: "\\Important"
}

const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(DELIMITER)))

/** RFC 3348 and RFC 6154: what a client wants to know to draw the tree. */
const attributes = (mailbox: Mailbox, parents: ReadonlySet<string>): ReadonlyArray<string> => {
  const children = parents.has(mailbox.name) ? "\\HasChildren" : "\\HasNoChildren"
  return mailbox.specialUse === undefined ? [children] : [children, USES[mailbox.specialUse]]
}

const listed = (mailboxes: ReadonlyArray<Mailbox>, matches: (name: string) => boolean): Array<Response> => {
  const parents = new Set(mailboxes.map(({ name }) => parentOf(name)))
  return mailboxes.filter(({ name }) => matches(name))
    .map((mailbox) => ({ _tag: "List", name: "LIST", attributes: attributes(mailbox, parents), mailbox: mailbox.name }))
}

/** A name that fits only above a subscribed mailbox is told as \Noselect (RFC 3501 §6.3.9). */
const subscribed = (mailboxes: ReadonlyArray<Mailbox>, matches: (name: string) => boolean): Array<Response> => {
  const found = new Map<string, ReadonlyArray<string>>()
  for (const { name, subscribed } of mailboxes) {
    if (!subscribed) continue
    if (matches(name)) found.set(name, [])
    for (let above = parentOf(name); above !== "" && !matches(name); above = parentOf(above)) {
      if (matches(above) && !found.has(above)) found.set(above, ["\\Noselect"])
    }
  }
  return Array.from(found, ([mailbox, attributes]) => ({ _tag: "List", name: "LSUB", attributes, mailbox }))
}

export const list = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  command: Extract<Command, { _tag: "List" }>
): Effect.fn.Return<Completion, CommandError> {
  const name = command.subscribed ? "LSUB" : "LIST"
  // An empty pattern asks for the delimiter.
  if (command.pattern === "") {
    yield* state.dialogue.send([{ _tag: "List", name, attributes: ["\\Noselect"], mailbox: "" }])
  } else {
    const matches = compile(command.reference, command.pattern)
    const mailboxes = yield* store.mailboxes
    yield* state.dialogue.send(command.subscribed ? subscribed(mailboxes, matches) : listed(mailboxes, matches))
  }
  return done(`${name} done`)
})

const statusOf = (mailbox: Mailbox, item: StatusItem): number => {
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
  }
}

export const status = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { items, mailbox: name }: Extract<Command, { _tag: "Status" }>
): Effect.fn.Return<Completion, CommandError> {
  const mailbox = yield* store.mailbox(name)
  yield* state.dialogue.send([{
    _tag: "MailboxStatus",
    mailbox: mailbox.name,
    items: items.map((item) => [item, statusOf(mailbox, item)])
  }])
  return done("STATUS done")
})

export const create = (store: Store, name: string): Handled => Effect.as(store.create(name), done("Created"))

export const remove = (store: Store, name: string): Handled => Effect.as(store.delete(name), done("Deleted"))

export const rename = (store: Store, { from, to }: Extract<Command, { _tag: "Rename" }>): Handled =>
  Effect.as(store.rename(from, to), done("Renamed"))

export const subscribe = (store: Store, command: Extract<Command, { _tag: "Subscribe" }>): Handled =>
  Effect.as(
    store.subscribe(command.mailbox, command.subscribed),
    done(command.subscribed ? "Subscribed" : "Unsubscribed")
  )
