/** FETCH (RFC 3501 §6.4.5): a stream from the store to the client, as fast as the client reads. */
import { Effect, Stream } from "effect"
import { bodyStructureText } from "../../../domain/message/ImapText.ts"
import { headerSection, partial, section } from "../../../domain/message/Section.ts"
import type { FetchFields, MessageRecord } from "../../../ports/MailStore.ts"
import type { Command } from "../grammar/Command.ts"
import type { FetchItem } from "../grammar/FetchItem.ts"
import type { FetchData, Response } from "../grammar/Response.ts"
import * as News from "../News.ts"
import { type CommandError, type Completion, done, type Selected, type State, type Store } from "../State.ts"
import * as View from "../View.ts"
import { addressed } from "./Addressed.ts"

type Body = Extract<FetchItem, { _tag: "Body" }>

/** What must be read of a message to answer it. */
const source = ({ section: { path, text } }: Body): "header" | "bytes" | "parts" =>
  path.length > 0 || text === "TEXT" ? "parts" : text === "ALL" ? "bytes" : "header"

const fieldsFor = (items: ReadonlyArray<FetchItem>): FetchFields => {
  const sources = new Set(items.map((item) => item._tag === "Body" ? source(item) : undefined))
  return {
    envelope: items.some(({ _tag }) => _tag === "Envelope"),
    bodyStructure: items.some((item) => item._tag === "Structure" && item.extended),
    structure: sources.has("parts") || items.some((item) => item._tag === "Structure" && !item.extended),
    header: sources.has("header"),
    bytes: sources.has("bytes") || sources.has("parts")
  }
}

const octetsOf = (record: MessageRecord, item: Body): Uint8Array | undefined => {
  const { bytes, header, structure } = record
  switch (source(item)) {
    case "header":
      return header === undefined ? undefined : headerSection(header, item.section)
    case "bytes":
      return bytes
    case "parts":
      return bytes === undefined || structure === undefined ? undefined : section(structure, bytes, item.section)
  }
}

const dataOf = (record: MessageRecord, item: FetchItem): FetchData => {
  switch (item._tag) {
    case "Uid":
      return { _tag: "Uid", uid: record.uid }
    case "Flags":
      return { _tag: "Flags", flags: record.flags }
    case "InternalDate":
      return { _tag: "InternalDate", at: record.internalDate }
    case "Size":
      return { _tag: "Size", octets: record.size }
    case "Envelope":
      return { _tag: "Written", name: "ENVELOPE", text: record.envelope ?? "NIL" }
    case "Structure": {
      const short = record.structure === undefined ? "NIL" : bodyStructureText(record.structure.root, false)
      return item.extended
        ? { _tag: "Written", name: "BODYSTRUCTURE", text: record.bodyStructure ?? "NIL" }
        : { _tag: "Written", name: "BODY", text: short }
    }
    case "Body": {
      const { label, partial: range, section } = item
      const octets = octetsOf(record, item)
      const wanted = octets === undefined || range === undefined ? octets : partial(octets, range.offset, range.length)
      return { _tag: "Body", section, label, offset: range?.offset, octets: wanted }
    }
  }
}

const withItem = (items: ReadonlyArray<FetchItem>, item: FetchItem): ReadonlyArray<FetchItem> =>
  items.some(({ _tag }) => _tag === item._tag) ? items : [item, ...items]

/** So many octets of message text are made into responses at once. */
const BATCH = 65_536

export const fetch = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  selected: Selected,
  command: Extract<Command, { _tag: "Fetch" }>
): Effect.fn.Return<Completion, CommandError> {
  const uids = yield* Effect.fromResult(addressed(selected, command.set, command.uid))
  const setsSeen = !selected.readOnly && command.items.some((item) => item._tag === "Body" && !item.peek)
  const seenAt = setsSeen ? yield* News.flag(store, selected, uids, "add", ["\\Seen"]) : undefined
  const items = command.uid ? withItem(command.items, { _tag: "Uid" }) : command.items
  const itemsWithFlags = withItem(items, { _tag: "Flags" })
  yield* store.fetch(selected.mailbox, uids, fieldsFor(items)).pipe(
    Stream.runForEachArray(Effect.fnUntraced(function*(records) {
      let responses: Array<Response> = []
      let weight = 0
      for (const record of records) {
        const number = View.numberOf(selected.view, record.uid)
        if (number === undefined) continue
        const isNowSeen = seenAt !== undefined && record.modSeq >= seenAt
        const data = (isNowSeen ? itemsWithFlags : items).map((item) => dataOf(record, item))
        responses.push({ _tag: "Fetch", number, data })
        weight += record.bytes === undefined ? 200 : record.size
        if (weight < BATCH) continue
        yield* state.dialogue.send(responses)
        responses = []
        weight = 0
      }
      yield* state.dialogue.send(responses)
    }))
  )
  return done("FETCH done")
})
