/** APPEND of one message or many (RFC 3502), and REPLACE (RFC 8508): messages as they come, or made of parts (RFC 4469). */
import { Result } from "effect"
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import { dateTime } from "./DateTime.ts"
import { flagList } from "./Flags.ts"
import { astring, badAt, expect, keyword, type Lexer, list, literal8, type Parsed, peek, space, take } from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"
import { number, type Ranges } from "./SequenceSet.ts"

export type AppendPart =
  /** `utf8`: said to have UTF-8 in its headers (RFC 6855 §4). */
  | { readonly _tag: "Text"; readonly octets: Uint8Array; readonly utf8: boolean }
  /** As written; what it names is for the command to say. */
  | { readonly _tag: "Url"; readonly url: string }

export interface AppendMessage {
  readonly flags: ReadonlyArray<Flag>
  readonly internalDate: number | undefined
  /** One text, or all that CATENATE has, in this order. */
  readonly parts: ReadonlyArray<AppendPart>
}

export type Append = {
  readonly _tag: "Append"
  readonly mailbox: string
  readonly messages: ReadonlyArray<AppendMessage>
}

export type Replace = {
  readonly _tag: "Replace"
  readonly uid: boolean
  /** One number. */
  readonly set: Ranges
  readonly mailbox: string
  readonly message: AppendMessage
}

/** Of commands whose literals may be messages: those are as long as messages are. */
export const TAKES_MESSAGES: ReadonlySet<string> = new Set(["APPEND", "REPLACE"])

/** `literal / literal8 / "UTF8" SP "(" literal8 ")"` (RFC 6855 §4) */
const text = (lexer: Lexer): Parsed<AppendPart> =>
  Result.gen(function*() {
    const utf8 = take(lexer, "UTF8 (")
    const octets = yield* literal8(lexer)
    if (utf8) yield* expect(lexer, ")")
    return { _tag: "Text", octets, utf8 }
  })

/** `cat-part = "TEXT" SP literal / "URL" SP astring / utf8-literal` */
const catenatePart = (lexer: Lexer): Parsed<AppendPart> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "TEXT":
        yield* space(lexer)
        return yield* text(lexer)
      case "UTF8":
        lexer.at = start
        return yield* text(lexer)
      case "URL":
        yield* space(lexer)
        return { _tag: "Url", url: yield* astring(lexer) }
    }
    return yield* badAt(lexer, start, "expected TEXT or URL")
  })

/** `append-data = literal / literal8 / utf8-literal / "CATENATE" SP "(" cat-part *(SP cat-part) ")"` */
const appendData = (lexer: Lexer): Parsed<ReadonlyArray<AppendPart>> =>
  take(lexer, "CATENATE ") ? list(lexer, catenatePart) : Result.map(text(lexer), (part) => [part])

/** `append-message = [SP flag-list] [SP date-time] SP append-data` */
const appendMessage = (lexer: Lexer): Parsed<AppendMessage> =>
  Result.gen(function*() {
    yield* space(lexer)
    let flags: ReadonlyArray<Flag> = []
    if (peek(lexer) === "(") {
      flags = yield* flagList(lexer)
      yield* space(lexer)
    }
    let internalDate: number | undefined
    if (peek(lexer) === "\"") {
      internalDate = yield* dateTime(lexer)
      yield* space(lexer)
    }
    return { flags, internalDate, parts: yield* appendData(lexer) }
  })

const isAnother = (lexer: Lexer): boolean => {
  const next = lexer.bytes[lexer.at + 1]
  return peek(lexer) === " " && next !== undefined && next !== 32
}

/** `append = "APPEND" SP mailbox 1*append-message` */
export const append = (lexer: Lexer): Parsed<Append> =>
  Result.gen(function*() {
    yield* space(lexer)
    const name = yield* mailbox(lexer)
    const messages: Array<AppendMessage> = []
    do messages.push(yield* appendMessage(lexer))
    while (isAnother(lexer))
    return { _tag: "Append", mailbox: name, messages }
  })

/** `replace = "REPLACE" SP seq-number SP mailbox append-message` */
export const replace = (lexer: Lexer, uid: boolean): Parsed<Replace> =>
  Result.gen(function*() {
    yield* space(lexer)
    const which = yield* number(lexer)
    yield* space(lexer)
    const name = yield* mailbox(lexer)
    const set = [{ from: which, to: which }]
    return { _tag: "Replace", uid, set, mailbox: name, message: yield* appendMessage(lexer) }
  })
