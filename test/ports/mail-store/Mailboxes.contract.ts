/** Mailboxes: the standard ones, names, roles, uidvalidity, subscriptions. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { SpecialUse } from "../../../src/domain/mailbox/Mailbox.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, find, names, OBJECT_ID, type Test, told } from "./Mail.ts"

/** What is asked for, and what it is called. */
const CANONICAL = [
  ["Cafe\u0301", "Café"],
  ["plain/", "plain"],
  ["iNbOx/x", "INBOX/x"],
  ["sent", "sent"],
  ["ınbox", "ınbox"],
  ["a b", "a b"],
  ["100%_*\"\\", "100%_*\"\\"],
  ["'; DROP TABLE mailbox; --", "'; DROP TABLE mailbox; --"],
  ["..", ".."],
  ["__proto__", "__proto__"],
  ["&Jjo-", "&Jjo-"],
  ["📬", "📬"],
  ["é".repeat(500), "é".repeat(500)]
] as const

/** Names that no mailbox has or can get. */
const IMPOSSIBLE = [
  "",
  "/",
  "/a",
  "a//b",
  "a//",
  "a\0",
  "bell\x07",
  "two\r\nlines",
  "del\x7f",
  "next\x85line",
  "line\u2028break",
  "paragraph\u2029break",
  "half \ud83d of one",
  "é".repeat(500) + "x"
]

export const mailboxesContract = (test: Test): void => {
  test(
    "begins with the standard ones: empty, subscribed, INBOX first",
    Effect.gen(function*() {
      const store = yield* MailStore
      const mailboxes = yield* store.mailboxes
      equal(mailboxes.map(({ id, name, specialUse }) => [name, id as string, specialUse]), [
        ["INBOX", "inbox", undefined],
        ["Archive", "archive", "archive"],
        ["Drafts", "drafts", "drafts"],
        ["Junk", "junk", "junk"],
        ["Sent", "sent", "sent"],
        ["Trash", "trash", "trash"]
      ])
      for (const { exists, highestModSeq, subscribed, uidNext } of mailboxes) {
        equal([exists, subscribed, uidNext, highestModSeq >= 1], [0, true, 1, true])
      }
    })
  )

  test(
    "finds INBOX in any case, others in their own",
    Effect.gen(function*() {
      for (const name of ["INBOX", "inbox", "InBoX", "Inbox/"]) assert.strictEqual((yield* find(name)).name, "INBOX")
      for (const name of ["sent", "SENT", "Sent/x", "INBOX/INBOX", "ınbox", "nothing", ...IMPOSSIBLE]) {
        const error = yield* Effect.flip(find(name))
        equal([error._tag, "mailbox" in error && error.mailbox], ["MailboxNotFound", name])
      }
    })
  )

  test(
    "creates under the canonical name and finds it under every other",
    Effect.gen(function*() {
      const store = yield* MailStore
      for (const [asked, name] of CANONICAL) {
        const made = yield* store.create(asked)
        assert.strictEqual(made.name, name)
        assert.match(made.id, OBJECT_ID)
        equal([yield* find(asked), yield* find(name), yield* find(`${name}/`)], [made, made, made])
        equal([made.subscribed, made.specialUse, made.exists, made.uidNext], [true, undefined, 0, 1])
        assert.strictEqual((yield* Effect.flip(store.create(asked)))._tag, "MailboxRefused")
      }
    })
  )

  test(
    "refuses names that cannot be, and tells nobody",
    Effect.gen(function*() {
      const store = yield* MailStore
      const before = yield* store.mailboxes
      equal(
        yield* told(Effect.forEach(IMPOSSIBLE, (name) =>
          Effect.map(Effect.flip(store.create(name)), (error) => {
            equal([error._tag, "code" in error && error.code], ["MailboxRefused", "cannot"], name)
          }))),
        []
      )
      equal((yield* store.mailboxes).map(({ id }) => id), before.map(({ id }) => id))
    })
  )

  test(
    "refuses taken names",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* store.create("Café")
      for (const name of ["inbox", "INBOX/", "Sent", "Sent/", "Cafe\u0301"]) {
        const error = yield* Effect.flip(store.create(name))
        equal([error._tag, "code" in error && error.code], ["MailboxRefused", "exists"])
      }
    })
  )

  test(
    "makes missing parents and leaves those that are there",
    Effect.gen(function*() {
      const store = yield* MailStore
      const a = yield* store.create("a")
      yield* store.subscribe("a", false)
      yield* store.create("a/b/c/d", "important")
      equal((yield* names).filter((name) => name.startsWith("a")), ["a", "a/b", "a/b/c", "a/b/c/d"])
      equal(yield* find("a"), { ...a, subscribed: false })
      const made = yield* Effect.forEach(["a/b", "a/b/c", "a/b/c/d"], find)
      equal(made.map(({ specialUse, subscribed }) => [subscribed, specialUse]), [
        [true, undefined],
        [true, undefined],
        [true, "important"]
      ])
    })
  )

  test(
    "gives a special use to one mailbox at most",
    Effect.gen(function*() {
      const store = yield* MailStore
      for (const use of SpecialUse.literals) {
        const owner = (yield* store.mailboxes).find(({ specialUse }) => specialUse === use)
        if (owner === undefined) {
          assert.strictEqual((yield* store.create(`for ${use}`, use)).specialUse, use)
          continue
        }
        const error = yield* Effect.flip(store.create(`for ${use}`, use))
        equal([error._tag, "code" in error && error.code], ["MailboxRefused", "cannot"])
        assert.include("reason" in error && error.reason, owner.name)
        yield* store.delete(owner.name)
        assert.strictEqual((yield* store.create(`for ${use}`, use)).specialUse, use)
      }
    })
  )

  test(
    "sorts by code points",
    Effect.gen(function*() {
      const store = yield* MailStore
      const made = ["😀", "\uff5e", "é", "b", "b/c", "b c", "B", "INBOX/z", "A"]
      for (const name of made) yield* store.create(name)
      equal((yield* names).filter((name) => made.includes(name)), [
        "A",
        "B",
        "INBOX/z",
        "b",
        "b c",
        "b/c",
        "é",
        "\uff5e",
        "😀"
      ])
    })
  )

  test(
    "gives each mailbox that is made a larger uidvalidity, deleted and made again too",
    Effect.gen(function*() {
      const store = yield* MailStore
      let last = Math.max(...(yield* store.mailboxes).map(({ uidValidity }) => uidValidity))
      const ids = new Set<string>()
      for (let round = 0; round < 3; round++) {
        const { id, uidValidity } = yield* store.create("again")
        assert.isAbove(uidValidity, last)
        assert.isAtMost(uidValidity, 0xffff_ffff)
        last = uidValidity
        ids.add(id)
        yield* store.delete("again")
      }
      assert.strictEqual(ids.size, 3)
    })
  )

  test(
    "subscribes, and tells when that changes something",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* store.create("Café")
      equal(yield* told(store.subscribe("Cafe\u0301/", true)), [])
      equal(yield* told(store.subscribe("Cafe\u0301/", false)), ["Mailboxes"])
      assert.isFalse((yield* find("Café")).subscribed)
      equal(yield* told(store.subscribe("Café", false)), [])
      equal(yield* told(store.subscribe("Café", true)), ["Mailboxes"])
      assert.isTrue((yield* find("Café")).subscribed)
      assert.strictEqual((yield* Effect.flip(store.subscribe("nothing", true)))._tag, "MailboxNotFound")
    })
  )

  test(
    "keeps names subscribed when their mailboxes go, until they are unsubscribed or there again",
    Effect.gen(function*() {
      const store = yield* MailStore
      for (const name of ["Café", "plain", "other", "third"]) yield* store.create(name)
      yield* store.subscribe("plain", false)
      equal(yield* store.subscriptions, [])
      for (const name of ["third", "plain", "Café", "other"]) yield* store.delete(name)
      equal(yield* store.subscriptions, ["Café", "other", "third"])
      equal(yield* told(store.subscribe("Cafe\u0301", false)), ["Mailboxes"])
      assert.strictEqual((yield* Effect.flip(store.subscribe("Café", false)))._tag, "MailboxNotFound")
      yield* store.create("other/below")
      equal(yield* store.subscriptions, ["third"])
      yield* store.subscribe("other", false)
      yield* store.rename("other", "third")
      assert.isTrue((yield* find("third")).subscribed)
      equal(yield* store.subscriptions, [])
    })
  )
}
