/** What FETCH items ask of the store, and what they answer from what it read (RFC 3501 §6.4.5, RFC 3516). */
import * as Steps from "../../../domain/mailbox/Steps.ts"
import { crlf } from "../../../domain/message/Compose.ts"
import { bodyStructureText, imapString } from "../../../domain/message/ImapText.ts"
import { latin1 } from "../../../domain/message/Latin1.ts"
import { decodingPart, headerSection, partAt, partial, section } from "../../../domain/message/Section.ts"
import type { FetchFields, MessageRecord } from "../../../ports/MailStore.ts"
import type { FetchItem, Partial } from "../grammar/FetchItem.ts"
import type { FetchData, PlacementItem } from "../grammar/Response.ts"

const PLACEMENT_ITEMS: ReadonlySet<string> = new Set<PlacementItem>([
  "Uid",
  "Flags",
  "ModSeq",
  "Size",
  "InternalDate",
  "SaveDate"
])

type Body = Extract<FetchItem, { _tag: "Body" }>

/** What must be read of a message to answer it. */
const source = ({ section: { path, text } }: Body): "header" | "bytes" | "parts" =>
  path.length > 0 || text === "TEXT" ? "parts" : text === "ALL" ? "bytes" : "header"

/** Where no message is asked for as a whole: what of it must be there. */
const partsFor = (items: ReadonlyArray<FetchItem>): Pick<FetchFields, "parts"> => {
  const parts: Array<ReadonlyArray<number>> = []
  for (const item of items) {
    const path = item._tag === "Body" && source(item) !== "header"
      ? item.section.path
      : item._tag === "Binary" || item._tag === "BinarySize"
      ? item.path
      : undefined
    if (path?.length === 0) return {}
    if (path !== undefined) parts.push(path)
  }
  return { parts }
}

export const fieldsFor = (items: ReadonlyArray<FetchItem>): FetchFields => {
  const sources = new Set(items.map((item) => item._tag === "Body" ? source(item) : undefined))
  const hasBinary = items.some(({ _tag }) => _tag === "Binary" || _tag === "BinarySize")
  return {
    objectIds: items.some(({ _tag }) => _tag === "EmailId" || _tag === "ThreadId"),
    preview: items.some(({ _tag }) => _tag === "Preview"),
    envelope: items.some(({ _tag }) => _tag === "Envelope"),
    bodyStructure: items.some((item) => item._tag === "Structure" && item.extended),
    structure: hasBinary || sources.has("parts") || items.some((item) => item._tag === "Structure" && !item.extended),
    header: sources.has("header"),
    bytes: hasBinary || sources.has("bytes") || sources.has("parts"),
    ...partsFor(items)
  }
}

const isPlacementItem = (tag: FetchItem["_tag"]): tag is PlacementItem => PLACEMENT_ITEMS.has(tag)

/** Where no message must be read for the answer. */
export const placementItems = (items: ReadonlyArray<FetchItem>): ReadonlyArray<PlacementItem> | undefined => {
  const tags = items.map(({ _tag }) => _tag)
  return tags.every(isPlacementItem) ? tags : undefined
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

/**
 * Text has the line ends of the protocol, whatever it was written with (RFC 9051 §7.5.2). Where there is a NUL, its
 * characters are not octets, and nothing is known of its lines.
 */
function* decoded({ bytes, structure }: MessageRecord, path: ReadonlyArray<number>) {
  if (bytes === undefined || structure === undefined) return undefined
  const octets = yield* decodingPart(structure, bytes, path)
  if (octets === undefined || octets === "UnknownEncoding" || path.length === 0) return octets
  return partAt(structure, path)?.type === "text" && !octets.includes(0) ? yield* crlf(octets) : octets
}

const within = (octets: Uint8Array | undefined, range: Partial | undefined): Uint8Array | undefined =>
  octets === undefined || range === undefined ? octets : partial(octets, range.offset, range.length)

const encoder = new TextEncoder()

/** `nstring` of UTF-8 (RFC 8970 §3.2) */
const previewText = (preview: string | undefined): string =>
  preview === undefined ? "NIL" : imapString(latin1(encoder.encode(preview)))

type Binary = Extract<FetchItem, { _tag: "Binary" | "BinarySize" }>

export const isBinary = (item: FetchItem): item is Binary => item._tag === "Binary" || item._tag === "BinarySize"

/** `dataOf` in steps: what is decoded may be large. */
export function* binaryOf(record: MessageRecord, item: Binary): Steps.Steps<FetchData | undefined> {
  const octets = yield* decoded(record, item.path)
  if (octets === "UnknownEncoding") return undefined
  if (item._tag === "BinarySize") {
    return { _tag: "Written", name: `BINARY.SIZE[${item.path.join(".")}]`, text: String(octets?.length ?? 0) }
  }
  const { partial: range, path } = item
  return { _tag: "Binary", path, offset: range?.offset, octets: within(octets, range) }
}

/** Undefined where the part has a transfer encoding that is not known. */
export const dataOf = (record: MessageRecord, item: FetchItem): FetchData | undefined => {
  switch (item._tag) {
    case "Uid":
      return { _tag: "Uid", uid: record.uid }
    case "Flags":
      return { _tag: "Flags", flags: record.flags }
    case "InternalDate":
      return { _tag: "InternalDate", at: record.internalDate }
    case "ModSeq":
      return { _tag: "ModSeq", modSeq: record.modSeq }
    case "SaveDate":
      return { _tag: "SaveDate", at: record.saveDate }
    case "EmailId":
      return { _tag: "Written", name: "EMAILID", text: `(${record.emailId})` }
    case "ThreadId":
      return { _tag: "Written", name: "THREADID", text: record.threadId === undefined ? "NIL" : `(${record.threadId})` }
    case "Preview":
      return { _tag: "Written", name: "PREVIEW", text: previewText(record.preview) }
    case "Binary":
    case "BinarySize":
      return Steps.run(binaryOf(record, item))
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
      return { _tag: "Body", section, label, offset: range?.offset, octets: within(octetsOf(record, item), range) }
    }
  }
}
