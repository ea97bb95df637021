/** Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3), or UTF-8; latin1 binary strings on the outside. */
import { Result } from "effect"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import { astring, badAt, type Lexer, listMailbox, type Parsed } from "./Lexer.ts"

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,"
const values = new Map(Array.from(ALPHABET, (character, value) => [character, value]))

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The shifted part between `&` and `-`: 16-bit units in base64 without padding. Undefined where it is none. */
const unshift = (text: string): string | undefined => {
  let out = ""
  let bits = 0
  let held = 0
  for (const character of text) {
    const value = values.get(character)
    if (value === undefined) return undefined
    held = ((held << 6) | value) & 0x3f_ffff
    bits += 6
    if (bits >= 16) {
      bits -= 16
      out += String.fromCharCode((held >> bits) & 0xffff)
    }
  }
  return bits >= 6 || (held & ((1 << bits) - 1)) !== 0 ? undefined : out
}

/** The name, or undefined where the text is no name in either encoding. quirk_raw_utf8: octets past ASCII are UTF-8. */
export const decodeName = (text: string): string | undefined => {
  let name = ""
  for (let at = 0; at < text.length;) {
    const open = text.indexOf("&", at)
    if (open < 0) {
      name += text.slice(at)
      break
    }
    name += text.slice(at, open)
    const close = text.indexOf("-", open)
    if (close < 0) return undefined
    const shifted = close === open + 1 ? "&" : unshift(text.slice(open + 1, close))
    if (shifted === undefined || shifted === "") return undefined
    // Kept as UTF-8 octets for now, so that one decoding at the end serves both encodings.
    name += shifted === "&" ? "&" : latin1OfUtf8(shifted)
    at = close + 1
  }
  return fromUtf8(name)
}

const fromUtf8 = (octets: string): string | undefined =>
  Result.getOrUndefined(Result.try(() => utf8.decode(fromLatin1(octets))))

const encoder = new TextEncoder()
export const latin1OfUtf8 = (text: string): string =>
  Array.from(encoder.encode(text), (c) => String.fromCharCode(c)).join("")

const shift = (text: string): string => {
  let out = ""
  let bits = 0
  let held = 0
  for (let i = 0; i < text.length; i++) {
    held = ((held << 16) | text.charCodeAt(i)) & 0x3f_ffff
    bits += 16
    while (bits >= 6) {
      bits -= 6
      out += ALPHABET[(held >> bits) & 63] ?? ""
    }
  }
  if (bits > 0) out += ALPHABET[(held << (6 - bits)) & 63] ?? ""
  return `&${out}-`
}

export const encodeName = (name: string): string =>
  name.replaceAll(/&|[^\x20-\x7e]+/g, (part) => part === "&" ? "&-" : shift(part))

const decoded = (text: (lexer: Lexer) => Parsed<string>) => (lexer: Lexer): Parsed<string> => {
  const start = lexer.at
  const octets = text(lexer)
  if (Result.isFailure(octets)) return octets
  const name = lexer.isUtf8 ? fromUtf8(octets.success) : decodeName(octets.success)
  if (name !== undefined) return Result.succeed(name)
  return badAt(lexer, start, `the mailbox name is not in ${lexer.isUtf8 ? "UTF-8" : "modified UTF-7"}`)
}

/** `mailbox = "INBOX" / astring`, decoded */
export const mailbox = decoded(astring)

/** `list-mailbox`, decoded; wildcards stay. */
export const mailboxPattern = decoded(listMailbox)
