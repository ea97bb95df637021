/** A message where it lies, as a program shows it in a list: decoded, without its text. */
import type { Flag } from "../mailbox/Flag.ts"
import type { EmailId, MailboxId } from "../mailbox/Mailbox.ts"
import type { Uid } from "../mailbox/Uid.ts"
import { decodeWords } from "../message/EncodedWord.ts"
import type { EnvelopeAddress, MessageStructure } from "../message/MessageStructure.ts"
import { partsOf } from "./Part.ts"

/** A mailbox and a number in it, which is this device's own. */
export interface Place {
  readonly mailbox: MailboxId
  readonly uid: Uid
}

export interface Correspondent {
  /** Empty where none is given. */
  readonly name: string
  readonly address: string
}

/** A message that lies in two mailboxes is two of these, with one id and flags of their own. */
export interface Message extends Place {
  /** The same on every device, in every mailbox. */
  readonly id: EmailId
  /** One for messages that refer to each other; the same on every device. */
  readonly threadId: string
  readonly flags: ReadonlyArray<Flag>
  /** Milliseconds since 1970, as `savedAt` and `sentAt`. */
  readonly receivedAt: number
  /** When it came into this mailbox. */
  readonly savedAt: number
  /** As its writer says; undefined where that cannot be read. */
  readonly sentAt: number | undefined
  /** Octets. */
  readonly size: number
  readonly subject: string
  readonly from: ReadonlyArray<Correspondent>
  readonly replyTo: ReadonlyArray<Correspondent>
  readonly to: ReadonlyArray<Correspondent>
  readonly cc: ReadonlyArray<Correspondent>
  readonly bcc: ReadonlyArray<Correspondent>
  /** Without angle brackets, as those of `references`. */
  readonly messageId: string | undefined
  /** Oldest first. */
  readonly references: ReadonlyArray<string>
  /** How its text begins; at most 200 characters. */
  readonly preview: string
  readonly hasAttachment: boolean
}

/** What a store knows of it: fields of a `MessageRecord` that was fetched with `SUMMARY`. */
export interface Summary {
  readonly uid: Uid
  readonly flags: ReadonlyArray<Flag>
  readonly internalDate: number
  readonly saveDate: number
  readonly size: number
  readonly emailId?: EmailId
  readonly threadId?: string
  readonly structure?: MessageStructure
  readonly preview?: string
}

/** The `FetchFields` of a `Summary`. */
export const SUMMARY = { objectIds: true, structure: true, preview: true } as const

/** Names of groups (RFC 5322 §3.4) are nobody's address. */
const correspondents = (addresses: ReadonlyArray<EnvelopeAddress>): ReadonlyArray<Correspondent> =>
  addresses.filter(({ host }) => host !== undefined).map(({ host, mailbox, name }) => ({
    name: decodeWords(name ?? ""),
    address: decodeWords(host === "" ? mailbox ?? "" : `${mailbox ?? ""}@${host}`)
  }))

/** undefined where the record was not fetched with `SUMMARY`. */
export const messageOf = (mailbox: MailboxId, summary: Summary): Message | undefined => {
  const { emailId, flags, internalDate, preview, saveDate, size, structure, threadId, uid } = summary
  if (emailId === undefined || threadId === undefined || structure === undefined) return undefined
  const { envelope } = structure
  return {
    id: emailId,
    threadId,
    mailbox,
    uid,
    flags,
    receivedAt: internalDate,
    savedAt: saveDate,
    sentAt: structure.sentAt,
    size,
    subject: decodeWords(envelope.subject ?? ""),
    from: correspondents(envelope.from),
    replyTo: correspondents(envelope.replyTo),
    to: correspondents(envelope.to),
    cc: correspondents(envelope.cc),
    bcc: correspondents(envelope.bcc),
    messageId: structure.messageId,
    references: structure.references,
    preview: preview ?? "",
    hasAttachment: partsOf(structure).some(({ isAttachment }) => isAttachment)
  }
}
