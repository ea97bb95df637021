/** APPEND of one message or many (RFC 3502), each with NUL octets where the literal says so (RFC 3516 §4.4). */
import { Result } from "effect"
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import { dateTime } from "./DateTime.ts"
import { flagList } from "./Flags.ts"
import { type Lexer, literal8, type Parsed, peek, space } from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"

export interface AppendMessage {
  readonly flags: ReadonlyArray<Flag>
  readonly internalDate: number | undefined
  readonly octets: Uint8Array
}

export type Append = {
  readonly _tag: "Append"
  readonly mailbox: string
  readonly messages: ReadonlyArray<AppendMessage>
}

/** Of commands whose literals may be messages: those are as long as messages are. */
export const TAKES_MESSAGES: ReadonlySet<string> = new Set(["APPEND"])

/** `append-message = [SP flag-list] [SP date-time] SP append-data`; `append-data = literal / literal8` */
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
    return { flags, internalDate, octets: yield* literal8(lexer) }
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
