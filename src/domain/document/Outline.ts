/**
 * A message without its attachments, as devices pass it on: enough to list, search, preview and read it. The holes come as
 * contents of their own, when they are needed.
 */
import { Result } from "effect"
import { cut, type Hole as Place, largeLeaves, spread } from "../message/Holes.ts"
import type { MessageStructure } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"

/** Smaller leaves stay in the outline: another blob costs more than it saves. */
export const MIN_HOLE_BYTES = 16 * 1024
/** Each is a blob that the document refers to. */
export const MAX_HOLES = 500
/** Of a message that an outline may stand for: no device makes a larger one. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

const LF = 10

export interface Hole extends Place {
  /** Line ends in it: the structure of what is around it counts them. */
  readonly lines: number
}

const countLines = (bytes: Uint8Array): number => {
  let count = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

/**
 * The octets of a message whose holes hold nothing but their line ends: it parses to the same structure. Fails with a
 * sentence where outline and holes do not fit together.
 */
export const fill = (outline: Uint8Array, holes: ReadonlyArray<Hole>): Result.Result<Uint8Array, string> => {
  const size = holes.reduce((sum, { length }) => sum + length, outline.length)
  if (size > MAX_MESSAGE_BYTES) return Result.fail("it would be larger than any message")
  const bytes = holes.some(({ length, lines }) => lines > length) ? undefined : spread(outline, holes)
  if (bytes === undefined) return Result.fail("its holes do not fit into it")
  for (const { lines, offset } of holes) bytes.fill(LF, offset, offset + lines)
  return Result.succeed(bytes)
}

/** What of a message travels by itself. None where the rest would not be read as it is with them. */
export const holesOf = (bytes: Uint8Array, structure: MessageStructure = parse(bytes)): ReadonlyArray<Hole> => {
  const holes: Array<Hole> = []
  let at = 0
  // Texts are what is searched and read; they stay.
  const leaves = largeLeaves(structure.root, MIN_HOLE_BYTES).filter(({ type }) => type !== "text")
  for (const { bodyEnd, bodyStart } of leaves.slice(0, MAX_HOLES)) {
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
