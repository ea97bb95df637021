/** What of a message decides its place in a sorted or threaded list (RFC 5256, RFC 5957): derived once, at arrival. */
import { decodeWords } from "../message/EncodedWord.ts"
import type { EnvelopeAddress, MessageStructure } from "../message/MessageStructure.ts"
import { fold } from "../message/SearchText.ts"
import * as BaseSubject from "./BaseSubject.ts"

/** Sort keys of RFC 5256 §3 and RFC 5957 §4. */
export const SORT_KEYS = [
  "arrival",
  "cc",
  "date",
  "from",
  "size",
  "subject",
  "to",
  "displayFrom",
  "displayTo"
] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** Texts are folded (`SearchText.fold`), so that comparing them compares without case. Absent fields are empty. */
export interface SortKeys {
  /** `Date:` in milliseconds; where it cannot be read, the internal date counts (RFC 5256 §2.2). */
  readonly sentAt: number | undefined
  /** The base subject. */
  readonly subject: string
  readonly isReply: boolean
  /** The local part of the first address. */
  readonly from: string
  readonly to: string
  readonly cc: string
  readonly displayFrom: string
  readonly displayTo: string
}

/** Of a key; nobody tells longer ones apart, and comparing them would take a hostile mailbox's time. */
const MAX_LENGTH = 500

const key = (text: string): string => fold(text.slice(0, MAX_LENGTH)).slice(0, MAX_LENGTH)

const decoded = (octets: string | undefined): string => decodeWords(octets ?? "")

const mailbox = ([first]: ReadonlyArray<EnvelopeAddress>): string => key(decoded(first?.mailbox))

/** RFC 5957 §3 */
const display = ([first]: ReadonlyArray<EnvelopeAddress>): string => {
  const name = decoded(first?.name)
  if (name !== "") return key(name)
  return key(first?.host === undefined ? decoded(first?.mailbox) : decoded(`${first.mailbox ?? ""}@${first.host}`))
}

export const sortKeys = ({ envelope, sentAt }: MessageStructure): SortKeys => {
  const { isReply, text } = BaseSubject.ofHeader(envelope.subject)
  return {
    sentAt,
    subject: key(text),
    isReply,
    from: mailbox(envelope.from),
    to: mailbox(envelope.to),
    cc: mailbox(envelope.cc),
    displayFrom: display(envelope.from),
    displayTo: display(envelope.to)
  }
}
