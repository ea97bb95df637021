/** X-Leap headers are ours alone: those that came from outside are renamed, in the header of every part. */
import { headerFields } from "../message/Header.ts"
import { concat } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { RENAMED } from "./Recover.ts"

/** By its lower-case name. */
export const isOurs = (name: string): boolean => name.startsWith("x-leap-")

const NAME = new TextEncoder().encode("x-leap-")

/** Does it occur at all, in whichever case? Of most mail it does not, and then nothing is parsed. */
const occurs = (bytes: Uint8Array): boolean => {
  const [, dash = 0] = NAME
  for (let at = bytes.indexOf(dash, 1); at >= 0; at = bytes.indexOf(dash, at + 1)) {
    let same = 0
    while (same < NAME.length && ((bytes[at - 1 + same] ?? 0) | 0x20) === ((NAME[same] ?? 0) | 0x20)) same++
    if (same === NAME.length) return true
  }
  return false
}

/** `X-Leap-Signature` -> `X-Original-X-Leap-Signature`. The same octets where there is nothing to rename. */
export const renameForged = (bytes: Uint8Array): Uint8Array => {
  if (!occurs(bytes)) return bytes
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
