/** What is put right in a message before it leaves: nothing that tells of hidden recipients, the machine or the hour. */
import { Option, Result, Schema } from "effect"
import { formatDate, parseDate } from "../message/Date.ts"
import { headerFields, unfold } from "../message/Header.ts"
import { replaceHeaders } from "../message/HeaderEdit.ts"
import { SendPolicy } from "./SendPolicy.ts"

const POLICY_HEADER = "x-leap-policy"

/** Bcc: RFC 5322 §3.6.3. Trace fields and programs tell where and how a person works. */
const PRIVATE = new Set([
  "bcc",
  "resent-bcc",
  "received",
  "return-path",
  "delivered-to",
  "x-original-to",
  "user-agent",
  "x-mailer",
  "x-newsreader",
  "x-mimeole",
  "x-originating-ip",
  "x-originating-email",
  "x-sender",
  "x-authenticated-sender",
  "x-priority-agent",
  "x-uidl",
  "x-uid",
  "x-keywords",
  "x-status",
  "status",
  "fcc",
  "autocrypt",
  "autocrypt-gossip",
  "openpgp"
])

/** What mail programs note for themselves in drafts. */
const PRIVATE_PREFIXES = ["x-leap-", "x-mozilla-", "x-identity-", "x-account-", "x-evolution-", "x-kmail-", "x-ms-"]

const isPrivate = (name: string): boolean =>
  PRIVATE.has(name) || PRIVATE_PREFIXES.some((prefix) => name.startsWith(prefix))

/** Somebody who asks for more than is known must not get less. */
export class UnknownPolicy extends Schema.TaggedError<UnknownPolicy>()("UnknownPolicy", { value: Schema.String }) {
  override get message(): string {
    return `X-Leap-Policy says ${this.value}: write prefer, require or never`
  }
}

/** The wish that a mail program wrote into the message, if any. */
export const policyOf = (bytes: Uint8Array): Result.Result<SendPolicy | undefined, UnknownPolicy> => {
  const fields = headerFields(bytes, 0, bytes.length).filter(({ name }) => name === POLICY_HEADER)
  const values = Array.from(new Set(fields.map((field) => unfold(bytes, field).toLowerCase())))
  const [value] = values
  if (value === undefined) return Result.succeed(undefined)
  const policy = values.length > 1 ? Option.none() : Schema.decodeUnknownOption(SendPolicy)(value)
  return Option.isSome(policy)
    ? Result.succeed(policy.value)
    : Result.fail(new UnknownPolicy({ value: values.join(" and ").replaceAll(/[^ -~]/g, "?").slice(0, 60) }))
}

export interface Facts {
  /** Milliseconds: the date of a message that has none. */
  readonly now: number
  /** With angle brackets: that of a message that has none. */
  readonly messageId: string
  /** The value of the Autocrypt field. */
  readonly autocrypt: string
  /** The value of the OpenPGP field. */
  readonly openpgp: string
}

/** The date loses its zone, which tells where the sender is. */
export const prepare = (bytes: Uint8Array, { autocrypt, messageId, now, openpgp }: Facts): Uint8Array => {
  const fields = headerFields(bytes, 0, bytes.length)
  const written = fields.find(({ name }) => name === "date")
  const date = (written === undefined ? undefined : parseDate(unfold(bytes, written)))?.at ?? now
  const added: Array<readonly [string, string]> = [
    ["Date", formatDate(date)],
    ["Autocrypt", autocrypt],
    ["OpenPGP", openpgp]
  ]
  if (!fields.some(({ name }) => name === "message-id")) added.unshift(["Message-ID", messageId])
  return replaceHeaders(bytes, (name) => name === "date" || isPrivate(name), added)
}
