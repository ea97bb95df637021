/** Tells of mailboxes that are not selected: LIST of what was made, named, left; STATUS of their messages (RFC 5465 §5). */
import { Effect } from "effect"
import { DELIMITER, type Mailbox, parseName } from "../../domain/mailbox/Mailbox.ts"
import type { MailStoreError } from "../../ports/MailStore.ts"
import { listResponse, parentsOf } from "./commands/List.ts"
import { statusResponse } from "./commands/Status.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { Command } from "./grammar/Command.ts"
import type { EventGroup } from "./grammar/NotifyCommand.ts"
import type { Response } from "./grammar/Response.ts"
import { type Difference, differences } from "./MailboxDifferences.ts"
import { type Completion, type State, type Store, word } from "./State.ts"
import * as Watch from "./Watch.ts"

const LIST_CHANGES: ReadonlySet<Command["_tag"]> = new Set(["Create", "Delete", "Rename", "Subscribe"])

/** Told at once; past it the client does better to ask for what it wants to know. */
const MAX_NOTIFICATIONS = 1000

const isWanted = (watch: Watch.Watch, { before, event, mailbox }: Difference): boolean =>
  Watch.eventsOf(watch, mailbox).has(event) || (before !== undefined && Watch.eventsOf(watch, before).has(event))

const nameResponse = (parents: ReadonlySet<string>, { before, is, mailbox }: Difference): Response =>
  is === "deleted"
    ? { _tag: "List", name: "LIST", attributes: ["\\NonExistent"], mailbox: mailbox.name }
    : listResponse(mailbox, parents, is === "renamed" ? before?.name : undefined)

/** The list as it is now is what the client knows from here on; of messages it knows what it knew. */
const learnList = (watch: Watch.Watch, now: ReadonlyArray<Mailbox>): void => {
  const ids = new Set(now.map(({ id }) => id))
  for (const id of watch.known.keys()) {
    if (ids.has(id)) continue
    watch.known.delete(id)
    watch.dirty.delete(id)
    watch.own.delete(id)
  }
  for (const mailbox of now) {
    const before = watch.known.get(mailbox.id)
    const isRenamed = before?.name !== mailbox.name
    if (before === undefined || (isRenamed && !Watch.eventsOf(watch, mailbox).has("MailboxName"))) {
      // Under this name the client knew another, or none; and nobody tells it which one this was.
      watch.known.set(mailbox.id, Watch.untold(mailbox))
      Watch.leave(watch, mailbox.id)
    } else watch.known.set(mailbox.id, { ...before, name: mailbox.name, subscribed: mailbox.subscribed })
  }
}

const listNews = (watch: Watch.Watch, now: ReadonlyArray<Mailbox>): ReadonlyArray<Response> => {
  if (!watch.listChanged) return []
  watch.listChanged = false
  const parents = parentsOf(now)
  const told = differences(watch.known, now).filter((one) => isWanted(watch, one))
  learnList(watch, now)
  return told.map((one) => nameResponse(parents, one))
}

const statusNews = ({ enabled, selected }: State, watch: Watch.Watch, now: ReadonlyArray<Mailbox>) => {
  const responses: Array<Response> = []
  for (const mailbox of now) {
    const dirt = watch.dirty.get(mailbox.id)
    const before = watch.known.get(mailbox.id)
    if (dirt === undefined || before === undefined || selected?.mailbox === mailbox.id) continue
    const own = Watch.takeOwn(watch, mailbox.id, before.uidNext, mailbox.uidNext).length
    const context = { own, tellsModSeqs: enabled.has("CONDSTORE") }
    const items = Watch.statusItems(Watch.eventsOf(watch, before), before, mailbox, dirt, context)
    watch.known.set(mailbox.id, mailbox)
    if (items.length > 0) responses.push(statusResponse(mailbox, items))
  }
  watch.dirty.clear()
  return responses
}

/** What the session did to the list itself, the client knows (RFC 5465 §5). */
export const learnOwn = (watch: Watch.Watch, store: Store, command: Command) =>
  Effect.fnUntraced(function*({ status }: Completion): Effect.fn.Return<void, MailStoreError> {
    if (status !== "OK" || !LIST_CHANGES.has(command._tag)) return
    const now = yield* store.mailboxes
    const named = (name: string): Mailbox | undefined => {
      const parsed = parseName(name)
      return "refused" in parsed ? undefined : now.find((mailbox) => mailbox.name === parsed.name)
    }
    switch (command._tag) {
      case "Create": {
        const made = named(command.mailbox)
        if (made !== undefined) watch.known.set(made.id, made)
        return
      }
      case "Delete": {
        const ids = new Set(now.map(({ id }) => id))
        const parsed = parseName(command.mailbox)
        for (const { id, name } of watch.known.values()) {
          if (!ids.has(id) && "name" in parsed && name === parsed.name) watch.known.delete(id)
        }
        return
      }
      case "Rename": {
        const top = named(command.to)
        for (const mailbox of now) {
          if (top === undefined || (mailbox !== top && !mailbox.name.startsWith(top.name + DELIMITER))) continue
          watch.known.set(mailbox.id, { ...watch.known.get(mailbox.id) ?? mailbox, name: mailbox.name })
        }
        return
      }
      case "Subscribe": {
        const mailbox = named(command.mailbox)
        const before = mailbox && watch.known.get(mailbox.id)
        if (before !== undefined) watch.known.set(before.id, { ...before, subscribed: command.subscribed })
      }
    }
  })

/** From here on the client hears of nothing: it may ask again (RFC 5465 §5.8). */
export const overflow = (state: State): Effect.Effect<void, ConnectionEnded> => {
  state.watch = Watch.make([])
  const text = "Too much has changed: ask for what you want to know, and NOTIFY again"
  return state.dialogue.send([{
    _tag: "Status",
    tag: undefined,
    status: "OK",
    code: word("NOTIFICATIONOVERFLOW"),
    text
  }])
}

export const tellOthers = Effect.fnUntraced(function*(
  state: State,
  store: Store
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const { watch } = state
  if (watch === undefined || (!watch.listChanged && watch.dirty.size === 0)) return
  const now = yield* store.mailboxes
  // The list first: it says which mailboxes the numbers are about.
  const responses = [...listNews(watch, now), ...statusNews(state, watch, now)]
  yield* responses.length > MAX_NOTIFICATIONS ? overflow(state) : state.dialogue.send(responses)
})

/** RFC 5465 §3.1: from when on a client knows, and, where it asked for that, what. */
export const begin = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  groups: ReadonlyArray<EventGroup>,
  tellsStatus: boolean
): Effect.fn.Return<void, MailStoreError | ConnectionEnded> {
  const watch = Watch.make(groups)
  // What comes from here on is noted; what of it is in the list already makes no difference.
  state.watch = watch
  const now = yield* store.mailboxes
  for (const mailbox of now) watch.known.set(mailbox.id, mailbox)
  if (!tellsStatus) return
  for (const mailbox of now) {
    const events = Watch.eventsOf(watch, mailbox)
    if (!events.has("MessageNew") || state.selected?.mailbox === mailbox.id) continue
    const more = events.has("FlagChange") ? ["HIGHESTMODSEQ"] as const : []
    yield* state.dialogue.send([statusResponse(mailbox, ["MESSAGES", "UIDNEXT", "UIDVALIDITY", ...more])])
  }
})
