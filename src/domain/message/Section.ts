/** IMAP body sections (RFC 9051 §6.4.5.1) and decoded parts (RFC 3516) as slices of the message. */
import * as Steps from "../mailbox/Steps.ts"
import { headerFields } from "./Header.ts"
import { concat } from "./Latin1.ts"
import type { MessageStructure, Part } from "./MessageStructure.ts"
import { decodeTransfer } from "./TransferEncoding.ts"

export interface SectionSpec {
  /** Part numbers from 1; empty is the message itself. */
  readonly path: ReadonlyArray<number>
  readonly text: "ALL" | "HEADER" | "TEXT" | "MIME" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT"
  readonly fields?: ReadonlyArray<string>
}

const CRLF = Uint8Array.of(13, 10)

/** The part that a non-empty path names. A message that is no multipart has itself as part 1. */
export const partAt = (structure: MessageStructure, path: ReadonlyArray<number>): Part | undefined => {
  let part = structure.root
  /** Is `part` the root of a message and not named by a number yet? */
  let isRoot = true
  for (const number of path) {
    if (!isRoot && part.type !== "multipart") {
      if (part.message === undefined) return undefined
      part = part.message.root
      isRoot = true
    }
    if (part.type === "multipart") {
      const child = part.parts[number - 1]
      if (child === undefined) return undefined
      part = child
    } else if (number !== 1) return undefined
    isRoot = false
  }
  return part
}

/** The octets of a section, or undefined where the message has no such thing (NIL in a FETCH response). */
export const section = (
  structure: MessageStructure,
  bytes: Uint8Array,
  spec: SectionSpec
): Uint8Array | undefined => {
  const part = partAt(structure, spec.path)
  if (part === undefined) return undefined
  const isWhole = spec.path.length === 0
  if (spec.text === "ALL") return isWhole ? bytes : bytes.subarray(part.bodyStart, part.bodyEnd)
  if (spec.text === "MIME") return isWhole ? undefined : bytes.subarray(part.headerStart, part.bodyStart)
  // HEADER and TEXT with a number ask for the message inside.
  const root = isWhole ? part : part.message?.root
  if (root === undefined) return undefined
  if (spec.text === "TEXT") return bytes.subarray(root.bodyStart, root.bodyEnd)
  return headerSection(bytes.subarray(root.headerStart, root.bodyStart), spec)
}

/** HEADER, HEADER.FIELDS and HEADER.FIELDS.NOT of a header block. */
export const headerSection = (header: Uint8Array, spec: SectionSpec): Uint8Array => {
  if (spec.text === "HEADER") return header
  const names = new Set((spec.fields ?? []).map((name) => name.toLowerCase()))
  const wanted = spec.text === "HEADER.FIELDS"
  const pieces: Array<Uint8Array> = []
  for (const field of headerFields(header, 0, header.length)) {
    if (names.has(field.name) === wanted) pieces.push(header.subarray(field.start, field.end))
  }
  const last = pieces.at(-1)
  // A header block cut short by the end of the message may lack its last line ending.
  if (last !== undefined && last[last.length - 1] !== 10) pieces.push(CRLF)
  pieces.push(CRLF)
  return concat(pieces)
}

/** `<offset.length>`: what lies outside is cut off; past the end it is empty. */
export const partial = (bytes: Uint8Array, offset: number, length: number): Uint8Array =>
  bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + length, bytes.length))

/** BINARY: the content without its transfer encoding. Only leaves are decoded; the empty path is the message. */
export const decodedPart = (structure: MessageStructure, bytes: Uint8Array, path: ReadonlyArray<number>) =>
  Steps.run(decodingPart(structure, bytes, path))

/** `decodedPart` in steps of some milliseconds. */
export function* decodingPart(
  structure: MessageStructure,
  bytes: Uint8Array,
  path: ReadonlyArray<number>
): Steps.Steps<Uint8Array | "UnknownEncoding" | undefined> {
  if (path.length === 0) return bytes
  const part = partAt(structure, path)
  return part === undefined ? undefined : (yield* decoding(part, bytes)) ?? "UnknownEncoding"
}

/** A part's body without its transfer encoding; undefined where the encoding is not known. */
export const decodedBody = (part: Part, bytes: Uint8Array): Uint8Array | undefined => Steps.run(decoding(part, bytes))

function* decoding(part: Part, bytes: Uint8Array): Steps.Steps<Uint8Array | undefined> {
  const body = bytes.subarray(part.bodyStart, part.bodyEnd)
  // RFC 2045 §6.4: composites have identity encodings whatever they claim.
  return part.type === "multipart" || part.message !== undefined ? body : yield* decodeTransfer(body, part.encoding)
}
