/** RFC 5322 §3.4 address lists, obsolete forms included, to IMAP's address structure. One pass, never fails. */
import type { EnvelopeAddress } from "./MessageStructure.ts"

const GROUP_END: EnvelopeAddress = { name: undefined, route: undefined, mailbox: undefined, host: undefined }

const isSpace = (c: string): boolean => c === " " || c === "\t" || c === "\r" || c === "\n"
const isSpecial = (c: string): boolean =>
  c === "(" || c === "\"" || c === "<" || c === ">" || c === "[" || c === "," || c === ";" || c === ":" || c === "@"

/** What has been read of one address so far. Quoted pieces are unquoted; white space is one blank. */
class Pieces {
  private readonly list: Array<string> = []
  private space = false
  /** Index in the list of the last `@` outside quotes. */
  at = -1

  get isEmpty(): boolean {
    return this.list.length === 0
  }
  blank(): void {
    this.space = this.list.length > 0
  }
  push(piece: string): void {
    if (this.space) this.list.push(" ")
    this.space = false
    this.list.push(piece)
  }
  pushAt(): void {
    this.space = false
    this.at = this.list.length
    this.list.push("@")
  }
  text(from = 0, to = this.list.length): string {
    return this.list.slice(from, to).join("").trim()
  }
  local(): string {
    return this.text(0, this.at < 0 ? this.list.length : this.at)
  }
  host(): string {
    // White space around the dots of a domain is obsolete syntax (RFC 5322 §4.4) and no part of it.
    return this.at < 0 ? "" : this.list.slice(this.at + 1).filter((piece) => piece !== " ").join("")
  }
}

/** Text is one character an octet, unfolded. A mailbox without a domain gets the host `""`: NIL would mean a group. */
export const parseAddresses = (text: string): ReadonlyArray<EnvelopeAddress> => {
  const found: Array<EnvelopeAddress> = []
  let pieces = new Pieces()
  let angle: { readonly route: string | undefined; readonly local: string; readonly host: string } | undefined
  let comment: string | undefined
  let inGroup = false
  let at = 0

  const finish = (): void => {
    if (angle !== undefined) {
      const name = pieces.text()
      found.push({ name: name === "" ? comment : name, route: angle.route, mailbox: angle.local, host: angle.host })
    } else if (!pieces.isEmpty) {
      found.push({ name: comment, route: undefined, mailbox: pieces.local(), host: pieces.host() })
    } else if (comment === undefined) return
    pieces = new Pieces()
    angle = undefined
    comment = undefined
  }

  while (at < text.length) {
    const c = text[at]!
    if (isSpace(c)) {
      pieces.blank()
      at++
    } else if (c === ",") {
      finish()
      at++
    } else if (c === ";") {
      finish()
      if (inGroup) found.push(GROUP_END)
      inGroup = false
      at++
    } else if (c === ":") {
      // A colon after an `@` is rubbish, as is a second group inside one.
      if (!inGroup && angle === undefined && pieces.at < 0 && !pieces.isEmpty) {
        found.push({ name: undefined, route: undefined, mailbox: pieces.text(), host: undefined })
        pieces = new Pieces()
        comment = undefined
        inGroup = true
      }
      at++
    } else if (c === "(") {
      const end = commentEnd(text, at)
      comment = unescape(text.slice(at + 1, text[end - 1] === ")" ? end - 1 : end)).trim()
      if (comment === "") comment = undefined
      pieces.blank()
      at = end
    } else if (c === "<") {
      const [end, inner] = readAngle(text, at + 1)
      angle ??= inner
      at = end
    } else if (c === "@") {
      pieces.pushAt()
      at++
    } else {
      const end = pieceEnd(text, at)
      pieces.push(pieceText(text, at, end))
      at = end
    }
  }
  finish()
  if (inGroup) found.push(GROUP_END)
  return found
}

/** `<` already read: optional source route (RFC 5322 §4.4), local part, domain. */
const readAngle = (
  text: string,
  start: number
): readonly [number, { readonly route: string | undefined; readonly local: string; readonly host: string }] => {
  let pieces = new Pieces()
  let route: string | undefined
  let at = start
  while (at < text.length) {
    const c = text[at]!
    if (c === ">") {
      at++
      break
    }
    // A comma is legal in a route only; anywhere else the `>` was forgotten and the next address begins.
    if ((c === "," && pieces.at !== 0) || c === ";") break
    if (isSpace(c)) {
      pieces.blank()
      at++
    } else if (c === "(") at = commentEnd(text, at)
    else if (c === "@") {
      if (pieces.isEmpty || pieces.at !== 0) pieces.pushAt()
      else pieces.push("@")
      at++
    } else if (c === ":" && pieces.at === 0) {
      route = pieces.text()
      pieces = new Pieces()
      at++
    } else if (c === "," || c === ":" || c === "<") {
      pieces.push(c)
      at++
    } else {
      const end = pieceEnd(text, at)
      pieces.push(pieceText(text, at, end))
      at = end
    }
  }
  return [at, { route, local: pieces.local(), host: pieces.host() }]
}

/** End of the quoted string, domain literal or run of atom characters at `start`; at least one character. */
const pieceEnd = (text: string, start: number): number => {
  const first = text[start]
  let at = start + 1
  if (first === "\"" || first === "[") {
    const close = first === "\"" ? "\"" : "]"
    for (; at < text.length; at++) {
      if (text[at] === "\\") at++
      else if (text[at] === close) return at + 1
    }
    return text.length
  }
  while (at < text.length && !isSpace(text[at]!) && !isSpecial(text[at]!)) at++
  return at
}

const pieceText = (text: string, start: number, end: number): string => {
  if (text[start] !== "\"") return text.slice(start, end)
  const closed = end > start + 1 && text[end - 1] === "\""
  return unescape(text.slice(start + 1, closed ? end - 1 : end))
}

const commentEnd = (text: string, start: number): number => {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const c = text[at]
    if (c === "\\") at++
    else if (c === "(") depth++
    else if (c === ")" && --depth === 0) return at + 1
  }
  return text.length
}

/** Quoted pairs (RFC 5322 §3.2.1) resolved. */
const unescape = (text: string): string => {
  if (!text.includes("\\")) return text
  const out: Array<string> = []
  let from = 0
  for (let i = text.indexOf("\\"); i >= 0; i = text.indexOf("\\", i + 2)) {
    out.push(text.slice(from, i))
    from = i + 1
  }
  out.push(text.slice(from))
  return out.join("")
}
