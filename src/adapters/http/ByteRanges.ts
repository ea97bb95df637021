/** Range requests (RFC 9110 §14.1.2): one range of bytes, which is what a client that reads a part of a message sends. */
import type { ByteRange } from "../../ports/BlobStore.ts"

const RANGE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/

/** undefined: no range that is understood, the whole is answered. */
export const parseRange = (header: string, size: number): ByteRange | "unsatisfiable" | undefined => {
  const match = RANGE.exec(header)
  if (match === null) return undefined
  const [, from, to, suffix] = match
  const first = from === undefined ? Math.max(0, size - Number(suffix)) : Number(from)
  const last = Math.min(to === undefined ? Infinity : Number(to), size - 1)
  // An end before the beginning is no range at all.
  if (to !== undefined && Number(to) < Number(from)) return undefined
  return first >= size || first > last ? "unsatisfiable" : { first, last }
}
