/** Commands on one mailbox by its name (RFC 3501 §6.3): making, naming and leaving it. */
import { Effect } from "effect"
import { parseName, type SpecialUse } from "../../../domain/mailbox/Mailbox.ts"
import type { Command } from "../grammar/Command.ts"
import type { Code } from "../grammar/Response.ts"
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
import { denormalized, listResponse, parentsOf } from "./List.ts"

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

/**
 * A client of IMAP4rev2 is told the name that it gave, and the one that this is (RFC 9051 §6.3.4 to §6.3.6); where the
 * mailbox is gone, the latter only.
 */
const tellName = Effect.fnUntraced(function*(
  { dialogue, enabled }: State,
  store: Store,
  given: string,
  names: ReadonlyArray<string> = [given]
): Effect.fn.Return<void, CommandError> {
  if (!enabled.has("IMAP4rev2") || names.every((name) => denormalized(name) === undefined)) return
  const parsed = parseName(names.at(-1) ?? given)
  if ("refused" in parsed) return
  const all = yield* store.mailboxes
  const mailbox = all.find(({ name }) => name === parsed.name)
  yield* dialogue.send([
    mailbox === undefined
      ? { _tag: "List", name: "LIST", attributes: ["\\NonExistent"], mailbox: parsed.name, oldName: given }
      : listResponse(mailbox, parentsOf(all), given)
  ])
})

export const create = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  { mailbox, uses }: Extract<Command, { _tag: "Create" }>
): Effect.fn.Return<Completion, CommandError> {
  const { id } = yield* store.create(mailbox, yield* useAsked(store, uses))
  yield* tellName(state, store, mailbox)
  const code: Code = { _tag: "MailboxId", id }
  return done("Created", code)
})

export const remove = (state: State, store: Store, name: string): Handled =>
  Effect.as(Effect.andThen(store.delete(name), tellName(state, store, name)), done("Deleted"))

export const rename = (state: State, store: Store, { from, to }: Extract<Command, { _tag: "Rename" }>): Handled =>
  Effect.as(Effect.andThen(store.rename(from, to), tellName(state, store, from, [from, to])), done("Renamed"))

export const subscribe = (store: Store, command: Extract<Command, { _tag: "Subscribe" }>): Handled =>
  Effect.as(
    store.subscribe(command.mailbox, command.subscribed),
    done(command.subscribed ? "Subscribed" : "Unsubscribed")
  )
