/** A client's side of the grammar: the octets of a command, so that what is printed can be read back. */
import { Redacted } from "effect"
import type { AppendMessage, AppendPart } from "../../../../src/adapters/imap/grammar/AppendCommand.ts"
import type { Command } from "../../../../src/adapters/imap/grammar/Command.ts"
import { encodeDateTime } from "../../../../src/adapters/imap/grammar/DateTime.ts"
import { sectionName } from "../../../../src/adapters/imap/grammar/Encode.ts"
import type { FetchItem } from "../../../../src/adapters/imap/grammar/FetchItem.ts"
import type { List } from "../../../../src/adapters/imap/grammar/List.ts"
import { encodeName } from "../../../../src/adapters/imap/grammar/MailboxName.ts"
import type { EventGroup, MailboxFilter } from "../../../../src/adapters/imap/grammar/NotifyCommand.ts"
import { type PartialRange, type Returns, SORT_NAMES } from "../../../../src/adapters/imap/grammar/SearchCommand.ts"
import type { SearchKey } from "../../../../src/adapters/imap/grammar/SearchKey.ts"
import type { Known } from "../../../../src/adapters/imap/grammar/SelectCommand.ts"
import type { SequenceSet } from "../../../../src/adapters/imap/grammar/SequenceSet.ts"
import * as UidSet from "../../../../src/domain/mailbox/UidSet.ts"
import { imapString } from "../../../../src/domain/message/ImapText.ts"
import { latin1 } from "../../../../src/domain/message/Latin1.ts"

const utf8 = (text: string): string => imapString(latin1(new TextEncoder().encode(text)))
const mailbox = (name: string): string => imapString(encodeName(name))
const number = (value: number): string => value === 0 ? "*" : String(value)
const set = (ranges: SequenceSet): string =>
  ranges === "$"
    ? "$"
    : ranges.map(({ from, to }) => from === to ? number(from) : `${number(from)}:${number(to)}`).join()

const fetchItem = (item: FetchItem): string => {
  switch (item._tag) {
    case "Envelope":
    case "Flags":
    case "InternalDate":
    case "Uid":
      return item._tag.toUpperCase()
    case "ModSeq":
    case "EmailId":
    case "ThreadId":
    case "SaveDate":
      return item._tag.toUpperCase()
    case "Preview":
      return "PREVIEW (LAZY)"
    case "Binary": {
      const range = item.partial === undefined ? "" : `<${item.partial.offset}.${item.partial.length}>`
      return `BINARY${item.peek ? ".PEEK" : ""}[${item.path.join(".")}]${range}`
    }
    case "BinarySize":
      return `BINARY.SIZE[${item.path.join(".")}]`
    case "Size":
      return "RFC822.SIZE"
    case "Structure":
      return item.extended ? "BODYSTRUCTURE" : "BODY"
    case "Body": {
      const range = item.partial === undefined ? "" : `<${item.partial.offset}.${item.partial.length}>`
      return item.label ?? `BODY${item.peek ? ".PEEK" : ""}[${sectionName(item.section)}]${range}`
    }
  }
}

const appendText = ({ octets, utf8 }: Extract<AppendPart, { _tag: "Text" }>): string => {
  const literal = `${utf8 || octets.includes(0) ? "~" : ""}{${octets.length}+}\r\n${latin1(octets)}`
  return utf8 ? `UTF8 (${literal})` : literal
}

const catenatePart = (part: AppendPart): string =>
  part._tag === "Url" ? `URL ${imapString(part.url)}` : `${part.utf8 ? "" : "TEXT "}${appendText(part)}`

const appendMessage = ({ flags, internalDate, parts }: AppendMessage): string => {
  const date = internalDate === undefined ? "" : `${encodeDateTime(internalDate)} `
  const list = flags.length === 0 ? "" : `(${flags.join(" ")}) `
  const [first] = parts
  const isPlain = parts.length === 1 && first?._tag === "Text"
  return `${list}${date}${isPlain ? appendText(first) : `CATENATE (${parts.map(catenatePart).join(" ")})`}`
}

const mailboxFilter = (filter: MailboxFilter): string => {
  const names = "mailboxes" in filter ? ` (${filter.mailboxes.map(mailbox).join(" ")})` : ""
  return `${filter._tag}${filter._tag === "Selected" && filter.delayed ? "-Delayed" : ""}${names}`
}

const eventGroup = ({ events, filter, items }: EventGroup): string => {
  const fetched = items.length === 0 ? "" : ` (${items.map(fetchItem).join(" ")})`
  const names = events.map((name) => name === "MessageNew" ? name + fetched : name)
  return `(${mailboxFilter(filter)} ${names.length === 0 ? "NONE" : `(${names.join(" ")})`})`
}

const FLAG_KEYS = new Set(["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"])
const dateText = (day: number): string => encodeDateTime(day).slice(1, 12).trim()

const searchKey = (key: SearchKey): string => {
  switch (key._tag) {
    case "All":
      return "ALL"
    case "None":
      return "RECENT"
    case "Sequence":
      return set(key.set)
    case "Uid":
      return `UID ${set(key.set)}`
    case "Flag":
      return FLAG_KEYS.has(key.flag)
        ? `${key.set ? "" : "UN"}${key.flag.slice(1).toUpperCase()}`
        : `${key.set ? "" : "UN"}KEYWORD ${key.flag}`
    case "Text":
      return `${key.field} ${imapString(key.text)}`
    case "Header":
      return `HEADER ${imapString(key.field)} ${imapString(key.text)}`
    case "Date":
      return `${key.of === "sent" ? "SENT" : key.of === "saved" ? "SAVED" : ""}${key.is.toUpperCase()} ${
        dateText(key.day)
      }`
    case "Larger":
    case "Smaller":
      return `${key._tag.toUpperCase()} ${key.octets}`
    case "Younger":
    case "Older":
      return `${key._tag.toUpperCase()} ${key.seconds}`
    case "ModSeq":
      return `MODSEQ "/flags/\\\\Draft" all ${key.atLeast}`
    case "EmailId":
    case "ThreadId":
      return `${key._tag.toUpperCase()} ${key.id}`
    case "Not":
      return `NOT ${searchKey(key.key)}`
    case "Or":
      return `OR ${searchKey(key.left)} ${searchKey(key.right)}`
    case "And":
      return `(${key.keys.map(searchKey).join(" ")})`
  }
}

const partialRange = ({ from, to }: PartialRange): string => `${to}:${from}`

const returns = (asked: Returns | undefined): string => {
  if (asked === undefined) return ""
  const { all, count, max, min, partial, save } = asked
  const options = Object.entries({ min, max, all, count, save }).filter(([, isAsked]) => isAsked)
  const names = options.map(([name]) => name.toUpperCase())
  return ` RETURN (${[...names, ...partial === undefined ? [] : [`PARTIAL ${partialRange(partial)}`]].join(" ")})`
}

const known = ({ matches, modSeq, uidValidity, uids }: Known): string => {
  const pairs = ` (${matches.map(({ number }) => number).join()} ${matches.map(({ uid }) => uid).join()})`
  const set = uids === undefined ? "" : ` ${UidSet.encode(uids)}`
  return `QRESYNC (${uidValidity} ${modSeq}${set}${matches.length === 0 ? "" : pairs})`
}

const inParentheses = (words: ReadonlyArray<string>): string => words.length === 0 ? "" : ` (${words.join(" ")})`

const sortNames = new Map(Array.from(SORT_NAMES, ([name, key]) => [key, name]))

const list = ({ extended, patterns, reference }: List): string => {
  if (extended === undefined) return `LIST ${mailbox(reference)} ${patterns.map(mailbox).join(" ")}`
  const { returned, select } = extended
  const selected = [
    ...select.recursive ? ["RECURSIVEMATCH"] : [],
    ...select.subscribed ? ["SUBSCRIBED"] : [],
    ...select.specialUse ? ["SPECIAL-USE"] : []
  ]
  const options = [
    ...returned.subscribed ? ["SUBSCRIBED"] : [],
    ...returned.status.length > 0 ? [`STATUS (${returned.status.join(" ")})`] : [],
    ...returned.metadata.length > 0 ? [`METADATA (${returned.metadata.map(imapString).join(" ")})`] : []
  ]
  const all = patterns.map(mailbox).join(" ")
  return `LIST (${selected.join(" ")}) ${mailbox(reference)} (${all}) RETURN (${options.join(" ")})`
}

/** One character an octet. */
export const print = (command: Command): string => {
  const uid = "uid" in command && command.uid ? "UID " : ""
  switch (command._tag) {
    case "Id":
      return "ID NIL"
    case "Login":
      return `LOGIN ${utf8(command.user)} ${utf8(Redacted.value(command.password))}`
    case "Authenticate": {
      const initial = command.initial === undefined ? "" : ` ${Redacted.value(command.initial)}`
      return `AUTHENTICATE ${command.mechanism}${initial}`
    }
    case "List":
      return list(command)
    case "Lsub":
      return `LSUB ${mailbox(command.reference)} ${mailbox(command.pattern)}`
    case "Select":
      return `${command.readOnly ? "EXAMINE" : "SELECT"} ${mailbox(command.mailbox)}${
        inParentheses([
          ...command.condstore ? ["CONDSTORE"] : [],
          ...command.known === undefined ? [] : [known(command.known)]
        ])
      }`
    case "Status":
      return `STATUS ${mailbox(command.mailbox)} (${command.items.join(" ")})`
    case "Create": {
      const uses = command.uses.length === 0 ? "" : ` (USE (${command.uses.join(" ")}))`
      return `CREATE ${mailbox(command.mailbox)}${uses}`
    }
    case "Delete":
      return `DELETE ${mailbox(command.mailbox)}`
    case "Rename":
      return `RENAME ${mailbox(command.from)} ${mailbox(command.to)}`
    case "Subscribe":
      return `${command.subscribed ? "" : "UN"}SUBSCRIBE ${mailbox(command.mailbox)}`
    case "Append":
      return `APPEND ${mailbox(command.mailbox)} ${command.messages.map(appendMessage).join(" ")}`
    case "Notify":
      return command.groups.length === 0
        ? "NOTIFY NONE"
        : `NOTIFY SET${command.status ? " STATUS" : ""} ${command.groups.map(eventGroup).join(" ")}`
    case "GetMetadata": {
      const size = command.maxSize === undefined ? "" : `MAXSIZE ${command.maxSize} `
      return `GETMETADATA (${size}DEPTH ${command.depth}) ${mailbox(command.mailbox)} (${
        command.entries.map(imapString).join(" ")
      })`
    }
    case "SetMetadata": {
      const value = (octets: Uint8Array) => `${octets.includes(0) ? "~" : ""}{${octets.length}+}\r\n${latin1(octets)}`
      const changes = command.changes.map(([entry, octets]) =>
        `${imapString(entry)} ${octets === undefined ? "NIL" : value(octets)}`
      )
      return `SETMETADATA ${mailbox(command.mailbox)} (${changes.join(" ")})`
    }
    case "GetQuota":
      return `GETQUOTA ${imapString(command.root)}`
    case "GetQuotaRoot":
      return `GETQUOTAROOT ${mailbox(command.mailbox)}`
    case "Replace":
      return `${uid}REPLACE ${set(command.set)} ${mailbox(command.mailbox)} ${appendMessage(command.message)}`
    case "Expunge":
      return command.uids === undefined ? "EXPUNGE" : `UID EXPUNGE ${set(command.uids)}`
    case "Search": {
      const charset = command.charset === undefined ? "" : `CHARSET ${command.charset} `
      return `${uid}SEARCH${returns(command.returns)} ${charset}${searchKey(command.key)}`
    }
    case "Sort": {
      const criteria = command.criteria.map(({ key, reverse }) => `${reverse ? "REVERSE " : ""}${sortNames.get(key)}`)
      return `${uid}SORT${returns(command.returns)} (${criteria.join(" ")}) ${command.charset} ${
        searchKey(command.key)
      }`
    }
    case "UidBatches":
      return `UIDBATCHES ${command.size}${command.range ? ` ${command.range.from}:${command.range.to}` : ""}`
    case "Thread":
      return `${uid}THREAD ${command.algorithm.toUpperCase()} ${command.charset} ${searchKey(command.key)}`
    case "Fetch":
      return `${uid}FETCH ${set(command.set)} (${command.items.map(fetchItem).join(" ")})${
        inParentheses([
          ...command.changedSince === undefined ? [] : [`CHANGEDSINCE ${command.changedSince}`],
          ...command.vanished ? ["VANISHED"] : [],
          ...command.partial === undefined ? [] : [`PARTIAL ${partialRange(command.partial)}`]
        ])
      }`
    case "Store": {
      const sign = command.operation === "add" ? "+" : command.operation === "remove" ? "-" : ""
      const name = `${sign}FLAGS${command.silent ? ".SILENT" : ""}`
      const unchanged = command.unchangedSince === undefined ? "" : ` (UNCHANGEDSINCE ${command.unchangedSince})`
      return `${uid}STORE ${set(command.set)}${unchanged} ${name} (${command.flags.join(" ")})`
    }
    case "Copy":
      return `${uid}${command.move ? "MOVE" : "COPY"} ${set(command.set)} ${mailbox(command.mailbox)}`
    default:
      return command._tag.toUpperCase()
  }
}
