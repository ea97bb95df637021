/**
 * A message without its attachments, as devices pass it on: enough to list, search, preview and read it. The holes come as
 * contents of their own, when they are needed.
 */
import { Result } from "effect"
import type { MessageStructure, Part } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"

/** Smaller leaves stay in the outline: another blob costs more than it saves. */
export const MIN_HOLE_BYTES = 16 * 1024
/** Each is a blob that the document refers to. */
export const MAX_HOLES = 500
/** Of a message that an outline may stand for: no device makes a larger one. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

const LF = 10

export interface Hole {
  /** In the message. */
  readonly offset: number
  readonly length: number
  /** Line ends in it: the structure of what is around it counts them. */
  readonly lines: number
}

const countLines = (bytes: Uint8Array): number => {
  let count = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

/** Texts are what is searched and read; they stay. */
const largeLeaves = (root: Part): ReadonlyArray<Part> => {
  const found: Array<Part> = []
  const visit = (part: Part): void => {
    if (part.bodyEnd - part.bodyStart < MIN_HOLE_BYTES) return
    if (part.message !== undefined) visit(part.message.root)
    else if (part.parts.length > 0) part.parts.forEach(visit)
    else if (part.type !== "text") found.push(part)
  }
  visit(root)
  return found
}

/** The octets around the holes. */
export const cut = (bytes: Uint8Array, holes: ReadonlyArray<Hole>): Uint8Array => {
  const outline = new Uint8Array(holes.reduce((left, { length }) => left - length, bytes.length))
  let at = 0
  let written = 0
  for (const { length, offset } of holes) {
    outline.set(bytes.subarray(at, offset), written)
    written += offset - at
    at = offset + length
  }
  outline.set(bytes.subarray(at), written)
  return outline
}

/**
 * The octets of a message whose holes hold nothing but their line ends: it parses to the same structure. Fails with a
 * sentence where outline and holes do not fit together.
 */
export const fill = (outline: Uint8Array, holes: ReadonlyArray<Hole>): Result.Result<Uint8Array, string> => {
  const size = holes.reduce((sum, { length }) => sum + length, outline.length)
  if (size > MAX_MESSAGE_BYTES) return Result.fail("it would be larger than any message")
  const bytes = new Uint8Array(size)
  let at = 0
  let taken = 0
  for (const { length, lines, offset } of holes) {
    if (offset < at || lines > length || taken + offset - at > outline.length) {
      return Result.fail("its holes do not fit into it")
    }
    bytes.set(outline.subarray(taken, taken + offset - at), at)
    bytes.fill(LF, offset, offset + lines)
    taken += offset - at
    at = offset + length
  }
  bytes.set(outline.subarray(taken), at)
  return Result.succeed(bytes)
}

/** What of a message travels by itself. None where the rest would not be read as it is with them. */
export const holesOf = (bytes: Uint8Array, structure: MessageStructure = parse(bytes)): ReadonlyArray<Hole> => {
  const holes: Array<Hole> = []
  let at = 0
  for (const { bodyEnd, bodyStart } of largeLeaves(structure.root).slice(0, MAX_HOLES)) {
    if (bodyStart < at || bodyEnd > bytes.length) continue
    holes.push({
      offset: bodyStart,
      length: bodyEnd - bodyStart,
      lines: countLines(bytes.subarray(bodyStart, bodyEnd))
    })
    at = bodyEnd
  }
  if (holes.length === 0) return holes
  const filled = fill(cut(bytes, holes), holes)
  const isSame = Result.isSuccess(filled) && JSON.stringify(parse(filled.success)) === JSON.stringify(structure)
  return isSame ? holes : []
}
