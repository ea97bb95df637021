/** What clients may ask of a MailStore, as data: any of it in any order is an operation or a refusal. */
import { Effect, Schema } from "effect"
import type { MailboxName } from "../../../src/domain/mailbox/Mailbox.ts"
import type { SearchQuery } from "../../../src/domain/mailbox/SearchQuery.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { emailId, message } from "./Mail.ts"

/** Where mail lies, mostly: two are standard, two are made at the start. */
const Place = Schema.Literals(["INBOX", "Sent", "a", "a/b"])
const Name = Schema.Literals([
  "INBOX",
  "inbox",
  "INBOX/x",
  "a",
  "a/",
  "a/b",
  "a/b/c",
  "b",
  "Sent",
  "e\u0301",
  "é",
  "x//y"
])
const Flag = Schema.Literals(["\\Seen", "\\SEEN", "\\Deleted", "\\Flagged", "$a", "$A", "$b", "\\Recent"])
const Flags = Schema.Array(Flag).check(Schema.isMaxLength(3))
const Uid = Schema.Literals([1, 2, 3, 4, 5, 7, 9, 200, 4_294_967_295])
const Uids = Schema.Array(Schema.Struct({ from: Uid, to: Uid })).check(Schema.isMaxLength(3))
const Messages = Schema.Array(Schema.Struct({
  text: Schema.Literals([
    "",
    "Subject: one\r\n\r\nalpha",
    "Message-ID: <r@x>\r\n\r\nbeta",
    "References: <r@x>\r\n\r\nalpha"
  ]),
  /** An id has one content. */
  id: Schema.Literals(["", "id-1", "id-2"]),
  flags: Flags
})).check(Schema.isMaxLength(3))

export const Step = Schema.TaggedUnion({
  Append: { name: Place, messages: Messages },
  /** So many that they do not lie together. */
  Fill: { name: Place, count: Schema.Literals([60, 130]) },
  Copy: { name: Place, uids: Uids, to: Place },
  Move: { name: Place, uids: Uids, to: Place },
  Flag: {
    name: Place,
    uids: Uids,
    operation: Schema.Literals(["replace", "add", "remove"]),
    flags: Flags,
    /** How many changes back; -1: not asked. */
    unchangedSince: Schema.Literals([-1, 0, 1, 3, 100])
  },
  Expunge: { name: Place, uids: Uids, isAll: Schema.Boolean },
  Create: { name: Name, use: Schema.Literals(["none", "archive", "important"]) },
  Rename: { name: Name, to: Name },
  Delete: { name: Name },
  Subscribe: { name: Name, subscribed: Schema.Boolean },
  Search: { name: Place, text: Schema.Literals(["alpha", "beta", "one", ""]), flag: Schema.Literals(["\\Seen", "$a"]) },
  ChangedSince: { name: Place, back: Schema.Literals([0, 1, 2, 5, 100]) },
  /** What a store does when nobody asks. */
  Later: {},
  Reopen: {}
})
export type Step = typeof Step.Type

const query = (text: string, flag: string): SearchQuery => ({
  _tag: "Or",
  queries: [{ _tag: "HasFlag", flag }, { _tag: "Text", text }]
})

/** Answers what the store answers, without what it chose itself. */
export const perform = Effect.fnUntraced(
  function*(step: Step) {
    const store = yield* MailStore
    const find = (name: MailboxName) => store.mailbox(name)
    switch (step._tag) {
      case "Append": {
        const { id } = yield* find(step.name)
        const news = step.messages.map(({ flags, id, text }, index) =>
          id === ""
            ? message(text, { flags, internalDate: index })
            : message(id, { flags, internalDate: index, emailId: emailId(id) })
        )
        return (yield* store.append(id, news)).uids
      }
      case "Fill": {
        const { id } = yield* find(step.name)
        const news = Array.from({ length: step.count }, (_, index) => message(`alpha ${index}`))
        return (yield* store.append(id, news)).uids
      }
      case "Copy":
      case "Move": {
        const [from, to] = [yield* find(step.name), yield* find(step.to)]
        const relocate = step._tag === "Copy" ? store.copy : store.move
        const { source, target, uidValidity } = yield* relocate(from.id, UidSet.fromRanges(step.uids), to.id)
        return [source, target, uidValidity === to.uidValidity]
      }
      case "Flag": {
        const { highestModSeq, id } = yield* find(step.name)
        const options = step.unchangedSince < 0
          ? {}
          : { unchangedSince: Math.max(0, highestModSeq - step.unchangedSince) }
        return yield* store.flag(
          id,
          UidSet.fromRanges(step.uids),
          step.operation,
          step.flags,
          options
        )
      }
      case "Expunge": {
        const { id } = yield* find(step.name)
        return yield* store.expunge(id, step.isAll ? undefined : UidSet.fromRanges(step.uids))
      }
      case "Create": {
        const { id: _, uidValidity: __, ...made } = yield* store.create(
          step.name,
          step.use === "none" ? undefined : step.use
        )
        return made
      }
      case "Rename":
        return yield* store.rename(step.name, step.to)
      case "Delete":
        return yield* store.delete(step.name)
      case "Subscribe":
        return yield* store.subscribe(step.name, step.subscribed)
      case "Search": {
        const { id } = yield* find(step.name)
        return yield* store.search(id, query(step.text, step.flag), 0)
      }
      case "ChangedSince": {
        const { highestModSeq, id } = yield* find(step.name)
        return yield* store.changedSince(id, Math.max(0, highestModSeq - step.back))
      }
      case "Later":
      case "Reopen":
        return undefined
    }
  },
  Effect.catchTags({
    MailboxNotFound: ({ _tag, mailbox }) => Effect.succeed([_tag, mailbox]),
    MailboxRefused: ({ _tag, code, mailbox }) => Effect.succeed([_tag, code, mailbox])
  })
)
