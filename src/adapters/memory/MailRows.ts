/** What `MailStoreMemory` keeps, and what of it the port shows. */
import * as Flag from "../../domain/mailbox/Flag.ts"
import { type EmailId, INBOX, type Mailbox, type MailboxId, type SpecialUse } from "../../domain/mailbox/Mailbox.ts"
import * as Metadata from "../../domain/mailbox/Metadata.ts"
import * as Placements from "../../domain/mailbox/Placements.ts"
import * as Search from "../../domain/mailbox/Search.ts"
import type { SortFacts } from "../../domain/mailbox/Sort.ts"
import { type SortKey, sortKeys } from "../../domain/mailbox/SortKey.ts"
import { type ThreadFacts, threadReferences } from "../../domain/mailbox/Thread.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import { bodyStructureText, envelopeText } from "../../domain/message/ImapText.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import { bodyText, fold, headerText, preview } from "../../domain/message/SearchText.ts"
import type { FetchFields, MessageRecord, Protection } from "../../ports/MailStore.ts"

export interface Message {
  readonly emailId: EmailId
  readonly threadId: string
  readonly bytes: Uint8Array
  readonly structure: MessageStructure
  readonly protection: Protection | undefined
}
export interface Placement {
  readonly uid: Uid
  readonly message: Message
  flags: ReadonlyArray<Flag.Flag>
  modSeq: number
  readonly internalDate: number
  readonly saveDate: number
}
export interface Box {
  readonly id: MailboxId
  name: string
  readonly specialUse: SpecialUse | undefined
  subscribed: boolean
  readonly uidValidity: number
  uidNext: number
  modSeq: number
  placements: Array<Placement>
  readonly vanished: Array<{ readonly modSeq: number; readonly uids: UidSet.UidSet }>
  metadata: Metadata.Metadata
}

export const isUnseen = ({ flags }: Placement): boolean => !Flag.includes(flags, "\\Seen")
export const isDeleted = ({ flags }: Placement): boolean => Flag.includes(flags, "\\Deleted")

export const uidsOf = (placements: ReadonlyArray<Placement>): UidSet.UidSet =>
  UidSet.fromUids(placements.map(({ uid }) => uid))

export const sizeOf = (placements: ReadonlyArray<Placement>): number =>
  placements.reduce((sum, { message }) => sum + message.bytes.length, 0)

export const toMailbox = (box: Box): Mailbox => ({
  id: box.id,
  name: box.name,
  specialUse: box.specialUse,
  subscribed: box.subscribed,
  uidValidity: box.uidValidity,
  uidNext: box.uidNext,
  highestModSeq: box.modSeq,
  exists: box.placements.length,
  unseen: box.placements.filter(isUnseen).length,
  deleted: box.placements.filter(isDeleted).length,
  size: sizeOf(box.placements),
  deletedSize: sizeOf(box.placements.filter(isDeleted))
})

export const toPlacements = ({ placements }: Box): Placements.Placements =>
  Placements.append(
    Placements.empty,
    // Messages have no numbers here; those that are asked of the store go by uid.
    placements.map(({ message, ...placement }) => ({ ...placement, message: 0, size: message.bytes.length }))
  )

export const toRecord = ({ message, ...placement }: Placement, fields: FetchFields): MessageRecord => ({
  uid: placement.uid,
  flags: placement.flags,
  modSeq: placement.modSeq,
  internalDate: placement.internalDate,
  saveDate: placement.saveDate,
  size: message.bytes.length,
  ...(fields.objectIds === true && { emailId: message.emailId, threadId: message.threadId }),
  ...(fields.envelope === true && { envelope: envelopeText(message.structure.envelope) }),
  ...(fields.bodyStructure === true && { bodyStructure: bodyStructureText(message.structure.root, true) }),
  ...(fields.structure === true && { structure: message.structure }),
  ...(fields.preview === true && { preview: preview(message.bytes, message.structure) }),
  ...(fields.verdict === true && message.protection && { verdict: message.protection.verdict }),
  ...(fields.original === true && message.protection?.original && { original: message.protection.original.slice() }),
  ...(fields.header === true && { header: message.bytes.slice(0, message.structure.root.bodyStart) }),
  ...(fields.bytes === true && { bytes: message.bytes.slice() })
})

export const toFacts = ({ message, ...placement }: Placement): Search.SearchFacts => ({
  ...placement,
  emailId: message.emailId,
  threadId: message.threadId,
  size: message.bytes.length,
  sentDay: message.structure.sentDay,
  headerText: () => fold(headerText(message.bytes, message.structure)),
  holds: (text, needle) =>
    fold((text === "header" ? headerText : bodyText)(message.bytes, message.structure)).includes(needle),
  mayHold: () => true
})

export const toSortFacts = ({ internalDate, message, uid }: Placement, wanted: ReadonlyArray<SortKey>): SortFacts => {
  const { sentAt = internalDate, ...keys } = sortKeys(message.structure)
  const values = { ...keys, date: sentAt, arrival: internalDate, size: message.bytes.length }
  return { uid, values: wanted.map((key) => values[key]) }
}

export const toThreadFacts = ({ internalDate, message: { structure }, uid }: Placement): ThreadFacts => {
  const { isReply, sentAt = internalDate, subject } = sortKeys(structure)
  return { uid, sentAt, subject, isReply, messageId: structure.messageId, references: threadReferences(structure) }
}

/** By code points, which is the order of UTF-8. */
export const byName = (a: Pick<Mailbox, "name">, b: Pick<Mailbox, "name">): number => {
  if (a.name === INBOX || b.name === INBOX) return a.name === INBOX ? -1 : 1
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))
}
