/** Flags and keywords (RFC 3501 §9 `flag`). */
import { Result } from "effect"
import { type Flag, normalize } from "../../../domain/mailbox/Flag.ts"
import { atom, bad, type Lexer, list, type Parsed, peek, space, take } from "./Lexer.ts"

/** Names grow into every FETCH reply: what is longer is no keyword of anyone's. */
const MAX_KEYWORD = 250

/** Of one command. Keywords are compared with each other, so their number is squared. */
const MAX_FLAGS = 200

const few = (lexer: Lexer, flags: Parsed<ReadonlyArray<Flag>>): Parsed<ReadonlyArray<Flag>> =>
  Result.isSuccess(flags) && flags.success.length > MAX_FLAGS ? bad(lexer, "there are too many flags") : flags

/** `flag-keyword = atom` */
export const keywordFlag = (lexer: Lexer): Parsed<Flag> => {
  const start = lexer.at
  const name = atom(lexer)
  if (Result.isFailure(name) || name.success.length <= MAX_KEYWORD) return name
  lexer.at = start
  return bad(lexer, "the keyword is too long")
}

/** `flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension` */
const flag = (lexer: Lexer): Parsed<Flag> =>
  take(lexer, "\\") ? Result.map(atom(lexer), (name) => normalize(`\\${name}`)) : keywordFlag(lexer)

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
