/** ENVELOPE and BODYSTRUCTURE in the syntax of RFC 9051 §9, one character an octet. */
import { isAscii } from "./EncodedWord.ts"
import type { Envelope, EnvelopeAddress, Parameter, Part } from "./MessageStructure.ts"
import { encodeExtended, utf8Octets } from "./Parameters.ts"

/** RFC 9051: a longer quoted string is legal, but clients read literals more surely. */
const MAX_QUOTED = 4096

/** NIL, a quoted string, or a literal where the text holds what quotes cannot. */
export const imapString = (text: string | undefined): string => {
  if (text === undefined) return "NIL"
  let mustEscape = false
  let isQuotable = text.length <= MAX_QUOTED
  for (let i = 0; i < text.length && isQuotable; i++) {
    const c = text.charCodeAt(i)
    if (c > 126 || c === 0 || c === 10 || c === 13) isQuotable = false
    else if (c === 34 || c === 92) mustEscape = true
  }
  if (isQuotable) return mustEscape ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`
  // CHAR8 excludes NUL; like Dovecot, 0x80 stands in for it.
  const octets = utf8IfWide(text).replaceAll("\0", "\x80")
  return `{${octets.length}}\r\n${octets}`
}

/** Values that were decoded may hold characters past an octet. */
const utf8IfWide = (text: string): string => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return utf8Octets(text)
  return text
}

const address = (one: EnvelopeAddress): string =>
  `(${imapString(one.name)} ${imapString(one.route)} ${imapString(one.mailbox)} ${imapString(one.host)})`

const addressList = (list: ReadonlyArray<EnvelopeAddress>): string =>
  list.length === 0 ? "NIL" : `(${list.map(address).join("")})`

export const envelopeText = (envelope: Envelope): string =>
  `(${
    [
      imapString(envelope.date),
      imapString(envelope.subject),
      addressList(envelope.from),
      addressList(envelope.sender),
      addressList(envelope.replyTo),
      addressList(envelope.to),
      addressList(envelope.cc),
      addressList(envelope.bcc),
      imapString(envelope.inReplyTo),
      imapString(envelope.messageId)
    ].join(" ")
  })`

/** Values beyond ASCII go out in the extended form of RFC 2231, as a sender would have written them. */
const parameterList = (parameters: ReadonlyArray<Parameter>): string =>
  parameters.length === 0
    ? "NIL"
    : `(${
      parameters.map(({ name, value }) =>
        isAscii(value)
          ? `${imapString(name)} ${imapString(value)}`
          : `${imapString(`${name}*`)} ${imapString(encodeExtended(value))}`
      ).join(" ")
    })`

const disposition = (part: Part): string =>
  part.disposition === undefined
    ? "NIL"
    : `(${imapString(part.disposition)} ${parameterList(part.dispositionParameters)})`

const languages = (part: Part): string =>
  part.language.length === 0
    ? "NIL"
    : part.language.length === 1
    ? imapString(part.language[0])
    : `(${part.language.map(imapString).join(" ")})`

const extension = (part: Part): string => `${disposition(part)} ${languages(part)} ${imapString(part.location)}`

/** A multipart must show at least one body; Dovecot shows this one where there is none. */
const NOTHING = `("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)`

/** BODYSTRUCTURE when `extended`, else BODY. Depth is bounded by the parser. */
export const bodyStructureText = (part: Part, extended: boolean): string => {
  if (part.type === "multipart") {
    const children = part.parts.length === 0
      ? NOTHING
      : part.parts.map((one) => bodyStructureText(one, extended)).join("")
    return extended
      ? `(${children} ${imapString(part.subtype)} ${parameterList(part.parameters)} ${extension(part)})`
      : `(${children} ${imapString(part.subtype)})`
  }
  // The grammar wants an envelope after message/rfc822; one that was not opened is only octets.
  const isUnopened = part.type === "message" && (part.subtype === "rfc822" || part.subtype === "global") &&
    part.message === undefined
  const words = [
    isUnopened ? `"application" "octet-stream"` : `${imapString(part.type)} ${imapString(part.subtype)}`,
    parameterList(part.parameters),
    imapString(part.id),
    imapString(part.description),
    imapString(part.encoding),
    String(part.bodyEnd - part.bodyStart)
  ]
  if (part.message !== undefined) {
    words.push(envelopeText(part.message.envelope), bodyStructureText(part.message.root, extended))
  }
  if (part.type === "text" || part.message !== undefined) words.push(String(part.lines))
  if (extended) words.push(imapString(part.md5), extension(part))
  return `(${words.join(" ")})`
}
