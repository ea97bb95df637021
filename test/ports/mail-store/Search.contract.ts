/** Searching: every kind of query alone, under Not, And, Or, and whatever two of them make together. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { SearchQuery } from "../../../src/domain/mailbox/SearchQuery.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore, type NewMessage } from "../../../src/ports/MailStore.ts"
import { emailId, equal, fetch, find, flag, idOf, message, put, remove, set, type Test } from "./Mail.ts"

const DAY = 86_400_000
/** 2024-03-10 00:00 UTC */
const TODAY = Date.UTC(2024, 2, 10)
const lines = (...all: ReadonlyArray<string>): string => all.join("\r\n")
const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** Uids 1 to 9; 7 is gone. */
const MESSAGES: ReadonlyArray<NewMessage> = [
  message(
    lines(
      "From: Ann <ann@leap.test>",
      "To: bob@leap.test",
      "Subject: Grocery list",
      "Message-ID: <1@x>",
      "Date: Sat, 9 Mar 2024 23:30:00 -0500",
      "X-Empty:",
      "",
      "eggs, milk"
    ),
    { flags: ["\\Seen", "$Work"], internalDate: TODAY - DAY, emailId: emailId("item-1") }
  ),
  message(
    lines(
      "From: =?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <jg@leap.test>",
      "To: ann@leap.test",
      "Cc: cy@leap.test",
      "Subject: =?utf-8?B?" + base64("Straße nach ΟΔΟΣ") + "?=",
      "Date: Sun, 10 Mar 2024 12:00:00 +0000",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
      "",
      base64("Die Übergröße kostet fünf €, naïve Ännchen. 東京で会いましょう")
    ),
    { flags: ["\\Flagged"], internalDate: TODAY }
  ),
  message(
    lines(
      "From: cy@leap.test",
      "Bcc: secret@leap.test",
      "Subject: Re: Grocery list",
      "References: <1@x>",
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "--b",
      "Content-Type: text/html",
      "",
      "<p>no <b>mi</b>lk, but <i>butter &amp; flour</i></p>",
      "--b",
      "Content-Type: application/pdf; name=\"recipe.pdf\"",
      "",
      "eggs in a PDF are not text",
      "--b--"
    ),
    { flags: ["\\Answered", "\\Draft"], internalDate: TODAY + DAY - 1 }
  ),
  message(
    lines("Subject: a", "Subject: second subject", "X-Fold: one", " two", "Date: nonsense", "", "x".repeat(3000)),
    { flags: ["\\Deleted", "\\Seen"], internalDate: TODAY + DAY }
  ),
  message("", { internalDate: TODAY - 40 * DAY }),
  message(lines("Subject: percent 100% _under_ \\back 'quote' \"double\" %s", "", "a*b?c[d]"), { internalDate: 0 }),
  message("gone"),
  message(lines("Received: subject: eggs", "Subjects: plural", "", "subject: in the body"), {
    internalDate: TODAY + DAY,
    flags: ["$Work"]
  }),
  message(lines("Subject: =?utf-8?Q?ﬁne_①?=", "From: İstanbul <i@leap.test>", "", "ends with a word"), {
    internalDate: TODAY + 2 * DAY
  })
]

const prepared = Effect.gen(function*() {
  yield* TestClock.setTime(TODAY + 3 * DAY)
  yield* put("INBOX", ...MESSAGES.slice(0, 4))
  yield* TestClock.setTime(TODAY + 4 * DAY)
  yield* put("INBOX", ...MESSAGES.slice(4))
  yield* remove("INBOX", "7")
})

const found = Effect.fnUntraced(function*(query: SearchQuery, now = TODAY) {
  const store = yield* MailStore
  return (yield* store.search(yield* idOf("INBOX"), query, now))
})

const hasFlag = (flag: string): SearchQuery => ({ _tag: "HasFlag", flag })
const header = (field: string, text: string): SearchQuery => ({ _tag: "Header", field, text })
const envelope = (field: "from" | "to" | "cc" | "bcc" | "subject", text: string): SearchQuery => ({
  _tag: "Envelope",
  field,
  text
})
const body = (text: string): SearchQuery => ({ _tag: "Body", text })
const text = (needle: string): SearchQuery => ({ _tag: "Text", text: needle })
const date = (of: "internal" | "sent" | "saved", is: "before" | "on" | "since", day: number): SearchQuery => ({
  _tag: "Date",
  of,
  is,
  day
})
const not = (query: SearchQuery): SearchQuery => ({ _tag: "Not", query })
const and = (...queries: ReadonlyArray<SearchQuery>): SearchQuery => ({ _tag: "And", queries })
const or = (...queries: ReadonlyArray<SearchQuery>): SearchQuery => ({ _tag: "Or", queries })

const ALL = [1, 2, 3, 4, 5, 6, 8, 9]

const TABLE: ReadonlyArray<readonly [SearchQuery, ReadonlyArray<number>]> = [
  [{ _tag: "All" }, ALL],
  [{ _tag: "Uids", uids: set("2:3,7:8,4000000000") }, [2, 3, 8]],
  [{ _tag: "Uids", uids: UidSet.all }, ALL],
  [{ _tag: "Uids", uids: UidSet.empty }, []],
  [{ _tag: "EmailId", id: emailId("item-1") }, [1]],
  [{ _tag: "EmailId", id: emailId("item") }, []],
  [{ _tag: "ThreadId", id: "nobody" }, []],

  [hasFlag("\\Seen"), [1, 4]],
  [hasFlag("\\sEEN"), [1, 4]],
  [hasFlag("\\Answered"), [3]],
  [hasFlag("\\Flagged"), [2]],
  [hasFlag("\\Draft"), [3]],
  [hasFlag("\\Deleted"), [4]],
  [hasFlag("\\Recent"), []],
  [hasFlag("$work"), [1, 8]],
  [hasFlag("$Wor"), []],
  [not(hasFlag("\\SEEN")), [2, 3, 5, 6, 8, 9]],
  [not(hasFlag("$Work")), [2, 3, 4, 5, 6, 9]],

  [header("subject", "GROCERY"), [1, 3]],
  [header("SUBJECT", "grocery list"), [1, 3]],
  [header("Subject", ""), [1, 2, 3, 4, 6, 9]],
  [header("X-Empty", ""), [1]],
  [header("x-empty", "a"), []],
  [header("X-Nothing", ""), []],
  [header("", ""), []],
  [header("Subject", "second"), [4]],
  [header("Subject", "a\nsubject"), []],
  [header("Subject", "milk"), []],
  [header("x-fold", "one two"), [4]],
  [header("message-id", "<1@x>"), [1]],
  [header("received", "eggs"), [8]],
  [header("Subject", "eggs"), []],
  [header("Subject", "straße"), [2]],
  [header("Subject", "STRASSE NACH οδοσ"), [2]],
  [header("date", "nonsense"), [4]],

  [envelope("from", "ann"), [1]],
  [envelope("from", "JÜRGEN GROSS"), [2]],
  [envelope("from", "jürgen groß"), [2]],
  [envelope("to", "leap.test"), [1, 2]],
  [envelope("cc", "CY@"), [2]],
  [envelope("bcc", "secret"), [3]],
  [envelope("bcc", ""), [3]],
  [envelope("subject", "re: gro"), [3]],
  [envelope("subject", "FINE 1"), [9]],

  [body("eggs"), [1]],
  [body("EGGS, milk"), [1]],
  [body("milk"), [1, 3]],
  [body("butter & flour"), [3]],
  [body("recipe.pdf"), [3]],
  [body("<b>"), []],
  [body("ÜBERGRÖSSE"), [2]],
  [body("naïve ännchen"), [2]],
  [body("東京"), [2]],
  [body("京"), [2]],
  [body("東京x"), []],
  [body("x".repeat(3000)), [4]],
  [body("x".repeat(3001)), []],
  [body("*b?"), [6]],
  [body("c[d]"), [6]],
  [body("a_b"), []],
  [body("word"), [9]],
  [body("word "), []],
  [body("Grocery"), []],
  [body(""), ALL],
  [body("\0"), []],

  [text("grocery"), [1, 3]],
  [text("eggs"), [1, 8]],
  [text("subject: in"), [8]],
  [text("fünf €"), [2]],
  [text("100% _under_ \\back 'quote' \"double\" %s"), [6]],
  [text("100_"), []],
  [text(""), ALL],
  [text("nobody wrote this"), []],

  [{ _tag: "Larger", octets: 0 }, [1, 2, 3, 4, 6, 8, 9]],
  [{ _tag: "Larger", octets: 3000 }, [4]],
  [{ _tag: "Smaller", octets: 1 }, [5]],
  [{ _tag: "Smaller", octets: 0 }, []],

  [date("internal", "before", TODAY), [1, 5, 6]],
  [date("internal", "on", TODAY), [2, 3]],
  [date("internal", "since", TODAY), [2, 3, 4, 8, 9]],
  [date("internal", "since", TODAY + DAY), [4, 8, 9]],
  [date("sent", "before", TODAY), [1]],
  [date("sent", "on", TODAY - DAY), [1]],
  [date("sent", "on", TODAY), [2]],
  [date("sent", "since", 0), [1, 2]],
  [not(date("sent", "since", 0)), [3, 4, 5, 6, 8, 9]],
  [date("saved", "before", TODAY + 4 * DAY), [1, 2, 3, 4]],
  [date("saved", "on", TODAY + 4 * DAY), [5, 6, 8, 9]],
  [date("saved", "since", TODAY + 5 * DAY), []],
  [{ _tag: "Younger", seconds: 86_400 }, [1, 2, 3, 4, 8, 9]],
  [{ _tag: "Younger", seconds: 86_399 }, [2, 3, 4, 8, 9]],
  [{ _tag: "Older", seconds: 86_400 }, [1, 5, 6]],
  [{ _tag: "Older", seconds: 86_401 }, [5, 6]],

  [and(), ALL],
  [or(), []],
  [not(or()), ALL],
  [and(hasFlag("\\Seen"), not(hasFlag("\\Seen"))), []],
  [and(not(hasFlag("\\Seen")), not(hasFlag("\\Flagged")), hasFlag("$Work")), [8]],
  [and({ _tag: "Uids", uids: set("1:4") }, { _tag: "Uids", uids: set("3:9") }), [3, 4]],
  [and(text("milk"), { _tag: "Uids", uids: set("2:9") }, hasFlag("\\Draft")), [3]],
  [and(and(hasFlag("\\Seen")), or(hasFlag("\\Deleted"), body("eggs"))), [1, 4]],
  [or({ _tag: "Uids", uids: set("9") }, hasFlag("\\Flagged"), header("x-empty", "")), [1, 2, 9]],
  [not(and(hasFlag("\\Seen"), hasFlag("\\Deleted"))), [1, 2, 3, 5, 6, 8, 9]],
  [not(not(hasFlag("\\Seen"))), [1, 4]],
  [not({ _tag: "Uids", uids: set("2:8") }), [1, 9]],
  [not(text("a")), [5]]
]

const show = (query: SearchQuery): string => JSON.stringify(query).slice(0, 200)

export const searchContract = (test: Test): void => {
  test(
    "finds what each query says",
    Effect.gen(function*() {
      yield* prepared
      for (const [query, expected] of TABLE) equal(yield* found(query), expected, show(query))
    })
  )

  test(
    "finds by two queries what each finds: both, either, not",
    Effect.gen(function*() {
      yield* prepared
      const some = TABLE.filter((_, index) => index % 3 === 0)
      for (const [a, inA] of some) {
        equal(yield* found(not(a)), ALL.filter((uid) => !inA.includes(uid)), show(not(a)))
        for (const [b, inB] of some) {
          const both = inA.filter((uid) => inB.includes(uid))
          equal(yield* found(and(a, b)), both, show(and(a, b)))
          const either = ALL.filter((uid) => inA.includes(uid) || inB.includes(uid))
          equal(yield* found(or(a, b)), either, show(or(a, b)))
        }
      }
    })
  )

  test(
    "finds by thread and by modseq",
    Effect.gen(function*() {
      yield* prepared
      const [first, , third] = yield* fetch("INBOX", { objectIds: true })
      equal(yield* found({ _tag: "ThreadId", id: first?.threadId ?? "" }), [1, 3])
      assert.strictEqual(third?.threadId, first?.threadId)
      yield* flag("INBOX", "2,9", "add", "$new")
      const { highestModSeq } = yield* find("INBOX")
      equal(yield* found({ _tag: "ModSeq", atLeast: highestModSeq }), [2, 9])
      equal(yield* found({ _tag: "ModSeq", atLeast: highestModSeq + 1 }), [])
      equal(yield* found({ _tag: "ModSeq", atLeast: 0 }), ALL)
      equal(yield* found(hasFlag("$NEW")), [2, 9])
    })
  )

  test(
    "finds what was just put, and no more what just went",
    Effect.gen(function*() {
      const needle = text("needle in the hay")
      equal(yield* found(needle), [])
      yield* put("INBOX", "Subject: hay\r\n\r\nhay", "Subject: x\r\n\r\na needle in the hay", "Subject: y\r\n\r\nhay")
      equal(yield* found(needle), [2])
      const store = yield* MailStore
      yield* store.copy(yield* idOf("INBOX"), set("2"), yield* idOf("INBOX"))
      equal(yield* found(needle), [2, 4])
      yield* remove("INBOX", "2")
      equal(yield* found(needle), [4])
      equal(yield* store.search(yield* idOf("Sent"), needle, 0), [])
      yield* remove("INBOX", "4")
      equal(yield* found(needle), [])
    })
  )

  test(
    "searches many messages, each once, ascending",
    Effect.gen(function*() {
      const count = 1500
      yield* put(
        "INBOX",
        ...Array.from({ length: count }, (_, index) => `Subject: ${index % 3}\r\n\r\nnumber ${index + 1}.`)
      )
      const every3rd = Array.from({ length: count / 3 }, (_, index) => index * 3 + 1)
      equal(yield* found(header("subject", "0")), every3rd)
      equal(yield* found(body("number 1234.")), [1234])
      assert.strictEqual((yield* found(not(body("number 1234.")))).length, count - 1)
    })
  )
}
