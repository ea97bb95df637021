/** Mail that goes round in circles (RFC 5321 §6.3): each server that has it puts a Received field on top. */
import { isBlank, lineEnd, MAX_HEADER_BYTES } from "../message/Header.ts"

/** RFC 5321 §6.3: no fewer. */
const MAX_HOPS = 100

const NAME = new TextEncoder().encode("received:")
/** ASCII letters differ from those of the other case in one bit; the colon has it set. */
const CASE = 0x20

const isReceived = (bytes: Uint8Array, at: number): boolean =>
  NAME.every((octet, index) => ((bytes[at + index] ?? 0) | CASE) === octet)

export const isLooping = (bytes: Uint8Array): boolean => {
  const end = Math.min(bytes.length, MAX_HEADER_BYTES)
  let hops = 0
  for (let at = 0; at < end;) {
    const next = lineEnd(bytes, at, end)
    if (isBlank(bytes, at, next)) return false
    if (isReceived(bytes, at) && ++hops > MAX_HOPS) return true
    at = next
  }
  return false
}
