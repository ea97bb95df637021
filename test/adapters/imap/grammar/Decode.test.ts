import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { decode } from "../../../../src/adapters/imap/grammar/Decode.ts"
import { fromLatin1 } from "../../../../src/domain/message/Latin1.ts"
import { damage } from "../../../fuzz/Damage.ts"
import { damaged } from "../../../fuzz/DamagedCommand.ts"
import { runs } from "../../../fuzz/Runs.ts"
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
  }, { arbitrary: { runs: runs(500) } })

  it.prop("never throws on random octets", { octets: Schema.Uint8Array }, ({ octets }) => {
    decode(octets)
  }, { arbitrary: { runs: runs(100) } })

  it.prop("never throws on damaged commands, and points into them", {
    tagged: taggedCommand,
    damage
  }, ({ damage, tagged }) => {
    const octets = damaged(fromLatin1(`a ${print(tagged.command)}`), damage)
    const read = decode(octets)
    if (Result.isFailure(read)) assert.isTrue(read.failure.at >= 0 && read.failure.at <= octets.length)
  }, { arbitrary: { runs: runs(1000) } })

  it("reads keywords in any case and spaces at the end", () => {
    assert.deepStrictEqual(command("uId fEtCh 1:* (uid fLags)"), {
      _tag: "Fetch",
      uid: true,
      set: [{ from: 1, to: 0 }],
      items: [{ _tag: "Uid" }, { _tag: "Flags" }],
      changedSince: undefined,
      vanished: false,
      partial: undefined
    })
    assert.deepStrictEqual(command("noop  "), { _tag: "Noop" })
    assert.deepStrictEqual(command("search all "), {
      _tag: "Search",
      uid: false,
      returns: undefined,
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
    const at = (date: string) => {
      const read = command(`APPEND x "${date}" {1}\r\nx`)
      return read?._tag === "Append" ? read.messages[0]?.internalDate : undefined
    }
    assert.strictEqual(at(" 1-Jan-1970 01:00:00 +0100"), 0)
    assert.strictEqual(at("29-Feb-2024 23:59:59 -0330"), Date.UTC(2024, 2, 1, 3, 29, 59))
    assert.strictEqual(at("31-Dec-1969 23:59:59 +0000"), -1000)
  })

  const refused: ReadonlyArray<readonly [line: string, tag: string | undefined, sentence: string, at: number]> = [
    ["", undefined, "expected a tag", 0],
    ["* OK", undefined, "expected a tag", 0],
    ["a", "a", "expected a space", 1],
    ["a LOGIN {9}\r\nx", "a", "the literal is shorter than announced", 13],
    ["a ", "a", "expected a word", 2],
    ["a XYZZY", "a", "there is no such command", 2],
    ["a UID", "a", "expected a space", 5],
    ["a UID NOOP", "a", "there is no such command", 2],
    ["a NOOP now", "a", "expected the end of the command", 7],
    ["a LOGIN alice", "a", "expected a space", 13],
    ["a LOGIN (a) b", "a", "expected a word or a string", 8],
    ["a LOGIN \"a b", "a", "the quoted string does not end", 12],
    ["a LOGIN \"a\\b\" c", "a", "only a quote or a backslash is escaped", 11],
    ["a AUTHENTICATE", "a", "expected a space", 14],
    ["a ENABLE", "a", "expected a space", 8],
    ["a ID", "a", "expected a space", 4],
    ["a ID (\"name\")", "a", "expected a space", 12],
    ["a ID (NIL \"x\")", "a", "expected a string", 6],
    ["a ID \"name\"", "a", "expected a list in parentheses", 5],
    ["a SELECT", "a", "expected a space", 8],
    ["a SELECT INBOX x", "a", "expected the end of the command", 15],
    ["a EXAMINE &", "a", "the mailbox name is not in modified UTF-7", 10],
    ["a CREATE &AAAAA-", "a", "the mailbox name is not in modified UTF-7", 9],
    ["a DELETE", "a", "expected a space", 8],
    ["a RENAME a", "a", "expected a space", 10],
    ["a SUBSCRIBE", "a", "expected a space", 11],
    ["a LIST \"\"", "a", "expected a space", 9],
    ["a LSUB % %", "a", "expected a word or a string", 7],
    ["a STATUS INBOX", "a", "expected a space", 14],
    ["a STATUS INBOX MESSAGES", "a", "expected a list in parentheses", 15],
    ["a STATUS INBOX ()", "a", "expected a word", 16],
    ["a STATUS INBOX (SIZES)", "a", "there is no such STATUS item", 16],
    ["a APPEND INBOX", "a", "expected a space", 14],
    ["a APPEND INBOX text", "a", "expected a literal", 15],
    ["a APPEND INBOX (\\Seen) (\\Draft) {1+}\r\nx", "a", "expected a literal", 23],
    ["a APPEND INBOX (\\Seem) {1+}\r\nx", "a", "there is no such system flag", 16],
    ["a APPEND INBOX \"31-Feb-2026 00:00:00 +0000\" {1+}\r\nx", "a", "there is no such day", 16],
    ["a APPEND INBOX \"1-Jan-26 00:00:00 +0000\" {1+}\r\nx", "a", "expected 4 digits", 22],
    ["a APPEND INBOX \"01-Jan-2026 24:00:00 +0000\" {1+}\r\nx", "a", "the number is too large", 28],
    ["a APPEND INBOX \"01-Jan-2026 00:00:00\" {1+}\r\nx", "a", "expected a space", 36],
    ["a FETCH", "a", "expected a space", 7],
    ["a FETCH 0 FLAGS", "a", "expected message numbers such as 1:3,7 or 5:*", 8],
    ["a FETCH 1: FLAGS", "a", "expected the end of the range", 10],
    ["a FETCH 1,,2 FLAGS", "a", "expected message numbers such as 1:3,7 or 5:*", 10],
    ["a FETCH 4294967296 FLAGS", "a", "expected message numbers such as 1:3,7 or 5:*", 8],
    ["a FETCH 1", "a", "expected a space", 9],
    ["a FETCH 1 ()", "a", "expected a word", 11],
    ["a FETCH 1 (FAST)", "a", "there is no such FETCH item", 11],
    ["a FETCH 1 FLAG", "a", "there is no such FETCH item", 10],
    ["a FETCH 1 BODY[", "a", "expected a word", 15],
    ["a FETCH 1 BODY[0]", "a", "expected a number above 0", 15],
    ["a FETCH 1 BODY[MIME]", "a", "expected HEADER, HEADER.FIELDS, TEXT or a part's number", 15],
    ["a FETCH 1 BODY[1.]", "a", "expected a word", 17],
    ["a FETCH 1 BODY[HEADER.FIELDS]", "a", "expected a space", 28],
    ["a FETCH 1 BODY[HEADER.FIELDS ()]", "a", "expected a word or a string", 30],
    ["a FETCH 1 BODY[]<0>", "a", "expected \".\"", 18],
    ["a FETCH 1 BODY[]<0.0>", "a", "expected a number above 0", 19],
    ["a FETCH 1 BODY.PEEK", "a", "expected \"[\"", 19],
    ["a STORE 1 FLAGS", "a", "expected a space", 15],
    ["a STORE 1 FLAG (\\Seen)", "a", "expected \"FLAGS\"", 10],
    ["a STORE 1 *FLAGS (\\Seen)", "a", "expected \"FLAGS\"", 10],
    ["a STORE 1 FLAGS (\\Seen", "a", "expected a space or the closing parenthesis", 22],
    ["a STORE 1 FLAGS (\\Unread)", "a", "there is no such system flag", 17],
    ["a SEARCH", "a", "expected a space", 8],
    ["a SEARCH UNKNOWN", "a", "there is no such SEARCH key", 9],
    ["a SEARCH ()", "a", "expected a word", 10],
    ["a SEARCH (ALL", "a", "expected a space or the closing parenthesis", 13],
    ["a SEARCH NOT", "a", "expected a space", 12],
    ["a SEARCH OR ALL", "a", "expected a space", 15],
    ["a SEARCH FROM", "a", "expected a space", 13],
    ["a SEARCH HEADER Subject", "a", "expected a space", 23],
    ["a SEARCH SINCE yesterday", "a", "expected a number", 15],
    ["a SEARCH ON 1-Janus-2026", "a", "expected \"-\"", 17],
    ["a SEARCH ON \"1-Jan-2026", "a", "the quoted date does not end", 23],
    ["a SEARCH KEYWORD \\Seen", "a", "expected a word", 17],
    ["a SEARCH LARGER many", "a", "expected a number", 16],
    ["a SEARCH UID x", "a", "expected message numbers such as 1:3,7 or 5:*", 13],
    ["a SEARCH CHARSET UTF-8", "a", "expected a space", 22],
    ["a COPY 1", "a", "expected a space", 8],
    ["a UID MOVE 1 ", "a", "expected a word or a string", 13],
    ["a UID EXPUNGE", "a", "expected a space", 13]
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
