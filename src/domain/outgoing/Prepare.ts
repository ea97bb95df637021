/** What is put right in a message before it leaves: nothing that tells of hidden recipients, the machine or the hour. */
import { Option, Schema } from "effect"
import { formatDate, parseDate } from "../message/Date.ts"
import { headerFields, unfold } from "../message/Header.ts"
import { prependHeaders, removeHeadersWhere } from "../message/HeaderEdit.ts"
import { SendPolicy } from "./SendPolicy.ts"

const POLICY_HEADER = "x-leap-policy"

/** Bcc: RFC 5322 §3.6.3. Trace fields and programs tell where and how a person works. */
const PRIVATE = new Set([
  "bcc",
  "resent-bcc",
  "received",
  "return-path",
  "delivered-to",
  "user-agent",
  "x-mailer",
  "x-originating-ip",
  "x-mozilla-status",
  "x-mozilla-status2",
  "autocrypt",
  "autocrypt-gossip",
  "openpgp"
])

const isPrivate = (name: string): boolean => PRIVATE.has(name) || name.startsWith("x-leap-")

/** The wish that a mail program wrote into the message. */
export const policyOf = (bytes: Uint8Array): Option.Option<SendPolicy> => {
  const field = headerFields(bytes, 0, bytes.length).find(({ name }) => name === POLICY_HEADER)
  if (field === undefined) return Option.none()
  return Schema.decodeUnknownOption(SendPolicy)(unfold(bytes, field).toLowerCase())
}

export interface Facts {
  /** Milliseconds: the date of a message that has none. */
  readonly now: number
  /** With angle brackets: that of a message that has none. */
  readonly messageId: string
  /** The value of the Autocrypt field. */
  readonly autocrypt: string
}

/** The date loses its zone, which tells where the sender is. */
export const prepare = (bytes: Uint8Array, { autocrypt, messageId, now }: Facts): Uint8Array => {
  const fields = headerFields(bytes, 0, bytes.length)
  const written = fields.find(({ name }) => name === "date")
  const date = (written === undefined ? undefined : parseDate(unfold(bytes, written)))?.at ?? now
  const added: Array<readonly [string, string]> = [["Date", formatDate(date)], ["Autocrypt", autocrypt]]
  if (!fields.some(({ name }) => name === "message-id")) added.unshift(["Message-ID", messageId])
  return prependHeaders(removeHeadersWhere(bytes, (name) => name === "date" || isPrivate(name)), added)
}
