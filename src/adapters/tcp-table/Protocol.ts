/** What Postfix asks a table (tcp_table(5)): `get KEY` in a line, answered by a code and a text in a line. */
import { Result, Schema } from "effect"

/** Of a line, as Postfix limits its own. */
export const MAX_LINE = 4096

export class RequestMalformed extends Schema.TaggedError<RequestMalformed>()("RequestMalformed", {}) {}

export type Answer =
  /** The key is there, and this is its value. */
  | { readonly _tag: "Found"; readonly value: string }
  /** Postfix takes mail for it as it would without the table. */
  | { readonly _tag: "NotFound" }
  /** Postfix defers the mail. */
  | { readonly _tag: "Failed" }

/** Octets outside `!` to `~`, and `%`, are written `%XX`. */
const encodeText = (text: string): string =>
  Array.from(
    new TextEncoder().encode(text),
    (octet) =>
      octet > 0x20 && octet < 0x7f && octet !== 0x25
        ? String.fromCharCode(octet)
        : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`
  ).join("")

const decodeText = (text: string): Result.Result<string, RequestMalformed> =>
  Result.try({ try: () => decodeURIComponent(text), catch: () => new RequestMalformed() })

/** `get SPACE key`, without its line end. */
export const decodeRequest = (line: string): Result.Result<string, RequestMalformed> => {
  const [, key] = /^get (\S+)$/.exec(line) ?? []
  return key === undefined ? Result.fail(new RequestMalformed()) : decodeText(key)
}

export const encodeRequest = (key: string): string => `get ${encodeText(key)}\n`

export const encodeAnswer = (answer: Answer): string => {
  switch (answer._tag) {
    case "Found":
      return `200 ${encodeText(answer.value)}\n`
    case "NotFound":
      return "500 not%20found\n"
    case "Failed":
      return "400 try%20again%20later\n"
  }
}
