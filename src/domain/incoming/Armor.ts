/** OpenPGP in the text of a part, without MIME: armored messages and the cleartext framework (RFC 9580 §6, §7). */
import { fromLatin1 } from "../message/Latin1.ts"

export interface Block {
  readonly kind: "message" | "signed"
  /** Octets of the text. */
  readonly start: number
  readonly end: number
}

const KINDS = [
  ["message", "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"],
  ["signed", "-----BEGIN PGP SIGNED MESSAGE-----", "-----END PGP SIGNATURE-----"]
] as const

const SIGNATURE = "-----BEGIN PGP SIGNATURE-----"

/** More in one text is no letter. */
const MAX_BLOCKS = 16

/** Where `needle` begins a line and nothing but white space follows it on that line. */
const lineWith = (text: string, needle: string, from: number): { at: number; next: number } | undefined => {
  for (let at = text.indexOf(needle, from); at >= 0; at = text.indexOf(needle, at + 1)) {
    if (at > 0 && text[at - 1] !== "\n") continue
    const lf = text.indexOf("\n", at)
    const next = lf < 0 ? text.length : lf + 1
    if (text.slice(at + needle.length, next).trim() === "") return { at, next }
  }
  return undefined
}

/** In order, none inside another. `text`: one character an octet. */
export const blocks = (text: string): ReadonlyArray<Block> => {
  const found: Array<Block> = []
  let from = 0
  while (found.length < MAX_BLOCKS) {
    let first: Block | undefined
    for (const [kind, begin, end] of KINDS) {
      const opening = lineWith(text, begin, from)
      const closing = opening && lineWith(text, end, opening.next)
      if (closing !== undefined && opening !== undefined && (first === undefined || opening.at < first.start)) {
        first = { kind, start: opening.at, end: closing.next }
      }
    }
    if (first === undefined) return found
    found.push(first)
    from = first.end
  }
  return found
}

/** Nothing but white space around it: what it holds may take the place of the entire text. */
export const isAlone = (text: string, { end, start }: Block): boolean =>
  text.slice(0, start).trim() === "" && text.slice(end).trim() === ""

/** Of an armor header like `Charset: utf-8`; undefined where there is none. */
export const armorHeader = (block: string, name: string): string | undefined => {
  for (const line of block.split("\n").slice(1)) {
    const colon = line.indexOf(":")
    if (colon < 0) return undefined
    if (line.slice(0, colon).trim().toLowerCase() === name) return line.slice(colon + 1).trim()
  }
  return undefined
}

export interface ClearSigned {
  /** As it was digested: dashes unescaped, no white space at line ends, CRLF between lines. */
  readonly data: Uint8Array
  /** Armored. */
  readonly signature: Uint8Array
}

/** RFC 9580 §7.2: white space at line ends is not signed. */
const trimEnd = (line: string): string => {
  let end = line.length
  while (end > 0 && (line[end - 1] === " " || line[end - 1] === "\t" || line[end - 1] === "\r")) end--
  return line.slice(0, end)
}

/** undefined where it is not made by the rules; a header other than Hash could carry text that nobody signed. */
export const clearSigned = (block: string): ClearSigned | undefined => {
  const lines = block.split("\n").map(trimEnd)
  let at = 1
  for (; lines[at] !== ""; at++) {
    if (lines[at]?.startsWith("Hash: ") !== true) return undefined
  }
  const end = lines.indexOf(SIGNATURE, at)
  if (end < 0) return undefined
  const text = lines.slice(at + 1, end).map((line) => line.startsWith("- ") ? line.slice(2) : line)
  return { data: fromLatin1(text.join("\r\n")), signature: fromLatin1(`${lines.slice(end).join("\r\n")}\r\n`) }
}
