/** What SORT compares and THREAD links by: of the uids asked, in their order, whatever lies between them. */
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SORT_KEYS } from "../../../src/domain/mailbox/SortKey.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, idOf, message, NOWHERE, octets, put, remove, set, type Test } from "./Mail.ts"

const header = (...lines: ReadonlyArray<string>): string => `${lines.join("\r\n")}\r\n\r\n`

const prepared = Effect.gen(function*() {
  const full = header(
    "From: \"Ärger, Bob\" <bob@a.test>, x@x.test",
    "To: =?utf-8?q?Gr=C3=BCn?= <Green@a.test>",
    "Cc: CC@a.test",
    "Subject: Re: [list] =?utf-8?q?Stra=C3=9Fe?= (fwd)",
    "Date: Tue, 1 Jan 2030 00:00:00 +0100",
    "Message-ID: <\"b\"@a.test>",
    "References: <a@a.test> <b@b.test>",
    "In-Reply-To: <c@c.test>"
  )
  yield* put("INBOX", message(full, { internalDate: 5 }), "x", message(header("Date: never"), { internalDate: 7 }))
  yield* remove("INBOX", "2")
  const store = yield* MailStore
  return { store, inbox: yield* idOf("INBOX"), size: octets(full).length }
})

export const orderContract = (test: Test): void => {
  test(
    "knows every sort key, folded, and falls back where there is none",
    Effect.gen(function*() {
      const { inbox, size, store } = yield* prepared
      const facts = yield* Stream.runCollect(store.sortFacts(inbox, UidSet.all, SORT_KEYS))
      const of = (index: number) => Object.fromEntries(SORT_KEYS.map((key, at) => [key, facts[index]?.values[at]]))
      equal(facts.map(({ uid }) => uid), [1, 3])
      equal(of(0), {
        arrival: 5,
        cc: "cc",
        date: Date.UTC(2029, 11, 31, 23),
        from: "bob",
        size,
        subject: "strasse",
        to: "green",
        displayFrom: "a\u0308rger, bob",
        displayTo: "gru\u0308n"
      })
      equal(of(1), {
        arrival: 7,
        cc: "",
        date: 7,
        from: "",
        size: header("Date: never").length,
        subject: "",
        to: "",
        displayFrom: "",
        displayTo: ""
      })
    })
  )

  test(
    "answers keys as they are asked, twice where asked twice, or none",
    Effect.gen(function*() {
      const { inbox, size, store } = yield* prepared
      const values = (...keys: Parameters<typeof store.sortFacts>[2]) =>
        Effect.map(Stream.runCollect(store.sortFacts(inbox, set("1:2"), keys)), ([first]) => first?.values)
      equal(yield* values("to", "size", "from", "to"), ["green", size, "bob", "green"])
      equal(yield* values("size", "arrival"), [size, 5])
      equal(yield* values(), [])
    })
  )

  test(
    "knows who answers whom",
    Effect.gen(function*() {
      const { inbox, store } = yield* prepared
      equal(yield* Stream.runCollect(store.threadFacts(inbox, set("1,2:9"))), [
        {
          uid: 1,
          sentAt: Date.UTC(2029, 11, 31, 23),
          subject: "strasse",
          isReply: true,
          messageId: "b@a.test",
          references: ["a@a.test", "b@b.test"]
        },
        { uid: 3, sentAt: 7, subject: "", isReply: false, messageId: undefined, references: [] }
      ])
    })
  )

  test(
    "keeps of very many references the first and the last",
    Effect.gen(function*() {
      const many = Array.from({ length: 900 }, (_, index) => `<${index}@x>`)
      yield* put("INBOX", header(`References: ${many.join(" ")}`))
      const store = yield* MailStore
      const [facts] = yield* Stream.runCollect(store.threadFacts(yield* idOf("INBOX"), UidSet.all))
      const kept = facts?.references ?? []
      equal([kept.length, kept[0], kept[1], kept.at(-1)], [100, "0@x", "801@x", "899@x"])
    })
  )

  test(
    "streams many, copies and holes among them",
    Effect.gen(function*() {
      const store = yield* MailStore
      const inbox = yield* idOf("INBOX")
      yield* put("INBOX", ...Array.from({ length: 2500 }, (_, index) => header(`Subject: ${index + 1}`)))
      yield* store.copy(inbox, set("1:700"), inbox)
      const odd = Array.from({ length: 1600 }, (_, index) => 2 * index + 1)
      yield* remove("INBOX", odd.join())
      const facts = yield* Stream.runCollect(store.sortFacts(inbox, set("101:3100"), ["subject"]))
      equal(facts.map(({ uid }) => uid), Array.from({ length: 1500 }, (_, index) => 102 + 2 * index))
      for (const { uid, values } of facts) assert.strictEqual(values[0], `${uid > 2500 ? uid - 2500 : uid}`)
      const threads = yield* Stream.runCollect(store.threadFacts(inbox, set("101:3100")))
      equal(threads.map(({ subject, uid }) => ({ uid, values: [subject] })), facts)
    })
  )

  test(
    "fails for a mailbox that is not there",
    Effect.gen(function*() {
      const store = yield* MailStore
      const errors = [
        yield* Effect.flip(Stream.runDrain(store.sortFacts(NOWHERE, UidSet.all, ["date"]))),
        yield* Effect.flip(Stream.runDrain(store.threadFacts(NOWHERE, UidSet.all)))
      ]
      equal(errors.map(({ _tag }) => _tag), ["MailboxNotFound", "MailboxNotFound"])
    })
  )
}
