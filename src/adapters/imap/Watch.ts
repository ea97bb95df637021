/**
 * What a client asked to be told of (RFC 5465), what it knows of the mailboxes, and what has changed since. The store is
 * asked how they are when it is told: what the feed brings says only where to look.
 */
import { DELIMITER, INBOX, type Mailbox, type MailboxId, parseName } from "../../domain/mailbox/Mailbox.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import type { MailboxChange } from "../../ports/MailStore.ts"
import type { StatusItem } from "./grammar/List.ts"
import type { EventGroup, EventName, MailboxFilter } from "./grammar/NotifyCommand.ts"

/** What the feed told of a mailbox. */
interface Dirt {
  readonly flagged: boolean
  readonly vanished: boolean
}

export interface Watch {
  readonly groups: ReadonlyArray<EventGroup>
  /** As the client was told, or could see itself. */
  readonly known: Map<MailboxId, Mailbox>
  readonly dirty: Map<MailboxId, Dirt>
  /** Some were made, renamed, deleted, (un)subscribed. */
  listChanged: boolean
  /** Put into mailboxes by the session itself (RFC 5465 §5: it is not told of those). */
  readonly own: Map<MailboxId, ReadonlyArray<Uid>>
}

const namesOf = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.map(parseName).flatMap((parsed) => "refused" in parsed ? [] : [parsed.name])

const canonical = (filter: MailboxFilter): MailboxFilter =>
  "mailboxes" in filter ? { ...filter, mailboxes: namesOf(filter.mailboxes) } : filter

export const make = (groups: ReadonlyArray<EventGroup>): Watch => ({
  groups: groups.map((group) => ({ ...group, filter: canonical(group.filter) })),
  known: new Map(),
  dirty: new Map(),
  listChanged: false,
  own: new Map()
})

const isIn = ({ name, subscribed }: Mailbox, filter: MailboxFilter): boolean => {
  switch (filter._tag) {
    case "Selected":
      return false
    case "Personal":
      return true
    case "Inboxes":
      // New mail comes into INBOX, and nowhere else.
      return name === INBOX
    case "Subscribed":
      return subscribed
    case "Subtree":
      return filter.mailboxes.some((top) => name === top || name.startsWith(top + DELIMITER))
    case "Mailboxes":
      return filter.mailboxes.includes(name)
  }
}

/** Of a mailbox that is not selected, all groups together. */
export const eventsOf = ({ groups }: Watch, mailbox: Mailbox): ReadonlySet<EventName> =>
  new Set(groups.flatMap(({ events, filter }) => isIn(mailbox, filter) ? events : []))

/** Of whichever mailbox is selected. */
export const selectedGroup = ({ groups }: Watch): EventGroup | undefined =>
  groups.find(({ filter }) => filter._tag === "Selected")

/** Of the server's annotations (undefined), or of a mailbox's. */
export const wantsMetadata = (watch: Watch, mailbox: MailboxId | undefined): boolean => {
  if (mailbox === undefined) return watch.groups.some(({ events }) => events.includes("ServerMetadataChange"))
  const known = watch.known.get(mailbox)
  return known !== undefined && eventsOf(watch, known).has("MailboxMetadataChange")
}

const noteMailbox = (watch: Watch, mailbox: MailboxId, dirt: Dirt): void => {
  const before = watch.dirty.get(mailbox)
  watch.dirty.set(mailbox, {
    flagged: dirt.flagged || before?.flagged === true,
    vanished: dirt.vanished || before?.vanished === true
  })
}

/** Takes up a change of the feed. May there be something to tell? */
export const note = (watch: Watch, change: MailboxChange): boolean => {
  if (watch.groups.length === 0 || change._tag === "Metadata") return false
  if (change._tag === "Mailboxes") watch.listChanged = true
  else {
    const uidNext = watch.known.get(change.mailbox)?.uidNext ?? 0
    const flagged = change._tag === "Changed" && (change.uids[0]?.from ?? uidNext) < uidNext
    noteMailbox(watch, change.mailbox, { flagged, vanished: change._tag === "Vanished" })
  }
  return true
}

/** It was selected, and what came to it meanwhile was not told in this way. */
export const leave = (watch: Watch | undefined, mailbox: MailboxId): void => {
  if (watch !== undefined) noteMailbox(watch, mailbox, { flagged: true, vanished: true })
}

export const noteOwn = (watch: Watch | undefined, mailbox: MailboxId, uids: ReadonlyArray<Uid>): void => {
  if (watch !== undefined && watch.groups.length > 0) watch.own.set(mailbox, [...watch.own.get(mailbox) ?? [], ...uids])
}

/** Forgets those below `uidNext`, and answers which of them are not below `from`. */
export const takeOwn = (watch: Watch, mailbox: MailboxId, from: number, uidNext: number): ReadonlyArray<Uid> => {
  const own = watch.own.get(mailbox) ?? []
  const left = own.filter((uid) => uid >= uidNext)
  if (left.length > 0) watch.own.set(mailbox, left)
  else watch.own.delete(mailbox)
  return own.filter((uid) => uid >= from && uid < uidNext)
}

/** What a client that was never told of it knows of its messages. */
export const untold = (mailbox: Mailbox): Mailbox => ({
  ...mailbox,
  uidValidity: 0,
  uidNext: 1,
  exists: 0,
  unseen: 0
})

/** What STATUS tells of the messages of a mailbox that is not selected (RFC 5465 §5.1 to §5.3). */
export const statusItems = (
  events: ReadonlySet<EventName>,
  before: Mailbox,
  now: Mailbox,
  dirt: Dirt,
  context: { readonly own: number; readonly tellsModSeqs: boolean }
): ReadonlyArray<StatusItem> => {
  if (!events.has("MessageNew")) return []
  const added = now.uidNext - before.uidNext
  const isOther = before.uidValidity !== now.uidValidity
  const isGone = dirt.vanished || now.exists < before.exists + added
  const items: Array<StatusItem> = []
  if (isOther || isGone || added > context.own) items.push("MESSAGES", "UIDNEXT")
  if (events.has("FlagChange")) {
    if (dirt.flagged && before.unseen !== now.unseen) items.push("UNSEEN")
    if (dirt.flagged && context.tellsModSeqs && !isOther) items.push("UIDVALIDITY")
  }
  const isTold = items.length > 0
  if (isOther) items.push("UIDVALIDITY")
  if (isTold && context.tellsModSeqs) items.push("HIGHESTMODSEQ")
  return items
}
