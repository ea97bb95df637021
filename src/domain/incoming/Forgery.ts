/** X-Leap headers are ours alone: those that came from outside are renamed, in the header of every part. */
import { headerFields } from "../message/Header.ts"
import { concat } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { RENAMED } from "./Recover.ts"

/** By its lower-case name. */
export const isOurs = (name: string): boolean => name.startsWith("x-leap-")

/** `X-Leap-Signature` -> `X-Original-X-Leap-Signature`. The same octets where there is nothing to rename. */
export const renameForged = (bytes: Uint8Array): Uint8Array => {
  const starts: Array<number> = []
  const visit = (part: Part): void => {
    for (const field of headerFields(bytes, part.headerStart, part.bodyStart)) {
      if (isOurs(field.name)) starts.push(field.start)
    }
    for (const child of part.parts) visit(child)
    if (part.message !== undefined) visit(part.message.root)
  }
  visit(parse(bytes).root)
  if (starts.length === 0) return bytes
  const pieces: Array<Uint8Array> = []
  let from = 0
  for (const start of starts.toSorted((a, b) => a - b)) {
    pieces.push(bytes.subarray(from, start), RENAMED)
    from = start
  }
  pieces.push(bytes.subarray(from))
  return concat(pieces)
}
