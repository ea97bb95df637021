/** Responses to octets (RFC 3501 §9 `response`): latin1 strings joined, large bodies kept apart. */
import type { EntryName } from "../../../domain/mailbox/Metadata.ts"
import { imapString } from "../../../domain/message/ImapText.ts"
import { fromLatin1, latin1 } from "../../../domain/message/Latin1.ts"
import type { SectionSpec } from "../../../domain/message/Section.ts"
import { encodeDateTime } from "./DateTime.ts"
import { isAtomChar } from "./Lexer.ts"
import { encodeName, latin1OfUtf8 } from "./MailboxName.ts"
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

/** CHAR8 excludes NUL (RFC 3501 §4.3.1); like Dovecot, 0x80 stands in for it. */
const withoutNul = (octets: Uint8Array): Uint8Array =>
  octets.includes(0) ? octets.map((octet) => octet === 0 ? 0x80 : octet) : octets

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

/** Below this an octet array is cheaper as a string among strings. */
const LARGE = 32_768

type Pieces = Array<string | Uint8Array>

const origin = ({ offset }: { readonly offset: number | undefined }): string =>
  offset === undefined ? "" : `<${offset}>`

/** A name, and NIL or a literal: after `~` it is a `literal8`, which may hold NUL (RFC 3516). */
const literal = (name: string, mark: "" | "~", octets: Uint8Array | undefined, out: Pieces): void => {
  if (octets === undefined) {
    out.push(`${name} NIL`)
    return
  }
  out.push(`${name} ${mark}{${octets.length}}\r\n`)
  out.push(octets.length < LARGE ? latin1(octets) : octets)
}

const fetchData = (data: FetchData, out: Pieces): void => {
  switch (data._tag) {
    case "Uid":
      out.push(`UID ${data.uid}`)
      return
    case "Flags":
      out.push(`FLAGS (${data.flags.join(" ")})`)
      return
    case "InternalDate":
      out.push(`INTERNALDATE ${encodeDateTime(data.at)}`)
      return
    case "Size":
      out.push(`RFC822.SIZE ${data.octets}`)
      return
    case "ModSeq":
      out.push(`MODSEQ (${data.modSeq})`)
      return
    case "SaveDate":
      out.push(`SAVEDATE ${encodeDateTime(data.at)}`)
      return
    case "Written":
      out.push(`${data.name} ${data.text}`)
      return
    case "Body":
      literal(
        `${data.label ?? `BODY[${sectionName(data.section)}]`}${origin(data)}`,
        "",
        data.octets && withoutNul(data.octets),
        out
      )
      return
    case "Binary":
      literal(
        `BINARY[${data.path.join(".")}]${origin(data)}`,
        data.octets?.includes(0) === true ? "~" : "",
        data.octets,
        out
      )
  }
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

const pieces = (response: Response, isUtf8: boolean, out: Pieces): void => {
  switch (response._tag) {
    case "Status": {
      const bracket = response.code === undefined ? "" : `[${code(response.code)}] `
      out.push(`${response.tag ?? "*"} ${response.status} ${bracket}${oneLine(response.text)}\r\n`)
      return
    }
    case "Continue":
      out.push(`+ ${response.text}\r\n`)
      return
    case "Capability":
      out.push(`* CAPABILITY ${response.names.join(" ")}\r\n`)
      return
    case "List":
      out.push(
        `* ${response.name} (${response.attributes.join(" ")}) "/" ${mailbox(response.mailbox, isUtf8)}${
          childInfo(response.childInfo)
        }\r\n`
      )
      return
    case "Metadata":
      out.push(
        `* METADATA ${mailbox(response.mailbox, isUtf8)} (${response.entries.map(metadataEntry).join(" ")})\r\n`
      )
      return
    case "Namespace":
      out.push(`* NAMESPACE (("" "/")) NIL NIL\r\n`)
      return
    case "Enabled":
      out.push(`* ${["ENABLED", ...response.names].join(" ")}\r\n`)
      return
    case "Id":
      out.push(`* ID (${response.fields.map((pair) => pair.map(imapString).join(" ")).join(" ")})\r\n`)
      return
    case "MailboxStatus": {
      const items = response.items.map(([name, value]) => `${name} ${value}`).join(" ")
      out.push(`* STATUS ${mailbox(response.mailbox, isUtf8)} (${items})\r\n`)
      return
    }
    case "Flags":
      out.push(`* FLAGS (${response.flags.join(" ")})\r\n`)
      return
    case "Exists":
      out.push(`* ${response.count} EXISTS\r\n`)
      return
    case "Recent":
      out.push(`* ${response.count} RECENT\r\n`)
      return
    case "Expunge":
      out.push(`* ${response.number} EXPUNGE\r\n`)
      return
    case "Vanished":
      out.push(`* VANISHED ${response.earlier ? "(EARLIER) " : ""}${response.uids}\r\n`)
      return
    case "Numbers": {
      const modSeq = response.modSeq === undefined ? [] : [`(MODSEQ ${response.modSeq})`]
      out.push(`* ${[response.name, ...response.numbers, ...modSeq].join(" ")}\r\n`)
      return
    }
    case "ExtendedSearch":
      out.push(extendedSearch(response))
      return
    case "UidBatches": {
      const ranges = response.ranges.length === 0 ? "" : ` ${response.ranges.join(",")}`
      out.push(`* UIDBATCHES (TAG ${imapString(response.tag)})${ranges}\r\n`)
      return
    }
    case "Thread":
      out.push(response.threads === "" ? "* THREAD\r\n" : `* THREAD ${response.threads}\r\n`)
      return
    case "Fetch":
      out.push(`* ${response.number} ${response.name} (`)
      response.data.forEach((data, index) => {
        if (index > 0) out.push(" ")
        fetchData(data, out)
      })
      out.push(")\r\n")
  }
}

/** Small ones become one buffer; a large body is its own, uncopied. */
export const encode = (responses: ReadonlyArray<Response>, isUtf8 = false): ReadonlyArray<Uint8Array> => {
  const all: Pieces = []
  for (const response of responses) pieces(response, isUtf8, all)
  const out: Array<Uint8Array> = []
  let text: Array<string> = []
  for (const piece of all) {
    if (typeof piece === "string") text.push(piece)
    else {
      if (text.length > 0) out.push(fromLatin1(text.join("")))
      text = []
      out.push(piece)
    }
  }
  if (text.length > 0) out.push(fromLatin1(text.join("")))
  return out
}
