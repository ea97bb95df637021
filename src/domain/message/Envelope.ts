/** The envelope of a header block (RFC 9051 §7.5.2). Repeated address fields are joined, of others the first counts. */
import { parseAddresses } from "./Addresses.ts"
import { type HeaderField, unfold } from "./Header.ts"
import type { Envelope, EnvelopeAddress } from "./MessageStructure.ts"

export const envelopeOf = (bytes: Uint8Array, fields: ReadonlyArray<HeaderField>): Envelope => {
  const first = (name: string): string | undefined => {
    const field = fields.find((one) => one.name === name)
    return field === undefined ? undefined : unfold(bytes, field)
  }
  const addresses = (name: string): ReadonlyArray<EnvelopeAddress> =>
    // RFC 5322 §4.5.3: several occurrences count as one list.
    fields.filter((one) => one.name === name).flatMap((field) => parseAddresses(unfold(bytes, field)))
  const from = addresses("from")
  const orFrom = (list: ReadonlyArray<EnvelopeAddress>): ReadonlyArray<EnvelopeAddress> =>
    list.length === 0 ? from : list
  return {
    date: first("date"),
    subject: first("subject"),
    from,
    sender: orFrom(addresses("sender")),
    replyTo: orFrom(addresses("reply-to")),
    to: addresses("to"),
    cc: addresses("cc"),
    bcc: addresses("bcc"),
    inReplyTo: first("in-reply-to"),
    messageId: first("message-id")
  }
}

/** Threading walks these; a longer list is cut at its old end, the recent ones matter. */
export const MAX_REFERENCES = 1000

/** RFC 5322 §2.1.1: no line is longer. */
const MAX_ID = 998

/** Quoting does not tell ids apart (RFC 5256 §3): `"a"@b` is `a@b`. */
const unquoted = (id: string): string => {
  if (!id.includes("\"")) return id
  const out: Array<string> = []
  let isQuoted = false
  for (let at = 0; at < id.length; at++) {
    const c = id[at] as string
    if (c === "\"") isQuoted = !isQuoted
    else out.push(c === "\\" && isQuoted ? id[++at] ?? "" : c)
  }
  return out.join("")
}

/** What stands between `<` and `>`, white space and quotes removed. */
export const messageIds = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let open = text.indexOf("<"); open >= 0;) {
    const close = text.indexOf(">", open)
    if (close < 0) break
    const id = unquoted(text.slice(text.lastIndexOf("<", close) + 1, close).replaceAll(/[ \t]/g, ""))
    if (id !== "" && id.length <= MAX_ID) found.push(id)
    open = text.indexOf("<", close)
  }
  return found.slice(-MAX_REFERENCES)
}
