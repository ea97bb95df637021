import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { decode } from "../../../../src/adapters/imap/grammar/Decode.ts"
import { fromLatin1 } from "../../../../src/domain/message/Latin1.ts"
import { taggedCommand } from "./ArbitraryCommand.ts"
import { print } from "./PrintCommand.ts"

const read = (line: string) => decode(fromLatin1(line))
const command = (line: string) => Result.getOrThrow(read(`a ${line}`)).command
const sentence = (line: string) =>
  Result.match(read(line), { onSuccess: () => undefined, onFailure: (bad) => [bad.tag, bad.sentence, bad.at] })

describe("Decode", () => {
  it.prop("reads back what a client prints", { tagged: taggedCommand }, ({ tagged }) => {
    const again = read(`${tagged.tag} ${print(tagged.command)}`)
    assert.deepStrictEqual(again, Result.succeed(tagged))
  }, { arbitrary: { runs: 500 } })

  it.prop("never throws on random octets", { octets: Schema.Uint8Array }, ({ octets }) => {
    decode(octets)
  })

  it.prop("never throws on a damaged command", {
    tagged: taggedCommand,
    at: Schema.Natural,
    octet: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  }, ({ at, octet, tagged }) => {
    const octets = fromLatin1(`a ${print(tagged.command)}`)
    octets[at % octets.length] = octet
    decode(octets)
    decode(octets.subarray(0, at % octets.length))
  })

  it("reads keywords in any case and spaces at the end", () => {
    assert.deepStrictEqual(command("uId fEtCh 1:* (uid fLags)"), {
      _tag: "Fetch",
      uid: true,
      set: [{ from: 1, to: 0 }],
      items: [{ _tag: "Uid" }, { _tag: "Flags" }]
    })
    assert.deepStrictEqual(command("noop  "), { _tag: "Noop" })
    assert.deepStrictEqual(command("search all "), {
      _tag: "Search",
      uid: false,
      charset: undefined,
      key: { _tag: "All" }
    })
  })

  it("opens macros", () => {
    const items = (text: string) => (command(`fetch 1 ${text}`) as { items: ReadonlyArray<object> }).items
    assert.deepStrictEqual(items("FULL").slice(0, 4), items("ALL"))
    assert.deepStrictEqual(items("ALL").slice(0, 3), items("FAST"))
  })

  it("reads passwords of any characters, literals too", () => {
    assert.deepStrictEqual(command("LOGIN {3}\r\na@b \"p\\\"\xc3\xa4\""), {
      _tag: "Login",
      user: "a@b",
      password: Redacted.make("p\"ä")
    })
  })

  it("reads dates with their zone, before 1970 too", () => {
    const at = (date: string) => (command(`APPEND x "${date}" {0}\r\n`) as { internalDate?: number }).internalDate
    assert.strictEqual(at(" 1-Jan-1970 01:00:00 +0100"), 0)
    assert.strictEqual(at("29-Feb-2024 23:59:59 -0330"), Date.UTC(2024, 2, 1, 3, 29, 59))
    assert.strictEqual(at("31-Dec-1969 23:59:59 +0000"), -1000)
  })

  const refused: ReadonlyArray<readonly [line: string, tag: string | undefined, sentence: string, at: number]> = [
    ["", undefined, "expected a tag", 0],
    ["* OK", undefined, "expected a tag", 0],
    ["a", "a", "expected a space", 1],
    ["a FROBNICATE", "a", "there is no such command", 2],
    ["a UID NOOP", "a", "there is no such command", 2],
    ["a NOOP x", "a", "expected the end of the command", 7],
    ["a LOGIN \"x", "a", "the quoted string does not end", 10],
    ["a LOGIN {9}\r\nx", "a", "the literal is shorter than announced", 13],
    ["a FETCH 0 FLAGS", "a", "expected message numbers such as 1:3,7 or 5:*", 8],
    ["a FETCH 4294967296 FLAGS", "a", "expected message numbers such as 1:3,7 or 5:*", 8],
    ["a FETCH 1 BODY[MIME]", "a", "expected HEADER, HEADER.FIELDS, TEXT or a part's number", 15],
    ["a FETCH 1 BODY[]<0.0>", "a", "expected a number above 0", 19],
    ["a SELECT &Jjo", "a", "the mailbox name is not in modified UTF-7", 13],
    ["a SEARCH ON 30-Feb-2026", "a", "there is no such day", 23],
    ["a STATUS x (SIZES)", "a", "there is no such STATUS item", 12]
  ]
  for (const [line, tag, why, at] of refused) {
    it(`refuses ${JSON.stringify(line)}`, () => assert.deepStrictEqual(sentence(line), [tag, why, at]))
  }

  it("refuses searches nested past the limit", () => {
    const nested = (depth: number) => `a SEARCH ${"(".repeat(depth)}ALL${")".repeat(depth)}`
    assert.isUndefined(sentence(nested(50)))
    assert.deepStrictEqual(sentence(nested(51))?.[1], "the search is nested too deep or too long")
    assert.deepStrictEqual(
      sentence(`a SEARCH ${"NOT ".repeat(100_000)}ALL`)?.[1],
      "the search is nested too deep or too long"
    )
  })
})
