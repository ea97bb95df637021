/** Responses to octets (RFC 3501 §9 `response`). */
import type { EntryName } from "../../../domain/mailbox/Metadata.ts"
import { imapString } from "../../../domain/message/ImapText.ts"
import { latin1 } from "../../../domain/message/Latin1.ts"
import type { SectionSpec } from "../../../domain/message/Section.ts"
import { encodeDateTime } from "./DateTime.ts"
import { writeSlice } from "./EncodeSlice.ts"
import { isAtomChar } from "./Lexer.ts"
import { encodeName, latin1OfUtf8 } from "./MailboxName.ts"
import * as Octets from "./Octets.ts"
import type { Code, ExtendedSearch, FetchData, Response } from "./Response.ts"

/** As the octet stands in a URL (RFC 3986 §2.1). */
const percent = (octet: string): string => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`

const code = (value: Code): string => {
  switch (value._tag) {
    case "Word":
      return value.word
    case "Capability":
      return `CAPABILITY ${value.names.join(" ")}`
    case "PermanentFlags":
      return `PERMANENTFLAGS (${value.flags.join(" ")})`
    case "Number":
      return `${value.word} ${value.value}`
    case "InProgress":
      return `INPROGRESS (${imapString(value.tag)} NIL NIL)`
    case "Modified":
      return `MODIFIED ${value.set}`
    case "MailboxId":
      return `MAILBOXID (${value.id})`
    case "Metadata":
      return `METADATA ${value.word}${value.value === undefined ? "" : ` ${value.value}`}`
    case "BadEvent":
      return `BADEVENT (${value.events.join(" ")})`
    case "BadUrl":
      return `BADURL "${value.url.replaceAll(/[^\x20-\x7e]|["\\\]]/g, percent)}"`
    case "BadCharset":
      return `BADCHARSET (${value.known.join(" ")})`
    case "AppendUid":
      return `APPENDUID ${value.uidValidity} ${value.uids}`
    case "CopyUid":
      return `COPYUID ${value.uidValidity} ${value.source} ${value.target}`
  }
}

/** `text = 1*TEXT-CHAR`: one line of ASCII whatever the sentence held. */
const oneLine = (text: string): string => text.replaceAll(/[^\x20-\x7e]+/g, "?") || "."

/** `astring`: an atom where it can be one. */
const astring = (text: string): string => {
  for (let i = 0; i < text.length; i++) if (!isAtomChar(text.charCodeAt(i))) return imapString(text)
  return text === "" || text.toUpperCase() === "NIL" ? imapString(text) : text
}

/** `mailbox = astring`, in modified UTF-7, or in UTF-8 (RFC 9051 §9 `quoted`): an atom where it can be one. */
const mailbox = (name: string, isUtf8: boolean): string => {
  const text = isUtf8 ? latin1OfUtf8(name) : encodeName(name)
  // A name has no control characters: it fits a quoted string.
  return /[\x80-\xff]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : astring(text)
}

export const sectionName = (section: SectionSpec): string => {
  const text = section.text === "ALL"
    ? ""
    : section.fields === undefined
    ? section.text
    : `${section.text} (${section.fields.map(fieldName).join(" ")})`
  const path = section.path.join(".")
  return path === "" || text === "" ? path + text : `${path}.${text}`
}

const fieldName = (name: string): string => {
  for (let i = 0; i < name.length; i++) if (!isAtomChar(name.charCodeAt(i))) return imapString(name)
  return name === "" ? "\"\"" : name
}

/** A `Buffer` looks for an octet in a tenth of the time that an array takes. */
const hasNul = ({ buffer, byteOffset, length }: Uint8Array): boolean =>
  Buffer.from(buffer, byteOffset, length).includes(0)

/** CHAR8 excludes NUL (RFC 3501 §4.3.1); like Dovecot, 0x80 stands in for it. */
const withoutNul = (octets: Uint8Array): Uint8Array =>
  hasNul(octets) ? octets.map((octet) => octet === 0 ? 0x80 : octet) : octets

/** `mbox-list-extended` (RFC 5258 §6) */
const childInfo = (criteria: ReadonlyArray<string> | undefined): string =>
  criteria === undefined ? "" : ` ("CHILDINFO" (${criteria.map(imapString).join(" ")}))`

/** `entry-value = entry SP value` (RFC 5464 §5). A value with NUL is a literal8. */
const metadataEntry = ([name, value]: readonly [EntryName, Uint8Array | undefined]): string => {
  if (value === undefined) return `${astring(name)} NIL`
  return value.includes(0)
    ? `${astring(name)} ~{${value.length}}\r\n${latin1(value)}`
    : `${astring(name)} ${imapString(latin1(value))}`
}

const dataText = (data: Exclude<FetchData, Literal>): string => {
  switch (data._tag) {
    case "Uid":
      return `UID ${data.uid}`
    case "Flags":
      return `FLAGS (${data.flags.join(" ")})`
    case "InternalDate":
      return `INTERNALDATE ${encodeDateTime(data.at)}`
    case "Size":
      return `RFC822.SIZE ${data.octets}`
    case "ModSeq":
      return `MODSEQ (${data.modSeq})`
    case "SaveDate":
      return `SAVEDATE ${encodeDateTime(data.at)}`
    case "Written":
      return `${data.name} ${data.text}`
  }
}

type Literal = Extract<FetchData, { readonly _tag: "Body" | "Binary" }>

const literalName = (data: Literal): string => {
  const { offset } = data
  const name = data._tag === "Body"
    ? data.label ?? `BODY[${sectionName(data.section)}]`
    : `BINARY[${data.path.join(".")}]`
  return offset === undefined ? name : `${name}<${offset}>`
}

/** After `~` it is a `literal8`, which may hold NUL (RFC 3516). */
const literalMark = (tag: Literal["_tag"], octets: Uint8Array): "" | "~" =>
  tag === "Binary" && hasNul(octets) ? "~" : ""

const fetch = (out: Octets.Octets, { data, name, number }: Extract<Response, { readonly _tag: "Fetch" }>): void => {
  let text = `* ${number} ${name} (`
  for (let index = 0; index < data.length; index++) {
    const one = data[index] as FetchData
    if (index > 0) text += " "
    if (one._tag !== "Body" && one._tag !== "Binary") text += dataText(one)
    else if (one.octets === undefined) text += `${literalName(one)} NIL`
    else {
      const mark = literalMark(one._tag, one.octets)
      Octets.text(out, `${text}${literalName(one)} ${mark}{${one.octets.length}}\r\n`)
      Octets.bytes(out, mark === "" ? withoutNul(one.octets) : one.octets)
      text = ""
    }
  }
  Octets.text(out, `${text})\r\n`)
}

const extendedSearch = ({ all, count, max, min, modSeq, partial, tag, uid }: ExtendedSearch): string => {
  const items = [
    uid ? " UID" : "",
    min === undefined ? "" : ` MIN ${min}`,
    max === undefined ? "" : ` MAX ${max}`,
    all === undefined ? "" : ` ALL ${all}`,
    partial === undefined ? "" : ` PARTIAL (${partial.range} ${partial.set ?? "NIL"})`,
    count === undefined ? "" : ` COUNT ${count}`,
    modSeq === undefined ? "" : ` MODSEQ ${modSeq}`
  ]
  return `* ESEARCH (TAG ${imapString(tag)})${items.join("")}\r\n`
}

/** All but FETCH, which may be long: one string. */
const line = (response: Exclude<Response, { readonly _tag: "Fetch" | "FetchSlice" }>, isUtf8: boolean): string => {
  switch (response._tag) {
    case "Status": {
      const bracket = response.code === undefined ? "" : `[${code(response.code)}] `
      return `${response.tag ?? "*"} ${response.status} ${bracket}${oneLine(response.text)}\r\n`
    }
    case "Continue":
      return `+ ${response.text}\r\n`
    case "Capability":
      return `* CAPABILITY ${response.names.join(" ")}\r\n`
    case "List":
      return `* ${response.name} (${response.attributes.join(" ")}) "/" ${mailbox(response.mailbox, isUtf8)}${
        childInfo(response.childInfo)
      }${response.oldName === undefined ? "" : ` ("OLDNAME" (${mailbox(response.oldName, isUtf8)}))`}\r\n`
    case "Metadata":
      return `* METADATA ${mailbox(response.mailbox, isUtf8)} (${response.entries.map(metadataEntry).join(" ")})\r\n`
    case "MetadataChanged":
      return `* METADATA ${mailbox(response.mailbox, isUtf8)} ${response.entries.map(astring).join(" ")}\r\n`
    case "Quota":
      return `* QUOTA ${astring(response.root)} (${response.resources.flat().join(" ")})\r\n`
    case "QuotaRoot":
      return `* ${["QUOTAROOT", mailbox(response.mailbox, isUtf8), ...response.roots.map(astring)].join(" ")}\r\n`
    case "Namespace":
      return `* NAMESPACE (("" "/")) NIL NIL\r\n`
    case "Enabled":
      return `* ${["ENABLED", ...response.names].join(" ")}\r\n`
    case "Id":
      return `* ID (${response.fields.map((pair) => pair.map(imapString).join(" ")).join(" ")})\r\n`
    case "MailboxStatus": {
      const items = response.items.map(([name, value]) => `${name} ${value}`).join(" ")
      return `* STATUS ${mailbox(response.mailbox, isUtf8)} (${items})\r\n`
    }
    case "Flags":
      return `* FLAGS (${response.flags.join(" ")})\r\n`
    case "Exists":
      return `* ${response.count} EXISTS\r\n`
    case "Recent":
      return `* ${response.count} RECENT\r\n`
    case "Expunge":
      return `* ${response.number} EXPUNGE\r\n`
    case "Vanished":
      return `* VANISHED ${response.earlier ? "(EARLIER) " : ""}${response.uids}\r\n`
    case "Numbers": {
      const modSeq = response.modSeq === undefined ? "" : ` (MODSEQ ${response.modSeq})`
      return `* ${response.name}${response.numbers === "" ? "" : ` ${response.numbers}`}${modSeq}\r\n`
    }
    case "ExtendedSearch":
      return extendedSearch(response)
    case "UidBatches": {
      const ranges = response.ranges.length === 0 ? "" : ` ${response.ranges.join(",")}`
      return `* UIDBATCHES (TAG ${imapString(response.tag)})${ranges}\r\n`
    }
    case "Thread":
      return response.threads === "" ? "* THREAD\r\n" : `* THREAD ${response.threads}\r\n`
  }
}

export const write = (out: Octets.Octets, response: Response, isUtf8: boolean): void => {
  if (response._tag === "Fetch") fetch(out, response)
  else if (response._tag === "FetchSlice") writeSlice(out, response)
  else Octets.text(out, line(response, isUtf8))
}
