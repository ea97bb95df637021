/** The text by which a message is found and previewed: headers and text parts decoded to Unicode. */
import { decodeText } from "./Charset.ts"
import { decodeWords, isAscii } from "./EncodedWord.ts"
import { fileName } from "./FileName.ts"
import { readFields, unfold } from "./Header.ts"
import { htmlText } from "./Html.ts"
import type { MessageStructure, Part } from "./MessageStructure.ts"
import { parameter } from "./Parameters.ts"
import { decodedBody } from "./Section.ts"

/** RFC 8970 §3.1: a preview is at most 256 characters; 200 fill a line or two in every client. */
export const PREVIEW_LENGTH = 200
/** A preview needs the beginning of a part only; HTML hides it behind its styles. */
const PREVIEW_SOURCE = 128 * 1024
/**
 * Octets of a message's text parts, in their order. They become text in one piece while mail is stored, and nobody else is
 * served meanwhile: so much HTML takes a tenth of a second, 50 MB took six. What people write is far below; Cyrus stops
 * at 4 MB (`search_maxsize`).
 */
export const MAX_TEXT = 1024 * 1024

/** All header fields of the message, one a line, as `name: value`. */
export const headerText = (bytes: Uint8Array, structure: MessageStructure): string =>
  partHeaderText(bytes, structure.root)

const partHeaderText = (bytes: Uint8Array, part: Part): string =>
  readFields(bytes, part)
    .map((field) => `${field.name}: ${decodeWords(unfold(bytes, field))}`).join("\n")

/**
 * The text parts up to `MAX_TEXT`, HTML without its tags, with the headers of embedded messages and the names of all
 * attachments.
 */
export const bodyText = (bytes: Uint8Array, structure: MessageStructure): string => {
  const texts: Array<string> = []
  let left = MAX_TEXT
  const visit = (part: Part): void => {
    const name = fileName(part)
    if (name !== undefined) texts.push(name)
    if (part.message !== undefined) {
      texts.push(partHeaderText(bytes, part.message.root))
      visit(part.message.root)
    } else if (part.type === "text" && left > 0) {
      texts.push(partText(bytes, part, left))
      left -= part.bodyEnd - part.bodyStart
    }
    for (const child of part.parts) visit(child)
  }
  visit(structure.root)
  return texts.join("\n")
}

/** A text part's content as Unicode; `limit` cuts its octets before decoding. */
export const partText = (bytes: Uint8Array, part: Part, limit = Number.POSITIVE_INFINITY): string => {
  const within = part.bodyEnd - part.bodyStart <= limit ? part : { ...part, bodyEnd: part.bodyStart + limit }
  const body = decodedBody(within, bytes) ?? bytes.subarray(within.bodyStart, within.bodyEnd)
  const text = decodeText(body, parameter(part.parameters, "charset"))
  return part.subtype === "html" ? htmlText(text) : text
}

/** PREVIEW (RFC 8970): the beginning of what a person reads first, white space collapsed. */
export const preview = (bytes: Uint8Array, structure: MessageStructure): string => {
  let plain: Part | undefined
  let other: Part | undefined
  const visit = (part: Part): void => {
    if (part.type === "text" && part.disposition !== "attachment") {
      if (part.subtype === "plain") plain ??= part
      else if (part.subtype === "html" || part.subtype === "enriched") other ??= part
    }
    for (const child of part.parts) if (plain === undefined) visit(child)
    if (part.message !== undefined && plain === undefined && other === undefined) visit(part.message.root)
  }
  visit(structure.root)
  // A plain part that says nothing is a placeholder for the HTML one.
  const first = plain === undefined ? "" : beginning(partText(bytes, plain, PREVIEW_SOURCE))
  return first === "" && other !== undefined ? beginning(partText(bytes, other, PREVIEW_SOURCE)) : first
}

const WORDS = /[^\s\u0000-\u001f\u200b-\u200f\u00ad\ufeff]+/g

/** Looks no further than it must. */
const beginning = (text: string): string => {
  let line = ""
  for (const [word] of text.matchAll(WORDS)) {
    line = line === "" ? word : `${line} ${word}`
    if (line.length > PREVIEW_LENGTH * 2) break
  }
  return Array.from(line.slice(0, PREVIEW_LENGTH * 2)).slice(0, PREVIEW_LENGTH).join("").trim()
}

/** All values of a header field of the message, decoded. */
export const fieldValues = (bytes: Uint8Array, structure: MessageStructure, field: string): ReadonlyArray<string> => {
  const name = field.toLowerCase()
  return readFields(bytes, structure.root)
    .filter((one) => one.name === name).map((one) => decodeWords(unfold(bytes, one)))
}

/**
 * Two texts that a person takes for the same fold to the same: compatibility decomposition and full case folding, a
 * superset of i;unicode-casemap (RFC 5051). `STRASSE` finds `Straße`, `ﬁ` is `fi`, the final sigma is a sigma.
 */
export const fold = (text: string): string => {
  if (isAscii(text)) return text.toLowerCase()
  // Down, up and down again: the capital sharp s is its own upper case, and only upper case expands it.
  const folded = text.normalize("NFKD").toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll("ς", "σ").normalize("NFKD")
}
