/** Any command, made of a list of choices: shorter lists and smaller choices make simpler commands. */
import { Arbitrary, Redacted, Schema } from "effect"
import type { AppendMessage, AppendPart } from "../../../../src/adapters/imap/grammar/AppendCommand.ts"
import type { Command, TaggedCommand } from "../../../../src/adapters/imap/grammar/Command.ts"
import type { FetchItem } from "../../../../src/adapters/imap/grammar/FetchItem.ts"
import { type List, STATUS_ITEMS, type StatusItem } from "../../../../src/adapters/imap/grammar/List.ts"
import type { Depth } from "../../../../src/adapters/imap/grammar/MetadataCommand.ts"
import {
  type EventGroup,
  type EventName,
  EVENTS,
  type MailboxFilter
} from "../../../../src/adapters/imap/grammar/NotifyCommand.ts"
import type { PartialRange, Returns } from "../../../../src/adapters/imap/grammar/SearchCommand.ts"
import type { SearchKey } from "../../../../src/adapters/imap/grammar/SearchKey.ts"
import type { Known } from "../../../../src/adapters/imap/grammar/SelectCommand.ts"
import type { SequenceSet } from "../../../../src/adapters/imap/grammar/SequenceSet.ts"
import type { SortCriterion } from "../../../../src/domain/mailbox/Sort.ts"
import { SORT_KEYS } from "../../../../src/domain/mailbox/SortKey.ts"
import * as UidSet from "../../../../src/domain/mailbox/UidSet.ts"
import type { SectionSpec } from "../../../../src/domain/message/Section.ts"

const FLAGS = ["\\Seen", "\\Deleted", "$Forwarded", "NonJunk", "\\Answered", "a.b-c"]
const NAMES = ["INBOX", "Sent", "a/b", "Entwürfe", "台北", "A & B", "&", "\u{1F4EC}/x", "quote\"and\\", "", "nil"]
const TEXTS = ["", "x", "two words", "\xc3\xbcber", "NIL", "a\"b", "line\r\nbreak", "*", "(", "{3}"]
const DAY = 86_400_000

export class Choices {
  private at = 0
  private readonly values: ReadonlyArray<number>
  constructor(values: ReadonlyArray<number>) {
    this.values = values
  }
  /** 0 to below `count`. */
  number(count: number): number {
    return (this.values[this.at++] ?? 0) % count
  }
  isSo(): boolean {
    return this.number(2) === 1
  }
  of<A>(...values: ReadonlyArray<A>): A {
    return values[this.number(values.length)] as A
  }
  list<A>(most: number, make: () => A): Array<A> {
    return Array.from({ length: this.number(most) }, make)
  }
  some<A>(most: number, make: () => A): Array<A> {
    return [make(), ...this.list(most, make)]
  }
}

const sequenceSet = (choices: Choices): SequenceSet =>
  choices.number(8) === 7
    ? "$"
    : choices.some(3, () => ({ from: choices.number(9), to: choices.number(4_000_000_000) }))
const flags = (choices: Choices): Array<string> => choices.list(4, () => choices.of(...FLAGS))
const name = (choices: Choices): string => choices.of(...NAMES)
const text = (choices: Choices): string => choices.of(...TEXTS)

const section = (choices: Choices): SectionSpec => {
  const numbers = path(choices)
  const kind = choices.of("ALL", "HEADER", "TEXT", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "MIME")
  if (kind === "HEADER.FIELDS" || kind === "HEADER.FIELDS.NOT") {
    return { path: numbers, text: kind, fields: choices.some(3, () => choices.of("Subject", "to", "X-\"odd\"")) }
  }
  return { path: numbers, text: kind === "MIME" && numbers.length === 0 ? "ALL" : kind }
}

const path = (choices: Choices): Array<number> => choices.list(4, () => choices.number(9) + 1)
const octets = (choices: Choices) =>
  choices.isSo() ? { offset: choices.number(1000), length: choices.number(1000) + 1 } : undefined

const fetchItem = (choices: Choices): FetchItem => {
  switch (choices.number(12)) {
    case 0:
      return { _tag: "Flags" }
    case 1:
      return { _tag: "Uid" }
    case 2:
      return { _tag: "Envelope" }
    case 3:
      return { _tag: "InternalDate" }
    case 4:
      return { _tag: "Size" }
    case 5:
      return { _tag: "Structure", extended: choices.isSo() }
    case 6:
      return {
        _tag: "Body",
        section: { path: [], text: "TEXT" },
        partial: undefined,
        peek: false,
        label: "RFC822.TEXT"
      }
    case 7:
      return { _tag: choices.of("ModSeq", "EmailId", "ThreadId", "SaveDate", "Preview") }
    case 8:
      return { _tag: "Binary", path: path(choices), partial: octets(choices), peek: choices.isSo() }
    case 9:
      return { _tag: "BinarySize", path: path(choices) }
    default: {
      const partial = octets(choices)
      return { _tag: "Body", section: section(choices), partial, peek: choices.isSo(), label: undefined }
    }
  }
}

const searchKey = (choices: Choices, depth = 0): SearchKey => {
  switch (choices.number(depth > 4 ? 12 : 15)) {
    case 0:
      return { _tag: "All" }
    case 1:
      return { _tag: "None" }
    case 2:
      return { _tag: "Sequence", set: sequenceSet(choices) }
    case 3:
      return { _tag: "Uid", set: sequenceSet(choices) }
    case 4:
      return { _tag: "Flag", flag: choices.of(...FLAGS), set: choices.isSo() }
    case 5:
      return {
        _tag: "Text",
        field: choices.of("FROM", "TO", "CC", "BCC", "SUBJECT", "BODY", "TEXT"),
        text: text(choices)
      }
    case 6:
      return { _tag: "Header", field: choices.of("List-Id", "X-Odd Name"), text: text(choices) }
    case 7:
      return {
        _tag: "Date",
        of: choices.of("internal", "sent", "saved"),
        is: choices.of("before", "on", "since"),
        day: (choices.number(40_000) - 10_000) * DAY
      }
    case 8:
      return { _tag: choices.of("Larger", "Smaller"), octets: choices.number(1_000_000) }
    case 9:
      return { _tag: choices.of("Younger", "Older"), seconds: choices.number(1_000_000) + 1 }
    case 10:
      return { _tag: "ModSeq", atLeast: choices.number(1_000_000) }
    case 11:
      return { _tag: choices.of("EmailId", "ThreadId"), id: choices.of("a", "M-6_d9") }
    case 12:
      return { _tag: "Not", key: searchKey(choices, depth + 1) }
    case 13:
      return { _tag: "Or", left: searchKey(choices, depth + 1), right: searchKey(choices, depth + 1) }
    default:
      return { _tag: "And", keys: choices.some(3, () => searchKey(choices, depth + 1)) }
  }
}

const range = (choices: Choices): PartialRange | undefined => {
  if (choices.isSo()) return undefined
  const [low, high] = [choices.number(500) + 1, 500 + choices.number(500)]
  return choices.isSo() ? { from: low, to: high } : { from: -high, to: -low }
}

const returns = (choices: Choices): Returns | undefined => {
  if (choices.isSo()) return undefined
  const partial = range(choices)
  const [min, max, count, save] = [choices.isSo(), choices.isSo(), choices.isSo(), choices.isSo()]
  const isEmpty = !(min || max || count || save) && partial === undefined
  return { min, max, all: isEmpty || (partial === undefined && choices.isSo()), count, save, partial }
}

const known = (choices: Choices): Known | undefined => {
  if (choices.isSo()) return undefined
  const uids = UidSet.fromUids(choices.list(4, () => choices.number(50) + 1))
  return {
    uidValidity: choices.number(100) + 1,
    modSeq: choices.number(4_000_000_000),
    uids: uids.length === 0 ? undefined : uids,
    matches: UidSet.fromUids(choices.list(4, () => choices.number(50) + 1)).map(({ from }) => ({
      number: from,
      uid: from + 100
    }))
  }
}

const criterion = (choices: Choices): SortCriterion => ({ key: choices.of(...SORT_KEYS), reverse: choices.isSo() })

const statusItems = (choices: Choices): Array<StatusItem> => [
  ...new Set(choices.some(3, () => choices.of(...STATUS_ITEMS)))
]

const list = (choices: Choices): List => {
  const isPlain = choices.isSo()
  const selects = choices.isSo()
  return {
    _tag: "List",
    reference: name(choices),
    patterns: isPlain ? [choices.of("*", "%", "")] : choices.some(3, () => choices.of("*", "%", "a/%", "Entwürfe")),
    extended: isPlain ? undefined : {
      select: { subscribed: selects, specialUse: choices.isSo(), recursive: selects && choices.isSo() },
      returned: {
        subscribed: choices.isSo(),
        status: choices.isSo() ? statusItems(choices) : [],
        metadata: choices.isSo() ? ["/private/comment", "/shared/vendor/a b/c"] : []
      }
    }
  }
}

const ENTRIES = ["/private/comment", "/shared/vendor/a b/c", "/shared/a/b/c"]
const octetsOf = (choices: Choices): Uint8Array => Uint8Array.from(choices.list(40, () => choices.number(256)))

const appendPart = (choices: Choices): AppendPart =>
  choices.isSo()
    ? { _tag: "Url", url: choices.of("/INBOX/;UID=1", "/a%20b;UIDVALIDITY=3/;UID=20/;section=1.MIME", "http://x/ y") }
    : {
      _tag: "Text",
      octets: octetsOf(choices),
      utf8: choices.isSo()
    }

const appendMessage = (choices: Choices): AppendMessage => ({
  flags: flags(choices),
  internalDate: choices.of(undefined, 0, 1_795_442_560_000, -1_000),
  parts: choices.some(3, () => appendPart(choices))
})

const messageEvents = (choices: Choices): ReadonlyArray<EventName> =>
  choices.of<ReadonlyArray<EventName>>(
    [],
    ["MessageNew", "MessageExpunge"],
    ["MessageNew", "MessageExpunge", "FlagChange"]
  )

const selectedGroup = (choices: Choices): EventGroup => {
  const events = messageEvents(choices)
  const items = events.length === 0 ? [] : choices.list(3, () => fetchItem(choices))
  return { filter: { _tag: "Selected", delayed: choices.isSo() }, events, items }
}

const eventGroup = (choices: Choices): EventGroup => {
  const mailboxes = choices.some(3, () => name(choices))
  const wanted = EVENTS.slice(3).filter(() => choices.isSo())
  const filter: MailboxFilter = choices.isSo()
    ? { _tag: choices.of("Subtree", "Mailboxes"), mailboxes }
    : { _tag: choices.of("Inboxes", "Personal", "Subscribed") }
  return { filter, events: [...messageEvents(choices), ...wanted], items: [] }
}

const command = (choices: Choices): Command => {
  const uid = choices.isSo()
  switch (choices.number(24)) {
    case 0:
      return {
        _tag: choices.of("Noop", "Capability", "Logout", "Id", "Namespace", "Idle", "Check", "Close", "Unselect")
      }
    case 1:
      return {
        _tag: "Login",
        user: choices.of("ann@leap.test", "ünn"),
        password: Redacted.make(choices.of("", "pä\"ss"))
      }
    case 2:
      return { _tag: "Authenticate", mechanism: "PLAIN", initial: choices.of(undefined, Redacted.make("=")) }
    case 3:
      return choices.isSo() ? list(choices) : {
        _tag: "Lsub",
        reference: name(choices),
        pattern: choices.of("*", "%", "a/%")
      }
    case 4:
      return {
        _tag: "Select",
        mailbox: name(choices),
        readOnly: choices.isSo(),
        condstore: choices.isSo(),
        known: known(choices)
      }
    case 5:
      return {
        _tag: "Status",
        mailbox: name(choices),
        items: statusItems(choices)
      }
    case 6:
      return choices.isSo() ? { _tag: "Delete", mailbox: name(choices) } : {
        _tag: "Create",
        mailbox: name(choices),
        uses: choices.list(3, () => choices.of("\\Sent", "\\All", "\\X"))
      }
    case 7:
      return { _tag: "Rename", from: name(choices), to: name(choices) }
    case 8:
      return { _tag: "Subscribe", mailbox: name(choices), subscribed: choices.isSo() }
    case 9:
      return {
        _tag: "Append",
        mailbox: name(choices),
        messages: choices.some(3, () => appendMessage(choices))
      }
    case 21: {
      const groups = [...choices.list(2, () => selectedGroup(choices)), ...choices.list(3, () => eventGroup(choices))]
      return { _tag: "Notify", groups, status: groups.length > 0 && choices.isSo(), isUnknown: false }
    }
    case 19:
      return choices.isSo()
        ? {
          _tag: "GetMetadata",
          mailbox: name(choices),
          maxSize: choices.of(undefined, 0, 1024),
          depth: choices.of<Depth>(0, 1, "infinity"),
          entries: [...new Set(choices.some(3, () => choices.of("/private", "/shared/vendor/a b", ...ENTRIES)))]
        }
        : {
          _tag: "SetMetadata",
          mailbox: name(choices),
          changes: choices.some(3, () => [choices.of(...ENTRIES), choices.of(undefined, octetsOf(choices))])
        }
    case 20:
      return choices.isSo()
        ? { _tag: "GetQuota", root: choices.of("", "root 1") }
        : { _tag: "GetQuotaRoot", mailbox: name(choices) }
    case 18: {
      const which = choices.number(9)
      return {
        _tag: "Replace",
        uid,
        set: [{ from: which, to: which }],
        mailbox: name(choices),
        message: appendMessage(choices)
      }
    }
    case 10:
      return { _tag: "Expunge", uids: choices.isSo() ? sequenceSet(choices) : undefined }
    case 11:
      return {
        _tag: "Search",
        uid,
        returns: returns(choices),
        charset: choices.of(undefined, "UTF-8"),
        key: searchKey(choices)
      }
    case 12:
    case 13: {
      const changedSince = choices.of(undefined, 0, 90_000)
      return {
        _tag: "Fetch",
        uid,
        set: sequenceSet(choices),
        items: choices.some(4, () => fetchItem(choices)),
        changedSince,
        vanished: uid && changedSince !== undefined && choices.isSo(),
        partial: uid ? range(choices) : undefined
      }
    }
    case 14:
      return {
        _tag: "Store",
        uid,
        set: sequenceSet(choices),
        unchangedSince: choices.of(undefined, 0, 90_000),
        operation: choices.of("add", "remove", "replace"),
        silent: choices.isSo(),
        flags: flags(choices)
      }
    case 15:
      return {
        _tag: "Sort",
        uid,
        returns: returns(choices),
        criteria: choices.some(3, () => criterion(choices)),
        charset: "UTF-8",
        key: searchKey(choices)
      }
    case 17:
      return {
        _tag: "UidBatches",
        size: choices.number(5000) + 1,
        range: choices.of(undefined, { from: 1, to: 1 }, { from: 10, to: 20 })
      }
    case 16:
      return {
        _tag: "Thread",
        uid,
        algorithm: choices.of("references", "orderedSubject"),
        charset: "UTF-8",
        key: searchKey(choices)
      }
    default:
      return { _tag: "Copy", uid, set: sequenceSet(choices), mailbox: name(choices), move: choices.isSo() }
  }
}

const choice = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff_ffff })))

export const choices: Arbitrary.Arbitrary<Choices> = Arbitrary.map(
  Arbitrary.array(choice, { maxLength: 60 }),
  (values) => new Choices(values)
)

export const taggedCommand: Arbitrary.Arbitrary<TaggedCommand> = Arbitrary.map(
  choices,
  (from) => ({ tag: from.of("a", "A001", "."), command: command(from) })
)
