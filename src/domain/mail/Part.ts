/** The parts of a message as a program lists and opens them, numbered as IMAP does (RFC 9051 §6.4.5.1). */
import { decodeText } from "../message/Charset.ts"
import { fileName } from "../message/FileName.ts"
import type { MessageStructure, Part as Entity } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"
import { decodedBody, partAt } from "../message/Section.ts"

export interface Part {
  /** `1`, `2.1`: what opens it. */
  readonly number: string
  /** As `text/plain`, lower case. */
  readonly type: string
  /** The file name that its writer gave, decoded. It may hold anything: never use it as a path. */
  readonly name: string | undefined
  readonly charset: string | undefined
  /** What `cid:` in HTML refers to, without angle brackets. */
  readonly contentId: string | undefined
  /** Octets as transferred; decoded it is smaller. */
  readonly size: number
  /** To be kept as a file rather than shown. */
  readonly isAttachment: boolean
}

/** They protect what is shown, and are nothing to keep. */
const SIGNATURES = new Set(["application/pgp-signature", "application/pkcs7-signature"])

const typeOf = ({ subtype, type }: Entity): string => `${type}/${subtype}`

const describe = (number: string, part: Entity): Part => {
  const type = typeOf(part)
  const name = fileName(part)
  const isKept = part.disposition === "attachment" || part.message !== undefined ||
    (name !== undefined && part.disposition !== "inline")
  return {
    number,
    type,
    name,
    charset: parameter(part.parameters, "charset"),
    contentId: part.id?.replace(/^<(.*)>$/, "$1"),
    size: part.bodyEnd - part.bodyStart,
    isAttachment: isKept && !SIGNATURES.has(type)
  }
}

const walk = (structure: MessageStructure, entersMessages: boolean): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  const visit = (entity: Entity, path: string): void => {
    const below = (index: number) => path === "" ? String(index) : `${path}.${index}`
    for (const [index, part] of entity.parts.entries()) visit(part, below(index + 1))
    if (entity.type === "multipart") return
    parts.push(describe(path, entity))
    if (entersMessages && entity.message !== undefined) visitMessage(entity.message.root, path)
  }
  // A message that is no multipart is its own part 1.
  const visitMessage = (root: Entity, path: string): void =>
    visit(root, root.type === "multipart" ? path : path === "" ? "1" : `${path}.1`)
  visitMessage(structure.root, "")
  return parts
}

/** Leaves and embedded messages in the order of the message, those inside embedded messages too. */
export const partsOf = (structure: MessageStructure): ReadonlyArray<Part> => walk(structure, true)

/** Its octets, without their transfer encoding where that is known; `encoding` says that it is not. */
export interface OpenedPart extends Part {
  readonly bytes: Uint8Array
  readonly encoding: string | undefined
}

const NUMBER = /^[1-9]\d{0,8}(\.[1-9]\d{0,8}){0,99}$/

/** undefined where the message has no such part. */
export const openPart = (structure: MessageStructure, bytes: Uint8Array, number: string): OpenedPart | undefined => {
  const part = NUMBER.test(number) ? partAt(structure, number.split(".").map(Number)) : undefined
  if (part === undefined) return undefined
  const decoded = decodedBody(part, bytes)
  return {
    ...describe(number, part),
    bytes: decoded ?? bytes.subarray(part.bodyStart, part.bodyEnd),
    encoding: decoded === undefined ? part.encoding : undefined
  }
}

/** What a person reads: the first text of each kind that is no attachment, nor in one. HTML is as it came: hostile. */
export interface Text {
  readonly plain: string | undefined
  readonly html: string | undefined
}

export const textOf = (structure: MessageStructure, bytes: Uint8Array): Text => {
  const shown = walk(structure, false).filter(({ isAttachment }) => !isAttachment)
  const text = (type: string): string | undefined => {
    const part = shown.find((one) => one.type === type)
    const opened = part === undefined ? undefined : openPart(structure, bytes, part.number)
    return opened === undefined ? undefined : decodeText(opened.bytes, opened.charset)
  }
  return { plain: text("text/plain"), html: text("text/html") }
}
