/** Flags and keywords (RFC 3501 §9 `flag`). */
import { Result } from "effect"
import { type Flag, isSame, normalize, SYSTEM } from "../../../domain/mailbox/Flag.ts"
import { atom, badAt, type Lexer, list, type Parsed, peek, space, take, tooMuch } from "./Lexer.ts"

/** Names grow into every FETCH reply: what is longer is no keyword of anyone's. */
const MAX_KEYWORD = 250

/** Of one command. Keywords are compared with each other, so their number is squared. */
const MAX_FLAGS = 200

const KNOWN = [...SYSTEM, "\\Recent"]

const few = (lexer: Lexer, flags: Parsed<ReadonlyArray<Flag>>): Parsed<ReadonlyArray<Flag>> =>
  Result.isSuccess(flags) && flags.success.length > MAX_FLAGS ? tooMuch(lexer, "there are too many flags") : flags

/** `flag-keyword = atom` */
export const keywordFlag = (lexer: Lexer): Parsed<Flag> => {
  const start = lexer.at
  const name = atom(lexer)
  if (Result.isFailure(name) || name.success.length <= MAX_KEYWORD) return name
  return badAt(lexer, start, "the keyword is too long")
}

/**
 * `flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension`. No
 * flag-extension is known. quirk_recent: clients hand on `\Recent` with what they copy; the store lets it go.
 */
const flag = (lexer: Lexer): Parsed<Flag> => {
  const start = lexer.at
  if (!take(lexer, "\\")) return keywordFlag(lexer)
  const name = Result.map(atom(lexer), (word) => normalize(`\\${word}`))
  if (Result.isFailure(name) || KNOWN.some((known) => isSame(known, name.success))) return name
  return badAt(lexer, start, "there is no such system flag")
}

/** `flag-list = "(" [flag *(SP flag)] ")"` */
export const flagList = (lexer: Lexer): Parsed<ReadonlyArray<Flag>> => few(lexer, list(lexer, flag, true))

/** `flag-list / (flag *(SP flag))`, as STORE allows */
export const storeFlags = (lexer: Lexer): Parsed<ReadonlyArray<Flag>> => {
  if (peek(lexer) === "(") return flagList(lexer)
  const flags: Array<Flag> = []
  do {
    const one = flag(lexer)
    if (Result.isFailure(one)) return Result.fail(one.failure)
    flags.push(one.success)
  } while (Result.isSuccess(space(lexer)))
  return few(lexer, Result.succeed(flags))
}
