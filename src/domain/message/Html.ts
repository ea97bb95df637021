/** The readable text of HTML, for search and preview only: no tags, styles, scripts or comments. One pass. */
import * as Steps from "../mailbox/Steps.ts"

/** Elements whose content is not for reading. */
const HIDDEN: ReadonlySet<string> = new Set(["script", "style", "head", "title", "template"])
/** Elements inside a word; all others separate words. */
const INLINE: ReadonlySet<string> = new Set([
  "a",
  "abbr",
  "b",
  "bdi",
  "bdo",
  "big",
  "cite",
  "code",
  "em",
  "font",
  "i",
  "ins",
  "mark",
  "s",
  "small",
  "span",
  "strike",
  "strong",
  "sub",
  "sup",
  "tt",
  "u",
  "wbr"
])
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", "\""],
  ["apos", "'"],
  ["nbsp", " "],
  ["auml", "ä"],
  ["ouml", "ö"],
  ["uuml", "ü"],
  ["Auml", "Ä"],
  ["Ouml", "Ö"],
  ["Uuml", "Ü"],
  ["szlig", "ß"],
  ["eacute", "é"],
  ["egrave", "è"],
  ["agrave", "à"],
  ["aacute", "á"],
  ["ccedil", "ç"],
  ["ntilde", "ñ"],
  ["euro", "€"],
  ["copy", "©"],
  ["reg", "®"],
  ["ndash", "–"],
  ["mdash", "—"],
  ["hellip", "…"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["bull", "•"],
  ["middot", "·"],
  ["laquo", "«"],
  ["raquo", "»"],
  ["shy", ""],
  ["zwnj", ""],
  ["zwj", ""]
])
const MAX_ENTITY = 32

/** Tags in a step. */
const STEP = 2000

export const htmlText = (html: string): string => Steps.run(readingHtml(html))

/** `htmlText`, in steps. */
export function* readingHtml(html: string): Steps.Steps<string> {
  const out: Array<string> = []
  let at = 0
  for (let tags = 1; at < html.length; tags++) {
    if (tags % STEP === 0) yield
    const open = html.indexOf("<", at)
    if (open < 0) break
    out.push(entities(html.slice(at, open)))
    if (html.startsWith("<!--", open)) {
      const end = html.indexOf("-->", open + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const name = tagName(html, open + 1)
    if (name === "" && !"/!?".includes(html[open + 1] ?? "x")) {
      // `a < b` is no tag.
      out.push("<")
      at = open + 1
      continue
    }
    const close = html.indexOf(">", open)
    if (close < 0) {
      at = open
      break
    }
    at = close + 1
    if (HIDDEN.has(name)) at = endOf(html, at, name)
    if (!INLINE.has(name.startsWith("/") ? name.slice(1) : name)) out.push("\n")
  }
  out.push(entities(html.slice(at)))
  return out.join("")
}

/** Lower case, with its `/` where it closes; empty where no tag begins here. */
const tagName = (html: string, start: number): string => {
  let end = html[start] === "/" ? start + 1 : start
  const stop = Math.min(html.length, start + 20)
  while (end < stop && isAlphanumeric(html.charCodeAt(end))) end++
  return html.slice(start, end).toLowerCase()
}

const isAlphanumeric = (c: number): boolean => (c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 122)

/** After the closing tag of a hidden element; one that never closes hides the rest, as in a browser. */
const endOf = (html: string, start: number, name: string): number => {
  for (let at = html.indexOf("</", start); at >= 0; at = html.indexOf("</", at + 2)) {
    if (tagName(html, at + 1) !== `/${name}`) continue
    const close = html.indexOf(">", at)
    return close < 0 ? html.length : close + 1
  }
  return html.length
}

const entities = (text: string): string => {
  if (!text.includes("&")) return text
  const out: Array<string> = []
  let from = 0
  for (let amp = text.indexOf("&"); amp >= 0; amp = text.indexOf("&", amp + 1)) {
    let end = amp + 1
    while (end < text.length && end - amp < MAX_ENTITY && (isAlphanumeric(text.charCodeAt(end)) || text[end] === "#")) {
      end++
    }
    const value = entity(text.slice(amp + 1, end))
    if (value === undefined) continue
    out.push(text.slice(from, amp), value)
    from = text[end] === ";" ? end + 1 : end
  }
  out.push(text.slice(from))
  return out.join("")
}

const entity = (name: string): string | undefined => {
  const numeric = /^#(?:[xX]([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name)
  if (numeric === null) return ENTITIES.get(name)
  const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16)
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : "\ufffd"
}
