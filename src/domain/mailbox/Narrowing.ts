/** What an index of texts can say about a search: every match lies within it, not all within it match. */
import { fold } from "../message/SearchText.ts"
import type { SearchQuery } from "./SearchQuery.ts"

export type Narrowing =
  | { readonly _tag: "Any" }
  /** The folded header, or body, contains the folded text. */
  | { readonly _tag: "Holds"; readonly in: "header" | "body"; readonly text: string }
  | { readonly _tag: "Every"; readonly of: ReadonlyArray<Narrowing> }
  | { readonly _tag: "Some"; readonly of: ReadonlyArray<Narrowing> }

const ANY: Narrowing = { _tag: "Any" }

const holds = (where: "header" | "body", text: string): Narrowing =>
  text === "" ? ANY : { _tag: "Holds", in: where, text: fold(text) }

const isAny = ({ _tag }: Narrowing): boolean => _tag === "Any"

const every = (of: ReadonlyArray<Narrowing>): Narrowing => {
  const told = of.filter((one) => !isAny(one))
  return told.length === 0 ? ANY : { _tag: "Every", of: told }
}

const some = (of: ReadonlyArray<Narrowing>): Narrowing => of.some(isAny) ? ANY : { _tag: "Some", of }

export const narrow = (query: SearchQuery): Narrowing => {
  switch (query._tag) {
    case "Header":
    case "Envelope":
      return holds("header", query.text)
    case "Body":
      return holds("body", query.text)
    case "Text":
      return some([holds("header", query.text), holds("body", query.text)])
    case "And":
      return every(query.queries.map(narrow))
    case "Or":
      return some(query.queries.map(narrow))
    default:
      return ANY
  }
}
