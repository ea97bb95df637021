/** What FETCH asks (RFC 3501 §6.4.5): `fetch-att`, with its macros opened. */
import { Result } from "effect"
import type { SectionSpec } from "../../../domain/message/Section.ts"
import {
  astring,
  badAt,
  expect,
  keyword,
  type Lexer,
  list,
  number,
  type Parsed,
  peek,
  positive,
  space,
  take,
  tooMuch
} from "./Lexer.ts"

export interface Partial {
  readonly offset: number
  readonly length: number
}

export type FetchItem =
  | { readonly _tag: "Envelope" }
  | { readonly _tag: "Flags" }
  | { readonly _tag: "InternalDate" }
  | { readonly _tag: "Size" }
  | { readonly _tag: "Uid" }
  /** BODYSTRUCTURE, or BODY where not `extended`. */
  | { readonly _tag: "Structure"; readonly extended: boolean }
  /** RFC822, RFC822.HEADER and RFC822.TEXT too: `label` is the name that the answer goes by. */
  | {
    readonly _tag: "Body"
    readonly section: SectionSpec
    readonly partial: Partial | undefined
    readonly peek: boolean
    readonly label: string | undefined
  }
  /** RFC 3516: a part without its transfer encoding, or how long that is. */
  | {
    readonly _tag: "Binary"
    readonly path: ReadonlyArray<number>
    readonly partial: Partial | undefined
    readonly peek: boolean
  }
  | { readonly _tag: "BinarySize"; readonly path: ReadonlyArray<number> }
  /** RFC 7162 */
  | { readonly _tag: "ModSeq" }
  /** RFC 8474 */
  | { readonly _tag: "EmailId" }
  | { readonly _tag: "ThreadId" }
  /** RFC 8514 */
  | { readonly _tag: "SaveDate" }
  /** RFC 8970. It is made at arrival: `(LAZY)` changes nothing. */
  | { readonly _tag: "Preview" }

const simple: ReadonlyMap<string, FetchItem> = new Map<string, FetchItem>([
  ["ENVELOPE", { _tag: "Envelope" }],
  ["FLAGS", { _tag: "Flags" }],
  ["INTERNALDATE", { _tag: "InternalDate" }],
  ["RFC822.SIZE", { _tag: "Size" }],
  ["UID", { _tag: "Uid" }],
  ["MODSEQ", { _tag: "ModSeq" }],
  ["EMAILID", { _tag: "EmailId" }],
  ["THREADID", { _tag: "ThreadId" }],
  ["SAVEDATE", { _tag: "SaveDate" }],
  ["BODYSTRUCTURE", { _tag: "Structure", extended: true }],
  ["RFC822", { _tag: "Body", section: { path: [], text: "ALL" }, partial: undefined, peek: false, label: "RFC822" }],
  ["RFC822.HEADER", {
    _tag: "Body",
    section: { path: [], text: "HEADER" },
    partial: undefined,
    peek: true,
    label: "RFC822.HEADER"
  }],
  ["RFC822.TEXT", {
    _tag: "Body",
    section: { path: [], text: "TEXT" },
    partial: undefined,
    peek: false,
    label: "RFC822.TEXT"
  }]
])

const FAST: ReadonlyArray<FetchItem> = [{ _tag: "Flags" }, { _tag: "InternalDate" }, { _tag: "Size" }]
const ALL: ReadonlyArray<FetchItem> = [...FAST, { _tag: "Envelope" }]
const macros: ReadonlyMap<string, ReadonlyArray<FetchItem>> = new Map([
  ["FAST", FAST],
  ["ALL", ALL],
  ["FULL", [...ALL, { _tag: "Structure", extended: false }]]
])

const MAX_PATH = 200

/** `header-list = "(" header-fld-name *(SP header-fld-name) ")"` */
const fieldNames = (lexer: Lexer): Parsed<ReadonlyArray<string>> =>
  Result.gen(function*() {
    yield* space(lexer)
    return yield* list(lexer, astring)
  })

/** `section = "[" [section-spec] "]"`; `section-spec = section-msgtext / (section-part ["." section-text])` */
export const section = (lexer: Lexer): Parsed<SectionSpec> =>
  Result.gen(function*() {
    yield* expect(lexer, "[")
    const path: Array<number> = []
    let isTextNext = peek(lexer) !== "]"
    while (peek(lexer) >= "0" && peek(lexer) <= "9") {
      path.push(yield* positive(lexer))
      if (path.length > MAX_PATH) return yield* tooMuch(lexer, "the section goes too deep")
      isTextNext = take(lexer, ".")
      if (!isTextNext) break
    }
    if (!isTextNext) {
      yield* expect(lexer, "]")
      return { path, text: "ALL" as const }
    }
    const start = lexer.at
    const text = yield* keyword(lexer)
    switch (text) {
      case "HEADER.FIELDS":
      case "HEADER.FIELDS.NOT": {
        const fields = yield* fieldNames(lexer)
        yield* expect(lexer, "]")
        return { path, text, fields }
      }
      case "HEADER":
      case "TEXT":
        yield* expect(lexer, "]")
        return { path, text }
      case "MIME":
        if (path.length > 0) {
          yield* expect(lexer, "]")
          return { path, text } as const
        }
    }
    return yield* badAt(lexer, start, "expected HEADER, HEADER.FIELDS, TEXT or a part's number")
  })

/** `section-binary = "[" [section-part] "]"` (RFC 3516) */
const sectionBinary = (lexer: Lexer): Parsed<ReadonlyArray<number>> => {
  const start = lexer.at
  const spec = section(lexer)
  if (Result.isSuccess(spec) && spec.success.text !== "ALL") {
    return badAt(lexer, start, "BINARY takes the number of a part only")
  }
  return Result.map(spec, ({ path }) => path)
}

/** `"<" number "." nz-number ">"` */
const partial = (lexer: Lexer): Parsed<Partial | undefined> =>
  Result.gen(function*() {
    if (!take(lexer, "<")) return undefined
    const offset = yield* number(lexer)
    yield* expect(lexer, ".")
    const length = yield* positive(lexer)
    yield* expect(lexer, ">")
    return { offset, length }
  })

export const item = (lexer: Lexer): Parsed<FetchItem> =>
  Result.gen(function*() {
    const start = lexer.at
    const word = yield* keyword(lexer)
    const known = simple.get(word)
    if (known !== undefined) return known
    if (word === "BODY" && peek(lexer) !== "[") return { _tag: "Structure", extended: false } as const
    if (word === "BODY" || word === "BODY.PEEK") {
      const spec = yield* section(lexer)
      const range = yield* partial(lexer)
      return { _tag: "Body", section: spec, partial: range, peek: word === "BODY.PEEK", label: undefined } as const
    }
    if (word === "BINARY" || word === "BINARY.PEEK") {
      const path = yield* sectionBinary(lexer)
      return { _tag: "Binary", path, partial: yield* partial(lexer), peek: word === "BINARY.PEEK" } as const
    }
    if (word === "BINARY.SIZE") return { _tag: "BinarySize", path: yield* sectionBinary(lexer) } as const
    if (word === "PREVIEW") {
      take(lexer, " (LAZY)")
      return { _tag: "Preview" } as const
    }
    return yield* badAt(lexer, start, "there is no such FETCH item")
  })

/** `"ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")"` */
export const fetchItems = (lexer: Lexer): Parsed<ReadonlyArray<FetchItem>> => {
  if (peek(lexer) === "(") return list(lexer, item)
  const start = lexer.at
  const word = keyword(lexer)
  const macro = Result.isSuccess(word) ? macros.get(word.success) : undefined
  if (macro !== undefined) return Result.succeed(macro)
  lexer.at = start
  return Result.map(item(lexer), (one) => [one])
}
