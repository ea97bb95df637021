/** Editing header fields of a raw message; every octet that is not meant stays as it was. */
import { headerFields } from "./Header.ts"
import { formatField } from "./HeaderText.ts"
import { concat } from "./Latin1.ts"

const encoder = new TextEncoder()

/** Removes all fields of the names, in any case. Looks at the message's own header block only. */
export const removeHeaders = (bytes: Uint8Array, names: Iterable<string>): Uint8Array => {
  const unwanted = new Set(Array.from(names, (name) => name.toLowerCase()))
  return removeHeadersWhere(bytes, (name) => unwanted.has(name))
}

/** As `removeHeaders`, by a rule over lower-case names (`x-leap-` and all that follows, say). */
export const removeHeadersWhere = (bytes: Uint8Array, isUnwanted: (name: string) => boolean): Uint8Array => {
  const pieces = without(bytes, isUnwanted, 0)
  return pieces.length === 1 ? bytes : concat(pieces)
}

/** What is left of it, from `start` on. */
const without = (bytes: Uint8Array, isUnwanted: (name: string) => boolean, start: number): Array<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  let from = start
  for (const field of headerFields(bytes, start, bytes.length)) {
    if (!isUnwanted(field.name)) continue
    pieces.push(bytes.subarray(from, field.start))
    from = field.end
  }
  pieces.push(bytes.subarray(from))
  return pieces
}

type Fields = ReadonlyArray<readonly [name: string, value: string]>

const written = (headers: Fields): Uint8Array =>
  encoder.encode(headers.map(([name, value]) => formatField(name, value)).join(""))

/** As `removeHeadersWhere` and then `prependHeaders`, and the message is copied once. */
export const replaceHeaders = (
  bytes: Uint8Array,
  isUnwanted: (name: string) => boolean,
  headers: Fields
): Uint8Array => {
  const at = mboxLineEnd(bytes)
  return concat([bytes.subarray(0, at), written(headers), ...without(bytes, isUnwanted, at)])
}

const NOTHING = new Uint8Array(0)

/**
 * Puts fields before all others, in the order given, then `more`, which are written already. An mbox `From ` line stays
 * first where there are no more: what came over a network has none that means anything.
 */
export const prependHeaders = (bytes: Uint8Array, headers: Fields, more: Uint8Array = NOTHING): Uint8Array => {
  const at = more.length > 0 ? 0 : mboxLineEnd(bytes)
  return concat([bytes.subarray(0, at), written(headers), more, bytes.subarray(at)])
}

const mboxLineEnd = (bytes: Uint8Array): number => {
  for (const [i, c] of [70, 114, 111, 109, 32].entries()) if (bytes[i] !== c) return 0
  const lf = bytes.indexOf(10)
  return lf < 0 ? 0 : lf + 1
}
