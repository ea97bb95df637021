/** A mailbox as every protocol shows it: names, roles, counters. */
import { Schema } from "effect"
import type { ModSeq, UidValidity } from "./Uid.ts"

/** Object id (RFC 8474 MAILBOXID): the same on every device of the account. 1-64 of `[A-Za-z0-9_-]`. */
export const MailboxId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/)).pipe(
  Schema.brand("leap-mail/MailboxId")
)
export type MailboxId = typeof MailboxId.Type

/** Object id (RFC 8474 EMAILID): one a message content, the same on every device. */
export const EmailId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9_-]{1,64}$/)).pipe(
  Schema.brand("leap-mail/EmailId")
)
export type EmailId = typeof EmailId.Type

/** The use attributes of RFC 6154 (IMAP `\Sent`), RFC 8457, as JMAP roles name them. */
export const SpecialUse = Schema.Literals(["drafts", "sent", "trash", "junk", "archive", "all", "flagged", "important"])
export type SpecialUse = typeof SpecialUse.Type

export const DELIMITER = "/"
export const INBOX = "INBOX"

/** UTF-8, NFC, parts joined by `/`, no empty part, INBOX in capitals when it is the first part. */
export type MailboxName = string

/** RFC 6855 §3: the controls of C0 and C1, DEL, and the two separators of lines and paragraphs. */
const FORBIDDEN = /[\p{Cc}\u2028\u2029]/u

const MAX_NAME_BYTES = 1000 // past this no client copes, and replies must fit a line

/** The name in canonical form, or why it cannot be one (a sentence for the person). */
export const parseName = (text: string): { readonly name: MailboxName } | { readonly refused: string } => {
  const trimmed = text.endsWith(DELIMITER) ? text.slice(0, -1) : text
  const normal = trimmed.normalize("NFC")
  const parts = normal.split(DELIMITER)
  if (parts.some((part) => part === "")) return { refused: "A mailbox name has no empty part between slashes" }
  if (FORBIDDEN.test(normal)) return { refused: "A mailbox name has no control characters" }
  if (!normal.isWellFormed()) return { refused: "The mailbox name is no valid Unicode" }
  if (new TextEncoder().encode(normal).length > MAX_NAME_BYTES) return { refused: "The mailbox name is too long" }
  // ASCII alone: `ı`, too, is an `I` in capitals.
  if (/^inbox$/i.test(parts[0] ?? "")) parts[0] = INBOX
  return { name: parts.join(DELIMITER) }
}

export interface Mailbox {
  readonly id: MailboxId
  readonly name: MailboxName
  readonly specialUse: SpecialUse | undefined
  readonly subscribed: boolean
  readonly uidValidity: UidValidity
  readonly uidNext: number
  /** Of the most recent change of any kind, expunges too; at least 1. */
  readonly highestModSeq: ModSeq
  readonly exists: number
  readonly unseen: number
  readonly deleted: number
  /** Sum of RFC822.SIZE. */
  readonly size: number
  /** The same of those with \Deleted. */
  readonly deletedSize: number
}

/** Made with an account, in this order; their ids are the names in lower case, so that all devices agree on them. */
export const STANDARD: ReadonlyArray<{ readonly name: MailboxName; readonly specialUse: SpecialUse | undefined }> = [
  { name: INBOX, specialUse: undefined },
  { name: "Drafts", specialUse: "drafts" },
  { name: "Sent", specialUse: "sent" },
  { name: "Trash", specialUse: "trash" },
  { name: "Junk", specialUse: "junk" },
  { name: "Archive", specialUse: "archive" }
]
