/** What a person writes, and the message that becomes of it (RFC 5322). */
import { type Body, compose, type Entity, type Headers } from "../message/Compose.ts"
import { formatDate } from "../message/Date.ts"
import { formatParameter } from "../message/Parameters.ts"
import type { Correspondent, Message } from "./Message.ts"

export interface File {
  readonly name: string
  /** As `image/png`. */
  readonly type: string
  readonly bytes: Uint8Array
}

export interface Letter {
  /** The account's own address where absent; another in its certificate, or a subaddress, may be given. */
  readonly from?: Correspondent
  readonly to: ReadonlyArray<Correspondent>
  readonly cc?: ReadonlyArray<Correspondent>
  readonly bcc?: ReadonlyArray<Correspondent>
  readonly subject: string
  readonly text: string
  /** The same once more; programs show the one they can. */
  readonly html?: string
  readonly files?: ReadonlyArray<File>
  /** Message-IDs without angle brackets, oldest first: the last is the one that is answered. */
  readonly references?: ReadonlyArray<string>
}

export interface Facts {
  readonly from: Correspondent
  /** Milliseconds. */
  readonly now: number
  /** With angle brackets. */
  readonly messageId: string
}

const ATOMS = /^[\w!#$%&'*+\-/=?^`{|}~ ]+$/

/** RFC 5322 §3.4; what could end a phrase or an address early is quoted or left out. */
const mailbox = ({ address, name }: Correspondent): string => {
  const safe = address.replaceAll(/[<>\s\p{Cc}]/gu, "")
  const text = name.replaceAll(/\p{Cc}+/gu, " ").trim()
  if (text === "") return safe
  return `${ATOMS.test(text) ? text : `"${text.replaceAll(/["\\]/g, "\\$&")}"`} <${safe}>`
}

const list = (
  name: string,
  correspondents: ReadonlyArray<Correspondent> = []
): Headers => correspondents.length === 0 ? [] : [[name, correspondents.map(mailbox).join(", ")]]

const bracketed = (ids: ReadonlyArray<string>): string => ids.map((id) => `<${id.replaceAll(/[<>\s]/g, "")}>`).join(" ")

const threading = (references: ReadonlyArray<string> = []): Headers =>
  references.length === 0
    ? []
    : [["In-Reply-To", bracketed(references.slice(-1))], ["References", bracketed(references)]]

const part = (body: Body, headers: Headers = []): Entity => ({ headers, body })

const body = ({ files = [], html, text }: Letter): Body => {
  const plain: Body = { _tag: "Text", text }
  const shown: Body = html === undefined
    ? plain
    : {
      _tag: "Multipart",
      subtype: "alternative",
      parts: [part(plain), part({ _tag: "Text", text: html, type: "text/html" })]
    }
  if (files.length === 0) return shown
  const kept = files.map(({ bytes, name, type }) =>
    part({ _tag: "Binary", bytes, type, parameters: [{ name: "name", value: name }] }, [
      ["Content-Disposition", `attachment; ${formatParameter({ name: "filename", value: name })}`]
    ])
  )
  return { _tag: "Multipart", subtype: "mixed", parts: [part(shown), ...kept] }
}

/** With Bcc, which the outgoing program takes out again: the copy in Sent tells whom it went to. */
export const write = (letter: Letter, { from, messageId, now }: Facts): Uint8Array =>
  compose({
    headers: [
      ["Date", formatDate(now)],
      ["From", mailbox(from)],
      ...list("To", letter.to),
      ...list("Cc", letter.cc),
      ...list("Bcc", letter.bcc),
      ["Subject", letter.subject],
      ["Message-ID", messageId],
      ...threading(letter.references),
      ["MIME-Version", "1.0"]
    ],
    body: body(letter)
  })

/** Everyone it goes to. */
export const recipients = ({ bcc = [], cc = [], to }: Letter): ReadonlyArray<string> =>
  Array.from(new Set([...to, ...cc, ...bcc].map(({ address }) => address)))

const isOneOf = (address: string, own: ReadonlyArray<string>): boolean =>
  own.some((one) => one.toLowerCase() === address.toLowerCase())

export interface ReplyOptions {
  /** Everyone else who got it, too. */
  readonly all?: boolean
  /** Addresses that are not answered to. */
  readonly own?: ReadonlyArray<string>
}

/** An answer without its text (RFC 5322 §3.6.2 to §3.6.5). */
export const reply = (
  { cc, from, messageId, references, replyTo, subject, to }: Message,
  { all = false, own = [] }: ReplyOptions = {}
): Letter => {
  const first = replyTo.length > 0 ? replyTo : from
  const taken = [...own, ...first.map(({ address }) => address)]
  return {
    to: first,
    cc: all ? [...to, ...cc].filter(({ address }) => !isOneOf(address, taken)) : [],
    subject: /^re:/i.test(subject) ? subject : `Re: ${subject}`,
    text: "",
    references: messageId === undefined ? references : [...references, messageId]
  }
}
