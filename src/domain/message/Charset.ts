/** Octets to text, for every charset that the platform knows, and a sensible guess for the rest. */
import { latin1 } from "./Latin1.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true })
const lenientUtf8 = new TextDecoder("utf-8")
const western = new TextDecoder("windows-1252")

/** Names met in mail that the WHATWG list, which `TextDecoder` follows, does not have. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["ansi_x3.4-1968", "windows-1252"],
  ["cp-1252", "windows-1252"],
  ["cp1250", "windows-1250"],
  ["cp932", "shift_jis"],
  ["cp936", "gbk"],
  ["cp949", "euc-kr"],
  ["cp950", "big5"],
  ["iso-8859-9-windows", "windows-1254"],
  ["iso8859_1", "windows-1252"],
  ["ms932", "shift_jis"],
  ["utf", "utf-8"],
  ["utf8mb4", "utf-8"],
  ["x-gbk", "gbk"]
])

/** Charsets that often lie: what they label is tried as UTF-8 first. */
const guessed: ReadonlySet<string> = new Set([
  "",
  "us-ascii",
  "ascii",
  "unknown-8bit",
  "x-unknown",
  "unknown",
  "default"
])

/** Decoders by label. Only known labels enter, so that hostile mail cannot grow it past the platform's list. */
const decoders = new Map<string, TextDecoder>()

const decoderFor = (label: string): TextDecoder | undefined => {
  const name = aliases.get(label) ?? label
  const known = decoders.get(name)
  if (known !== undefined) return known
  if (name.length > 40) return undefined
  try {
    const decoder = new TextDecoder(name)
    decoders.set(name, decoder)
    return decoder
  } catch (error) {
    // The constructor's only way to say "no such charset".
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export const isKnownCharset = (charset: string): boolean => {
  const label = charset.trim().toLowerCase()
  return guessed.has(label) || label === "utf-7" || decoderFor(label) !== undefined
}

/** Text of octets without a usable label: UTF-8 where they are valid UTF-8, else windows-1252. */
export const guessText = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return western.decode(bytes)
    throw error
  }
}

/** Never fails: unreadable octets become U+FFFD, an unknown charset is guessed. */
export const decodeText = (bytes: Uint8Array, charset: string | undefined): string => {
  const label = (charset ?? "").trim().toLowerCase()
  if (label === "utf-8" || label === "utf8") return lenientUtf8.decode(bytes)
  if (guessed.has(label)) return guessText(bytes)
  if (label === "utf-7" || label === "unicode-1-1-utf-7") return decodeUtf7(latin1(bytes))
  const decoder = decoderFor(label)
  return decoder === undefined ? guessText(bytes) : decoder.decode(bytes)
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
const DIGITS = new Int8Array(256).fill(-1)
for (let digit = 0; digit < BASE64.length; digit++) DIGITS[BASE64.charCodeAt(digit)] = digit

/** RFC 2152, lenient. */
const decodeUtf7 = (text: string): string => {
  let out = ""
  let at = 0
  while (at < text.length) {
    const plus = text.indexOf("+", at)
    if (plus < 0) break
    out += text.slice(at, plus)
    at = plus + 1
    if (text[at] === "-") {
      out += "+"
      at++
      continue
    }
    let bits = 0
    let value = 0
    for (; at < text.length; at++) {
      const digit = DIGITS[text.charCodeAt(at)] ?? -1
      if (digit < 0) break
      value = ((value << 6) | digit) & 0x3fffff
      bits += 6
      if (bits >= 16) {
        bits -= 16
        out += String.fromCharCode((value >> bits) & 0xffff)
      }
    }
    if (text[at] === "-") at++
  }
  return out + text.slice(at)
}
