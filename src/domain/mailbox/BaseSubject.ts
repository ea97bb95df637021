/** The base subject (RFC 5256 §2.1 and §5): what replies, forwards and mailing lists add is taken away. One pass. */
import { decodeWords } from "../message/EncodedWord.ts"

export interface BaseSubject {
  readonly text: string
  /** Something was taken away that says "reply" or "forward" (RFC 5256 §3, REFERENCES). */
  readonly isReply: boolean
}

const SPACE = 32
const OPEN = 91
const CLOSE = 93

/** After the `subj-blob = "[" *BLOBCHAR "]" *WSP` at `at`, or `at` where there is none. */
const blobEnd = (text: string, at: number, end: number): number => {
  if (at >= end || text.charCodeAt(at) !== OPEN) return at
  let close = at + 1
  while (close < end && text.charCodeAt(close) !== OPEN && text.charCodeAt(close) !== CLOSE) close++
  return close < end && text.charCodeAt(close) === CLOSE ? spacesEnd(text, close + 1, end) : at
}

const spacesEnd = (text: string, at: number, end: number): number => {
  let next = at
  while (next < end && text.charCodeAt(next) === SPACE) next++
  return next
}

/** Is it there, ASCII letters without case? `token` is lower case. */
const isAt = (text: string, at: number, end: number, token: string): boolean =>
  at >= 0 && at + token.length <= end && text.slice(at, at + token.length).toLowerCase() === token

/** After the `subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"` at `at`, or `at` where there is none. */
const refwdEnd = (text: string, at: number, end: number): number => {
  const token = ["re", "fwd", "fw"].find((one) => isAt(text, at, end, one))
  if (token === undefined) return at
  const colon = blobEnd(text, spacesEnd(text, at + token.length, end), end)
  return colon < end && text[colon] === ":" ? colon + 1 : at
}

/** Of decoded text. A base subject is its own base subject. */
export const ofText = (decoded: string): BaseSubject => {
  const text = decoded.replaceAll(/[\t\r\n ]+/g, " ")
  let start = 0
  let end = text.length
  let isReply = false
  /** Step 2: subj-trailer. */
  const trimEnd = (): void => {
    for (;;) {
      if (end > start && text.charCodeAt(end - 1) === SPACE) end--
      else if (end - 5 >= start && isAt(text, end - 5, end, "(fwd)")) {
        end -= 5
        isReply = true
      } else return
    }
  }
  /** Steps 3 to 5: subj-leader, and the subj-blobs before a base. A run of blobs is looked at once. */
  const trimStart = (): void => {
    for (;;) {
      start = spacesEnd(text, start, end)
      let last = start
      let next = start
      for (let after = blobEnd(text, next, end); after > next; after = blobEnd(text, next, end)) {
        last = next
        next = after
      }
      const after = refwdEnd(text, next, end)
      if (after > next) {
        start = after
        isReply = true
      } else {
        start = next < end ? next : last
        return
      }
    }
  }
  for (;;) {
    trimEnd()
    trimStart()
    // Step 6: subj-fwd.
    if (!isAt(text, start, end, "[fwd:") || text.charCodeAt(end - 1) !== CLOSE) break
    start += 5
    end -= 1
    isReply = true
  }
  return { text: text.slice(start, end), isReply }
}

/** Of a Subject as the header has it, unfolded, one character an octet. */
export const ofHeader = (subject: string | undefined): BaseSubject => ofText(decodeWords(subject ?? ""))
