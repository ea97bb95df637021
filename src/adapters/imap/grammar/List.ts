/** LIST and what can be chosen of it (RFC 5258, RFC 5819, RFC 6154, RFC 9590), LSUB, and the items of STATUS. */
import { Result } from "effect"
import type { EntryName } from "../../../domain/mailbox/Metadata.ts"
import { badAt, keyword, type Lexer, list, type Parsed, peek, space, tooMuch } from "./Lexer.ts"
import { mailbox, mailboxPattern } from "./MailboxName.ts"
import { entry } from "./MetadataCommand.ts"

export const STATUS_ITEMS = [
  "MESSAGES",
  "RECENT",
  "UIDNEXT",
  "UIDVALIDITY",
  "UNSEEN",
  /** RFC 9051, RFC 9208 */
  "DELETED",
  "DELETED-STORAGE",
  /** RFC 8438 */
  "SIZE",
  /** RFC 7162 */
  "HIGHESTMODSEQ",
  /** RFC 8474 */
  "MAILBOXID",
  /** RFC 7889 */
  "APPENDLIMIT"
] as const
export type StatusItem = typeof STATUS_ITEMS[number]

export interface Returned {
  readonly subscribed: boolean
  /** None: not asked. */
  readonly status: ReadonlyArray<StatusItem>
  /** None: not asked (RFC 9590). */
  readonly metadata: ReadonlyArray<EntryName>
}

/** Which mailboxes: all those of a pattern, or fewer. REMOTE adds none here: there are no mailboxes elsewhere. */
export interface Selection {
  readonly subscribed: boolean
  readonly specialUse: boolean
  /** Those above a chosen mailbox, too. */
  readonly recursive: boolean
}

export interface List {
  readonly _tag: "List"
  readonly reference: string
  readonly patterns: ReadonlyArray<string>
  /** Absent where the command is the one of RFC 3501, in which an empty pattern asks for the delimiter. */
  readonly extended: { readonly select: Selection; readonly returned: Returned } | undefined
}

/** Each costs a response a mailbox. */
const MAX_ENTRIES = 20
const MAX_PATTERNS = 50

const statusItem = (lexer: Lexer): Parsed<StatusItem> => {
  const start = lexer.at
  const word = keyword(lexer)
  if (Result.isFailure(word)) return Result.fail(word.failure)
  const item = STATUS_ITEMS.find((name) => name === word.success)
  if (item !== undefined) return Result.succeed(item)
  return badAt(lexer, start, "there is no such STATUS item")
}

/** `"(" status-att *(SP status-att) ")"` */
export const statusItems = (lexer: Lexer): Parsed<ReadonlyArray<StatusItem>> =>
  Result.map(list(lexer, statusItem), (items) => [...new Set(items)])

const SELECTS: ReadonlySet<string> = new Set(["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"])

const selectWord = (lexer: Lexer): Parsed<string> => {
  const start = lexer.at
  const word = keyword(lexer)
  if (Result.isFailure(word) || SELECTS.has(word.success)) return word
  return badAt(lexer, start, "there is no such selection option of LIST")
}

/** `list-select-opts` (RFC 5258 §6): RECURSIVEMATCH needs something to match. */
const selection = (lexer: Lexer): Parsed<Selection> => {
  const start = lexer.at
  const words = list(lexer, selectWord, true)
  if (Result.isFailure(words)) return Result.fail(words.failure)
  const has = (word: string) => words.success.includes(word)
  const select = {
    subscribed: has("SUBSCRIBED"),
    specialUse: has("SPECIAL-USE"),
    recursive: has("RECURSIVEMATCH")
  }
  if (!select.recursive || select.subscribed || select.specialUse) return Result.succeed(select)
  return badAt(lexer, start, "RECURSIVEMATCH goes with SUBSCRIBED or SPECIAL-USE")
}

type Chosen = { -readonly [Name in keyof Returned]: Returned[Name] }

/** `return-option`. CHILDREN and SPECIAL-USE are told always. */
const returnOption = (chosen: Chosen) => (lexer: Lexer): Parsed<void> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "SUBSCRIBED":
        chosen.subscribed = true
        return
      case "CHILDREN":
      case "SPECIAL-USE":
        return
      case "STATUS":
        yield* space(lexer)
        chosen.status = yield* statusItems(lexer)
        return
      case "METADATA":
        yield* space(lexer)
        chosen.metadata = [...new Set(yield* list(lexer, entry))]
        if (chosen.metadata.length > MAX_ENTRIES) return yield* tooMuch(lexer, "there are too many entries")
        return
      default:
        return yield* badAt(lexer, start, "there is no such return option of LIST")
    }
  })

const patternsOf = (lexer: Lexer): Parsed<ReadonlyArray<string>> =>
  Result.flatMap(
    list(lexer, mailboxPattern),
    (all) => all.length > MAX_PATTERNS ? tooMuch(lexer, "there are too many patterns") : Result.succeed(all)
  )

/** `"LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP "RETURN" SP "(" [return-option ...] ")"]` */
export const listCommand = (lexer: Lexer): Parsed<List> =>
  Result.gen(function*() {
    yield* space(lexer)
    let select: Selection | undefined
    if (peek(lexer) === "(") {
      select = yield* selection(lexer)
      yield* space(lexer)
    }
    const reference = yield* mailbox(lexer)
    yield* space(lexer)
    const isMany = peek(lexer) === "("
    const patterns = isMany ? yield* patternsOf(lexer) : [yield* mailboxPattern(lexer)]
    const returned: Chosen = { subscribed: false, status: [], metadata: [] }
    const before = lexer.at
    let returns = false
    if (Result.isSuccess(space(lexer)) && peek(lexer).toUpperCase() === "R") {
      const start = lexer.at
      returns = (yield* keyword(lexer)) === "RETURN"
      if (!returns) {
        return yield* badAt(lexer, start, "expected RETURN or the end of the command")
      }
      yield* space(lexer)
      yield* list(lexer, returnOption(returned), true)
    } else lexer.at = before
    const isExtended = select !== undefined || isMany || returns
    const all = { subscribed: false, specialUse: false, recursive: false }
    return {
      _tag: "List",
      reference,
      patterns,
      extended: isExtended ? { select: select ?? all, returned } : undefined
    }
  })
