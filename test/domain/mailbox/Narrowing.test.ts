import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { narrow, type Narrowing } from "../../../src/domain/mailbox/Narrowing.ts"
import { matches, type SearchFacts } from "../../../src/domain/mailbox/Search.ts"
import type { SearchQuery } from "../../../src/domain/mailbox/SearchQuery.ts"
import { fold } from "../../../src/domain/message/SearchText.ts"

const text = Schema.Literals(["", "a", "Straße", "STRASSE", "ab", "bcd", "ﬁsch", "abcd"])
const leaf = Schema.Union([
  Schema.TaggedStruct("All", {}),
  Schema.TaggedStruct("HasFlag", { flag: Schema.Literals(["\\Seen", "x"]) }),
  Schema.TaggedStruct("Header", { field: Schema.Literals(["Subject", "X-Y"]), text }),
  Schema.TaggedStruct("Envelope", { field: Schema.Literals(["from", "subject"]), text }),
  Schema.TaggedStruct("Body", { text }),
  Schema.TaggedStruct("Text", { text })
])
const arbitraryLeaf = Arbitrary.schema(leaf)
const shape = Arbitrary.schema(Schema.Literals(["Leaf", "Not", "And", "Or"]))
const tree = (depth: number): Arbitrary.Arbitrary<SearchQuery> =>
  depth === 0 ? arbitraryLeaf : Arbitrary.flatMap(shape, (_tag): Arbitrary.Arbitrary<SearchQuery> => {
    const inner = tree(depth - 1)
    if (_tag === "Leaf") return arbitraryLeaf
    if (_tag === "Not") return Arbitrary.map(inner, (query) => ({ _tag, query }))
    return Arbitrary.map(Arbitrary.array(inner, { maxLength: 3 }), (queries) => ({ _tag, queries }))
  })
const texts = Arbitrary.schema(Schema.Struct({
  subject: text,
  from: text,
  body: Schema.Array(text),
  isSeen: Schema.Boolean
}))

const isWithin = (narrowing: Narrowing, header: string, body: string): boolean => {
  switch (narrowing._tag) {
    case "Any":
      return true
    case "Holds":
      return (narrowing.in === "header" ? header : body).includes(narrowing.text)
    case "Every":
      return narrowing.of.every((one) => isWithin(one, header, body))
    case "Some":
      return narrowing.of.some((one) => isWithin(one, header, body))
  }
}

describe("narrow", () => {
  it.prop("leaves no match out", { query: tree(3), texts }, ({ query, texts }) => {
    const header = fold(`subject: ${texts.subject}\nfrom: ${texts.from}`)
    const body = fold(texts.body.join(" "))
    const facts: SearchFacts = {
      uid: 1,
      emailId: "e",
      threadId: "t",
      flags: texts.isSeen ? ["\\Seen"] : [],
      modSeq: 1,
      internalDate: 0,
      saveDate: 0,
      sentDay: undefined,
      size: 1,
      headerText: () => header,
      holds: (text, needle) => (text === "header" ? header : body).includes(needle),
      mayHold: () => true
    }
    const isMatch = matches(query, facts, 0)
    // What is known beforehand spares texts, and changes no answer.
    assert.strictEqual(matches(query, { ...facts, mayHold: facts.holds }, 0), isMatch)
    return !isMatch || isWithin(narrow(query), header, body)
  })

  it("asks nothing of a search that asks for no text", () => {
    const query: SearchQuery = {
      _tag: "And",
      queries: [{ _tag: "All" }, { _tag: "Not", query: { _tag: "Body", text: "abc" } }]
    }
    assert.deepStrictEqual(narrow(query), { _tag: "Any" })
  })
})
