/** RFC 2047 encoded-words: a tolerant decoder and a strict encoder. Header text in is one character an octet. */
import { decodeText, guessText } from "./Charset.ts"
import { concat, fromLatin1 } from "./Latin1.ts"
import { decodeBase64, decodeQuotedPrintable, encodeBase64 } from "./TransferEncoding.ts"

/** No registered charset name is longer (RFC 2978 §2.3 says 40; RFC 2231 adds a language). */
const MAX_CHARSET = 80
/** RFC 2047 §2: an encoded-word is at most 75 characters. `=?UTF-8?Q?` and `?=` take 12 of them. */
const MAX_ENCODED_TEXT = 63

interface Word {
  readonly charset: string
  readonly bytes: Uint8Array
  readonly end: number
}

const isBlank = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c !== 32 && c !== 9 && c !== 13 && c !== 10) return false
  }
  return true
}

/** Raw 8-bit text is guessed, adjacent words of one charset are joined before decoding so that split characters heal. */
export const decodeWords = (text: string): string => {
  if (!text.includes("=?")) return plain(text)
  const out: Array<string> = []
  let pending: Array<Uint8Array> = []
  let charset = ""
  /** Everything before has been written. */
  let done = 0
  /** Where the next `?=` is: asked once for each place, so that many openings stay linear. */
  let close = -1
  const flush = (): void => {
    if (pending.length > 0) out.push(decodeText(concat(pending), charset))
    pending = []
  }
  for (let open = text.indexOf("=?"); open >= 0;) {
    const textStart = contentStart(text, open)
    if (textStart < 0) {
      open = text.indexOf("=?", open + 1)
      continue
    }
    if (close < textStart) close = text.indexOf("?=", textStart)
    if (close < 0) break
    const word = decodeWord(text, open, textStart, close)
    const between = text.slice(done, open)
    if (pending.length === 0 || !isBlank(between)) {
      flush()
      out.push(plain(between))
    }
    if (pending.length > 0 && charset !== word.charset) flush()
    charset = word.charset
    pending.push(word.bytes)
    done = word.end
    open = text.indexOf("=?", done)
  }
  flush()
  out.push(plain(text.slice(done)))
  return out.join("")
}

/** Index after `=?charset?e?`, or -1 where no encoded-word begins at `open`. */
const contentStart = (text: string, open: number): number => {
  const stop = Math.min(text.length, open + 2 + MAX_CHARSET)
  let i = open + 2
  while (i < stop && text.charCodeAt(i) !== 63 && text.charCodeAt(i) > 32) i++
  if (i === open + 2 || text.charCodeAt(i) !== 63 || text.charCodeAt(i + 2) !== 63) return -1
  const encoding = text.charCodeAt(i + 1) | 32
  return encoding === 98 || encoding === 113 ? i + 3 : -1
}

const decodeWord = (text: string, open: number, textStart: number, close: number): Word => {
  // RFC 2231 §5: charset*language.
  const label = text.slice(open + 2, textStart - 3)
  const star = label.indexOf("*")
  const charset = (star < 0 ? label : label.slice(0, star)).toLowerCase()
  const content = text.slice(textStart, close)
  const isBase64 = (text.charCodeAt(textStart - 2) | 32) === 98
  const bytes = fromLatin1(isBase64 ? content : content.replaceAll("_", "=20"))
  return { charset, bytes: isBase64 ? decodeBase64(bytes) : decodeQ(bytes), end: close + 2 }
}

/** As quoted-printable, but white space at the end stays. */
const decodeQ = (bytes: Uint8Array): Uint8Array => {
  const guarded = new Uint8Array(bytes.length + 1)
  guarded.set(bytes)
  guarded[bytes.length] = 120
  const decoded = decodeQuotedPrintable(guarded)
  return decoded.subarray(0, decoded.length - 1)
}

/** Octet characters to text: ASCII as it is, 8-bit guessed. */
export const plain = (text: string): string => isAscii(text) ? text : guessText(fromLatin1(text))

/** A third of the time that a loop takes. */
export const isAscii = (text: string): boolean => !/[^\0-~]/.test(text)

const encoder = new TextEncoder()

/** Text as UTF-8 encoded-words joined by one space, each whole in its characters and at most 75 long. */
export const encodeWords = (text: string): string => {
  const bytes = encoder.encode(text)
  let special = 0
  for (const c of bytes) if (!isQSafe(c) && c !== 32) special++
  const asBase64 = special * 3 > bytes.length
  const words: Array<string> = []
  let chunk: Array<string> = []
  let width = 0
  const flush = (): void => {
    if (chunk.length === 0) return
    const joined = chunk.join("")
    words.push(asBase64 ? `=?UTF-8?B?${base64(encoder.encode(joined))}?=` : `=?UTF-8?Q?${joined}?=`)
    chunk = []
    width = 0
  }
  for (const character of text) {
    const encoded = asBase64 ? character : q(character)
    const size = asBase64 ? encoder.encode(character).length : encoded.length
    if (width + size > (asBase64 ? 45 : MAX_ENCODED_TEXT)) flush()
    chunk.push(encoded)
    width += size
  }
  flush()
  return words.join(" ")
}

const base64 = (bytes: Uint8Array): string => String.fromCharCode(...encodeBase64(bytes, 0))

/** RFC 2047 §5 (3): the set that is safe in a phrase too. */
const isQSafe = (c: number): boolean =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 33 || c === 42 || c === 43 ||
  c === 45 || c === 47

const q = (character: string): string => {
  let text = ""
  for (const c of encoder.encode(character)) {
    text += c === 32 ? "_" : isQSafe(c) ? String.fromCharCode(c) : `=${c.toString(16).toUpperCase().padStart(2, "0")}`
  }
  return text
}
