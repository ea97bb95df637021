/** The terminals of the IMAP grammar (RFC 3501 §9): rules read octets at a position and move it past what they took. */
import { Result } from "effect"
import { fromLatin1, latin1 } from "../../../domain/message/Latin1.ts"

/** Why the octets are no command, and where. The sentence never repeats what the client sent. */
export interface Bad {
  readonly sentence: string
  readonly at: number
  /** The grammar allows it; this server does not go so far. */
  readonly isLimit?: true
}
export type Parsed<A> = Result.Result<A, Bad>

/** A whole command, literals inside, without its last CRLF. Only `at` moves. */
export interface Lexer {
  readonly bytes: Uint8Array
  /** Mailbox names and quoted strings are UTF-8 and nothing else (RFC 6855 §3, RFC 9051 §5.1). */
  readonly isUtf8: boolean
  at: number
}

export const make = (bytes: Uint8Array, isUtf8 = false): Lexer => ({ bytes, isUtf8, at: 0 })

export const bad = (lexer: Lexer, sentence: string): Result.Result<never, Bad> =>
  Result.fail({ sentence, at: lexer.at })

/** More than this server takes (RFC 5530 LIMIT). */
export const tooMuch = (lexer: Lexer, sentence: string): Result.Result<never, Bad> =>
  Result.fail({ sentence, at: lexer.at, isLimit: true })

/** What is wrong began at `start`. */
export const badAt = (lexer: Lexer, start: number, sentence: string): Result.Result<never, Bad> => {
  lexer.at = start
  return bad(lexer, sentence)
}

const SP = 32
const QUOTE = 34
const BACKSLASH = 92

// Classes of octets, one bit each.
const ATOM = 1
const ASTRING = 2
const LIST = 4
const DIGIT = 8
const TAG = 16
const classes = new Uint8Array(256)
for (let c = 33; c < 127; c++) {
  const character = String.fromCharCode(c)
  // atom-specials = "(" / ")" / "{" / SP / CTL / list-wildcards / quoted-specials / resp-specials
  const isAtom = !"(){%*\"\\]".includes(character)
  const isAstring = isAtom || character === "]"
  classes[c] = (isAtom ? ATOM : 0) | (isAstring ? ASTRING : 0) | (isAstring || "%*".includes(character) ? LIST : 0) |
    (c >= 48 && c <= 57 ? DIGIT : 0) | (isAstring && character !== "+" ? TAG : 0)
}
// Mailbox names in raw UTF-8 are sent by clients that know better; reading them costs nothing.
for (let c = 128; c < 256; c++) classes[c] = LIST | ASTRING

export const isAtomChar = (octet: number): boolean => ((classes[octet] ?? 0) & ATOM) !== 0

const run = (lexer: Lexer, kind: number): string => {
  const start = lexer.at
  while (lexer.at < lexer.bytes.length && ((classes[lexer.bytes[lexer.at] as number] as number) & kind) !== 0) {
    lexer.at++
  }
  return latin1(lexer.bytes, start, lexer.at)
}

export const isAtEnd = (lexer: Lexer): boolean => lexer.at >= lexer.bytes.length

/** The next character without taking it; empty at the end. */
export const peek = (lexer: Lexer): string => {
  const octet = lexer.bytes[lexer.at]
  return octet === undefined ? "" : String.fromCharCode(octet)
}

/** Takes `text` where it stands next, letters in any case. */
export const take = (lexer: Lexer, text: string): boolean => {
  const end = lexer.at + text.length
  if (end > lexer.bytes.length || latin1(lexer.bytes, lexer.at, end).toUpperCase() !== text) return false
  lexer.at = end
  return true
}

export const expect = (lexer: Lexer, text: string): Parsed<void> =>
  take(lexer, text) ? Result.void : bad(lexer, `expected "${text}"`)

export const space = (lexer: Lexer): Parsed<void> => {
  if (lexer.bytes[lexer.at] !== SP) return bad(lexer, "expected a space")
  lexer.at++
  return Result.void
}

/** quirk_trailing_space: some clients end a command in spaces. */
export const end = (lexer: Lexer): Parsed<void> => {
  while (lexer.bytes[lexer.at] === SP) lexer.at++
  return isAtEnd(lexer) ? Result.void : bad(lexer, "expected the end of the command")
}

/** `tag = 1*<any ASTRING-CHAR except "+">` */
export const tag = (lexer: Lexer): Parsed<string> => {
  const text = run(lexer, TAG)
  return text === "" ? bad(lexer, "expected a tag") : Result.succeed(text)
}

/** `atom = 1*ATOM-CHAR` */
export const atom = (lexer: Lexer): Parsed<string> => {
  const text = run(lexer, ATOM)
  return text === "" ? bad(lexer, "expected a word") : Result.succeed(text)
}

/** A word of the grammar, in capitals; with letters, digits and `-._` only it is what all keywords are made of. */
export const keyword = (lexer: Lexer): Parsed<string> => {
  const start = lexer.at
  for (; lexer.at < lexer.bytes.length; lexer.at++) {
    const c = lexer.bytes[lexer.at] as number
    const isWord = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 46
    if (!isWord) break
  }
  return lexer.at === start
    ? bad(lexer, "expected a word")
    : Result.succeed(latin1(lexer.bytes, start, lexer.at).toUpperCase())
}

/** `number = 1*DIGIT`, up to 32 bits (RFC 3501); RFC 9051's number64 where `maximum` says so. */
export const number = (lexer: Lexer, maximum = 0xffff_ffff): Parsed<number> => {
  const start = lexer.at
  const digits = run(lexer, DIGIT)
  const value = Number(digits)
  if (digits !== "" && digits.length <= 16 && value <= maximum) return Result.succeed(value)
  return badAt(lexer, start, digits === "" ? "expected a number" : "the number is too large")
}

const MAX_MODSEQ_DIGITS = 19

/** `mod-sequence-valzer` (RFC 7162): 63 bits. Ours stay far below 2^53, so that what is above it is as good as that. */
export const modSeq = (lexer: Lexer): Parsed<number> => {
  const start = lexer.at
  const digits = run(lexer, DIGIT)
  if (digits !== "" && digits.length <= MAX_MODSEQ_DIGITS) {
    return Result.succeed(Math.min(Number(digits), Number.MAX_SAFE_INTEGER))
  }
  return badAt(lexer, start, "expected a mod-sequence")
}

/** `nz-number = digit-nz *DIGIT` */
export const positive = (lexer: Lexer): Parsed<number> => {
  const start = lexer.at
  const value = number(lexer)
  if (Result.isSuccess(value) && value.success === 0) {
    return badAt(lexer, start, "expected a number above 0")
  }
  return value
}

const utf8 = new TextDecoder("utf-8", { fatal: true })
const isUtf8 = (octets: string): boolean =>
  !/[\x80-\xff]/.test(octets) || Result.isSuccess(Result.try(() => utf8.decode(fromLatin1(octets))))

/** `quoted = DQUOTE *QUOTED-CHAR DQUOTE`; octets as one character each. */
const quoted = (lexer: Lexer): Parsed<string> => {
  const opening = lexer.at++
  let text = ""
  let start = lexer.at
  for (; lexer.at < lexer.bytes.length; lexer.at++) {
    const octet = lexer.bytes[lexer.at]
    if (octet === QUOTE) {
      text += latin1(lexer.bytes, start, lexer.at++)
      return lexer.isUtf8 && !isUtf8(text)
        ? badAt(lexer, opening, "the quoted string is not in UTF-8")
        : Result.succeed(text)
    }
    if (octet === 0 || octet === 10 || octet === 13) return bad(lexer, "a quoted string is one line of text")
    if (octet === BACKSLASH) {
      text += latin1(lexer.bytes, start, lexer.at++)
      start = lexer.at
      const next = lexer.bytes[lexer.at]
      if (next !== QUOTE && next !== BACKSLASH) return bad(lexer, "only a quote or a backslash is escaped")
    }
  }
  return bad(lexer, "the quoted string does not end")
}

/** `literal = "{" number ["+"] "}" CRLF *CHAR8`: the octets themselves, not copied. */
export const literal = (lexer: Lexer): Parsed<Uint8Array> => {
  if (!take(lexer, "{")) return bad(lexer, "expected a literal")
  const size = number(lexer)
  if (Result.isFailure(size)) return Result.fail(size.failure)
  take(lexer, "+")
  if (!take(lexer, "}\r\n")) return bad(lexer, "a literal is announced at the end of a line")
  const start = lexer.at
  if (start + size.success > lexer.bytes.length) return bad(lexer, "the literal is shorter than announced")
  lexer.at += size.success
  return Result.succeed(lexer.bytes.subarray(start, lexer.at))
}

/** `literal / literal8` (RFC 3516): `~` says that there may be NUL in it, and there may be as well where it does not. */
export const literal8 = (lexer: Lexer): Parsed<Uint8Array> => {
  take(lexer, "~")
  return literal(lexer)
}

/** `string = quoted / literal` */
export const string = (lexer: Lexer): Parsed<string> => {
  const next = peek(lexer)
  if (next === "\"") return quoted(lexer)
  if (next === "{") return Result.map(literal(lexer), (octets) => latin1(octets))
  return bad(lexer, "expected a string")
}

const wordOrString = (lexer: Lexer, kind: number): Parsed<string> => {
  const next = peek(lexer)
  if (next === "\"" || next === "{") return string(lexer)
  const text = run(lexer, kind)
  return text === "" ? bad(lexer, "expected a word or a string") : Result.succeed(text)
}

/** `astring = 1*ASTRING-CHAR / string` */
export const astring = (lexer: Lexer): Parsed<string> => wordOrString(lexer, ASTRING)

/** `list-mailbox = 1*list-char / string` */
export const listMailbox = (lexer: Lexer): Parsed<string> => wordOrString(lexer, LIST)

/** `nstring = string / nil` */
export const nstring = (lexer: Lexer): Parsed<string | undefined> =>
  take(lexer, "NIL") ? Result.succeed(undefined) : string(lexer)

/** `"(" item *(SP item) ")"`; `()` where `mayBeEmpty`. */
export const list = <A>(lexer: Lexer, item: (lexer: Lexer) => Parsed<A>, mayBeEmpty = false): Parsed<Array<A>> => {
  if (!take(lexer, "(")) return bad(lexer, "expected a list in parentheses")
  const items: Array<A> = []
  if (mayBeEmpty && take(lexer, ")")) return Result.succeed(items)
  for (;;) {
    const one = item(lexer)
    if (Result.isFailure(one)) return Result.fail(one.failure)
    items.push(one.success)
    if (take(lexer, ")")) return Result.succeed(items)
    if (Result.isFailure(space(lexer))) return bad(lexer, "expected a space or the closing parenthesis")
  }
}

/** `[SP "(" item *(SP item) ")"]` (RFC 4466); none where it is not there. */
export const parameters = <A>(lexer: Lexer, item: (lexer: Lexer) => Parsed<A>): Parsed<Array<A>> => {
  if (!take(lexer, " (")) return Result.succeed([])
  lexer.at--
  return list(lexer, item)
}
