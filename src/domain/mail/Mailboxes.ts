/** The mailboxes of an account, by ids that are the same on every device. */
import { Effect, Schema } from "effect"
import { MailStore } from "../../ports/MailStore.ts"
import type { MailboxId, MailboxName, SpecialUse } from "../mailbox/Mailbox.ts"

/** The person, or a mail program of theirs, has deleted it. */
export class NoSuchRole extends Schema.TaggedError<NoSuchRole>()("NoSuchRole", {
  role: Schema.String
}) {
  override get message(): string {
    return `No mailbox of this account is for ${this.role}: make one with that use`
  }
}

/** Sorted by name, INBOX first, each with its counters. */
export const list = Effect.flatMap(MailStore, (store) => store.mailboxes)

export const get = Effect.fn("Mailboxes.get")(function*(id: MailboxId) {
  const store = yield* MailStore
  return yield* store.mailboxById(id)
})

/** By its full name: `INBOX`, `Work/Invoices`. */
export const named = Effect.fn("Mailboxes.named")(function*(name: MailboxName) {
  const store = yield* MailStore
  return yield* store.mailbox(name)
})

/** That for drafts, sent mail, trash ... Of several the first by name. */
export const withRole = Effect.fn("Mailboxes.withRole")(function*(role: SpecialUse) {
  const found = (yield* list).find(({ specialUse }) => specialUse === role)
  return found ?? (yield* new NoSuchRole({ role }))
})

/** With the mailboxes above it, where they are missing. */
export const create = Effect.fn("Mailboxes.create")(function*(name: MailboxName, role?: SpecialUse) {
  const store = yield* MailStore
  return yield* store.create(name, role)
})

/** The one with the name, made where there is none. */
export const ensure = Effect.fn("Mailboxes.ensure")(function*(name: MailboxName) {
  const store = yield* MailStore
  return yield* Effect.catchTag(store.mailbox(name), "MailboxNotFound", () => store.create(name))
})

/** With those below it. Ids stay. */
export const rename = Effect.fn("Mailboxes.rename")(function*(id: MailboxId, to: MailboxName) {
  const store = yield* MailStore
  const { name } = yield* store.mailboxById(id)
  yield* store.rename(name, to)
})

/** With its messages. Never INBOX; those below it go first. */
export const remove = Effect.fn("Mailboxes.remove")(function*(id: MailboxId) {
  const store = yield* MailStore
  const { name } = yield* store.mailboxById(id)
  yield* store.delete(name)
})

export const subscribe = Effect.fn("Mailboxes.subscribe")(function*(id: MailboxId, isSubscribed: boolean) {
  const store = yield* MailStore
  const { name } = yield* store.mailboxById(id)
  yield* store.subscribe(name, isSubscribed)
})

/** How many mailboxes, messages and octets the account has. */
export const usage = Effect.flatMap(MailStore, (store) => store.usage)
