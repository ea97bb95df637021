/** Writing header fields: encoded-words for what is not ASCII, folding, and nothing that could smuggle in a field. */
import { encodeWords, isAscii } from "./EncodedWord.ts"

/** RFC 5322 §2.1.1: should be at most 78; must be at most 998. */
const LINE = 78
const MAX_LINE = 900

/** Fields whose values are addresses: only their phrases may be encoded (RFC 2047 §5). */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  "from",
  "sender",
  "reply-to",
  "to",
  "cc",
  "bcc",
  "resent-from",
  "resent-sender",
  "resent-to",
  "resent-cc",
  "resent-bcc",
  "disposition-notification-to",
  "mail-followup-to",
  "mail-reply-to"
])

/** One field with its final CRLF. Line breaks and NUL in the value become blanks. */
export const formatField = (name: string, value: string): string => {
  const safeName = name.replaceAll(/[^\u0021-\u0039\u003b-\u007e]/g, "")
  const clean = value.replaceAll(/[\r\n\0]+/g, " ")
  const isTooLong = !ADDRESS_FIELDS.has(safeName.toLowerCase()) && longestWord(clean) > MAX_LINE
  const text = isAscii(clean) && !isTooLong
    ? clean
    : ADDRESS_FIELDS.has(safeName.toLowerCase())
    ? encodePhrases(clean)
    : encodeText(clean, isTooLong)
  return `${fold(`${safeName}: ${text.trim()}`)}\r\n`
}

const longestWord = (text: string): number => {
  let longest = 0
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    if (i < text.length && text[i] !== " " && text[i] !== "\t") continue
    longest = Math.max(longest, i - start)
    start = i + 1
  }
  return longest
}

/** Unstructured text: from the first word that needs it to the last, so that blanks between them survive. */
const encodeText = (text: string, all: boolean): string => {
  const words = text.split(" ")
  const needs = (word: string): boolean => !isAscii(word) || word.includes("=?")
  const first = all ? 0 : words.findIndex(needs)
  const last = all ? words.length - 1 : words.findLastIndex(needs)
  if (first < 0) return text
  const before = words.slice(0, first).join(" ")
  const after = words.slice(last + 1).join(" ")
  return [before, encodeWords(words.slice(first, last + 1).join(" ")), after].filter((piece) => piece !== "").join(" ")
}

/** Display names and quoted strings beyond ASCII become encoded-words; an address itself stays as it is (RFC 6532). */
const encodePhrases = (text: string): string => {
  const out: Array<string> = []
  let at = 0
  let plain = at
  const flushPhrase = (end: number): void => {
    if (end > plain) out.push(encodeRun(text.slice(plain, end)))
  }
  while (at < text.length) {
    const c = text[at]!
    if (c === "\"") {
      let end = at + 1
      while (end < text.length && text[end] !== "\"") end += text[end] === "\\" ? 2 : 1
      const inside = text.slice(at + 1, end)
      if (!isAscii(inside)) {
        flushPhrase(at)
        out.push(encodeWords(inside.replaceAll(/\\(.)/g, "$1")))
        plain = end + 1
      }
      at = end + 1
    } else if (c === "<") {
      const end = text.indexOf(">", at)
      const stop = end < 0 ? text.length : end + 1
      flushPhrase(at)
      out.push(text.slice(at, stop))
      plain = stop
      at = stop
    } else if (c === "," || c === ";" || c === ":") {
      flushPhrase(at)
      out.push(c)
      at++
      plain = at
    } else at++
  }
  flushPhrase(text.length)
  return out.join("")
}

/** Text between specials: a bare address stays, a phrase is encoded with the blanks around it kept outside. */
const encodeRun = (run: string): string => {
  const inner = run.trim()
  if (isAscii(inner) || (inner.includes("@") && !inner.includes(" "))) return run
  const start = run.indexOf(inner)
  return run.slice(0, start) + encodeText(inner, false) + run.slice(start + inner.length)
}

/** Breaks before blanks, so that unfolding gives the same text; a line is never blank alone. */
const fold = (line: string): string => {
  if (line.length <= LINE) return line
  const out: Array<string> = []
  let lineStart = 0
  let candidate = -1
  for (let i = line.indexOf(":") + 2; i < line.length; i++) {
    const c = line[i]
    const isBreak = (c === " " || c === "\t") && line[i + 1] !== " " && line[i + 1] !== "\t" && i + 1 < line.length
    if (i - lineStart >= LINE && candidate > lineStart) {
      out.push(line.slice(lineStart, candidate))
      lineStart = candidate
      candidate = -1
    }
    if (isBreak) candidate = i
  }
  if (line.length - lineStart > LINE && candidate > lineStart) {
    out.push(line.slice(lineStart, candidate))
    lineStart = candidate
  }
  out.push(line.slice(lineStart))
  return out.join("\r\n")
}
