/** Messages with holes: large parts that are kept apart from the rest, and put back into their places. */
import type { Part } from "./MessageStructure.ts"

/** Of octets, where they are in the message. */
export interface Hole {
  readonly offset: number
  readonly length: number
}

/** Leaf parts of `least` octets and more, in the order of their octets, none inside another. */
export const largeLeaves = (root: Part, least: number): ReadonlyArray<Part> => {
  const found: Array<Part> = []
  const visit = (part: Part): void => {
    if (part.bodyEnd - part.bodyStart < least) return
    if (part.message !== undefined) visit(part.message.root)
    else if (part.parts.length > 0) part.parts.forEach(visit)
    else found.push(part)
  }
  visit(root)
  return found
}

/** The octets around the holes, which ascend. */
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

/** The octets again, NULs in the holes; undefined where outline and holes do not fit together. */
export const spread = (outline: Uint8Array, holes: ReadonlyArray<Hole>): Uint8Array | undefined => {
  const bytes = new Uint8Array(holes.reduce((sum, { length }) => sum + length, outline.length))
  let at = 0
  let taken = 0
  for (const { length, offset } of holes) {
    if (offset < at || taken + offset - at > outline.length) return undefined
    bytes.set(outline.subarray(taken, taken + offset - at), at)
    taken += offset - at
    at = offset + length
  }
  bytes.set(outline.subarray(taken), at)
  return bytes
}
