/** What became of the list of mailboxes (RFC 5465 §5.4, §5.5). */
import { DELIMITER, type Mailbox, type MailboxId } from "../../domain/mailbox/Mailbox.ts"

export interface Difference {
  readonly event: "MailboxName" | "SubscriptionChange"
  /** As it is now, or was last. */
  readonly mailbox: Mailbox
  /** As the client knows it, where it does. */
  readonly before: Mailbox | undefined
  readonly is: "made" | "deleted" | "renamed" | "subscribed" | "parent"
}

/** A child of what was renamed goes without saying. */
const goesWithParent = (
  renamed: ReadonlyArray<readonly [from: string, to: string]>,
  from: string,
  to: string
): boolean => renamed.some(([old, name]) => from.startsWith(old + DELIMITER) && to === name + from.slice(old.length))

const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(DELIMITER)))

/** What was deleted first, then in the order of the list. Of what was made or deleted the parent is told as well. */
export const differences = (
  known: ReadonlyMap<MailboxId, Mailbox>,
  now: ReadonlyArray<Mailbox>
): ReadonlyArray<Difference> => {
  const ids = new Set(now.map(({ id }) => id))
  const deleted = Array.from(known.values()).filter(({ id }) => !ids.has(id))
  const renamed: Array<readonly [from: string, to: string]> = []
  for (const { id, name } of now) {
    const before = known.get(id)
    if (before !== undefined && before.name !== name) renamed.push([before.name, name])
  }
  const found: Array<Difference> = deleted.map((mailbox) => ({
    event: "MailboxName",
    mailbox,
    before: mailbox,
    is: "deleted"
  }))
  const parents = new Set(deleted.map(({ name }) => parentOf(name)))
  for (const mailbox of now) {
    const before = known.get(mailbox.id)
    if (before === undefined) {
      found.push({ event: "MailboxName", mailbox, before, is: "made" })
      parents.add(parentOf(mailbox.name))
      continue
    }
    if (before.name !== mailbox.name && !goesWithParent(renamed, before.name, mailbox.name)) {
      found.push({ event: "MailboxName", mailbox, before, is: "renamed" })
    }
    if (before.subscribed !== mailbox.subscribed) {
      found.push({ event: "SubscriptionChange", mailbox, before, is: "subscribed" })
    }
  }
  const told = new Set(found.map(({ mailbox }) => mailbox.id))
  for (const mailbox of now) {
    if (parents.has(mailbox.name) && !told.has(mailbox.id)) {
      found.push({ event: "MailboxName", mailbox, before: known.get(mailbox.id), is: "parent" })
    }
  }
  return found
}
