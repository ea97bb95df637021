/** The text by which a message is found and previewed: headers and text parts decoded to Unicode. */
import * as Steps from "../mailbox/Steps.ts"
import { decodeText } from "./Charset.ts"
import { decodeWords, isAscii } from "./EncodedWord.ts"
import { fileName } from "./FileName.ts"
import { readFields, unfold } from "./Header.ts"
import { readingHtml } from "./Html.ts"
import type { MessageStructure, Part } from "./MessageStructure.ts"
import { parameter } from "./Parameters.ts"
import { decodedBody } from "./Section.ts"

/** RFC 8970 §3.1: a preview is at most 256 characters; 200 fill a line or two in every client. */
export const PREVIEW_LENGTH = 200
/** A preview needs the beginning of a part only; HTML hides it behind its styles. */
const PREVIEW_SOURCE = 128 * 1024
/** Where people write words, this much holds it. */
const PREVIEW_START = 2048
/**
 * Octets of a message's text parts, in their order. They are kept once more as text, and each search that the index does not
 * decide reads all of that. What people write is far below; Cyrus stops at 4 MB (`search_maxsize`).
 */
export const MAX_TEXT = 1024 * 1024

/** All header fields of the message, one a line, as `name: value`. */
export const headerText = (bytes: Uint8Array, structure: MessageStructure): string =>
  partHeaderText(bytes, structure.root)

const partHeaderText = (bytes: Uint8Array, part: Part): string => Steps.run(readingHeader(bytes, part))

/** Fields in a step. */
const STEP = 200

function* readingHeader(bytes: Uint8Array, part: Part): Steps.Steps<string> {
  const lines: Array<string> = []
  for (const field of readFields(bytes, part)) {
    if (lines.length % STEP === STEP - 1) yield
    lines.push(`${field.name}: ${decodeWords(unfold(bytes, field))}`)
  }
  return lines.join("\n")
}

/**
 * The text parts up to `MAX_TEXT`, HTML without its tags, with the headers of embedded messages and the names of all
 * attachments.
 */
export const bodyText = (bytes: Uint8Array, structure: MessageStructure): string =>
  Steps.run(readingBody(bytes, structure))

function* readingBody(bytes: Uint8Array, structure: MessageStructure): Steps.Steps<string> {
  const texts: Array<string> = []
  let left = MAX_TEXT
  function* visit(part: Part): Steps.Steps<void> {
    const name = fileName(part)
    if (name !== undefined) texts.push(name)
    if (part.message !== undefined) {
      texts.push(yield* readingHeader(bytes, part.message.root))
      yield* visit(part.message.root)
    } else if (part.type === "text" && left > 0) {
      if (part.bodyEnd - part.bodyStart > LARGE) yield
      texts.push(yield* readingPart(bytes, part, left))
      left -= part.bodyEnd - part.bodyStart
    }
    for (const child of part.parts) yield* visit(child)
  }
  yield* visit(structure.root)
  return texts.join("\n")
}

/** What SEARCH goes by: header and body, folded. */
export interface FoldedTexts {
  readonly header: string
  readonly body: string
}

/** In steps, whatever the message is made of. */
export function* foldingTexts(bytes: Uint8Array, structure: MessageStructure): Steps.Steps<FoldedTexts> {
  const header = yield* folding(yield* readingHeader(bytes, structure.root))
  return { header, body: yield* folding(yield* readingBody(bytes, structure)) }
}

/** Octets of a part that are worth a step of their own. */
const LARGE = 65_536

const partText = (bytes: Uint8Array, part: Part, limit: number): string => Steps.run(readingPart(bytes, part, limit))

/** A text part's content as Unicode; `limit` cuts its octets before decoding. */
function* readingPart(bytes: Uint8Array, part: Part, limit: number): Steps.Steps<string> {
  const within = part.bodyEnd - part.bodyStart <= limit ? part : { ...part, bodyEnd: part.bodyStart + limit }
  const body = decodedBody(within, bytes) ?? bytes.subarray(within.bodyStart, within.bodyEnd)
  if (body.length > LARGE) yield
  const text = decodeText(body, parameter(part.parameters, "charset"))
  if (text.length > LARGE) yield
  return part.subtype === "html" ? yield* readingHtml(text) : text
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
  const first = plain === undefined ? "" : plainBeginning(bytes, plain)
  return first === "" && other !== undefined ? shownOf(lineOf(partText(bytes, other, PREVIEW_SOURCE))) : first
}

/** Of most no more is decoded than is shown. */
const plainBeginning = (bytes: Uint8Array, part: Part): string => {
  const line = lineOf(partText(bytes, part, PREVIEW_START))
  return shownOf(line.length > ENOUGH ? line : lineOf(partText(bytes, part, PREVIEW_SOURCE)))
}

const WORDS = /[^\s\u0000-\u001f\u200b-\u200f\u00ad\ufeff]+/g

/** Characters of UTF-16. */
const MOST = PREVIEW_LENGTH * 2
/** So many that none of those shown is one that the end of the octets cut through. */
const ENOUGH = MOST + 8

/** Looks no further than it must. */
const lineOf = (text: string): string => {
  let line = ""
  for (const [word] of text.matchAll(WORDS)) {
    line = line === "" ? word : `${line} ${word}`
    if (line.length > ENOUGH) break
  }
  return line
}

const shownOf = (line: string): string => Array.from(line.slice(0, MOST)).slice(0, PREVIEW_LENGTH).join("").trim()

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

/** Characters folded in a step. */
const FOLDED = 8192
/** Compatibility makes up to eighteen characters of one; what is kept of a text stays within this. */
const MAX_FOLDED = 2 * MAX_TEXT

/** A mark belongs to the character before it: a text is not cut there, nor within a character. */
const CONTINUES = /[\p{M}\udc00-\udfff]/u

const isCut = (text: string, at: number): boolean => !CONTINUES.test((text[at] ?? "").normalize("NFKD").slice(0, 1))

/** `fold`, in steps. */
export function* folding(text: string): Steps.Steps<string> {
  let folded = ""
  for (let at = 0; at < text.length && folded.length < MAX_FOLDED;) {
    if (at > 0) yield
    let end = Math.min(at + FOLDED, text.length)
    const most = Math.min(end + FOLDED, text.length)
    while (end < most && !isCut(text, end)) end++
    folded += fold(text.slice(at, end))
    at = end
  }
  return folded
}
