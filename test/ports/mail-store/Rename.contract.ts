/** Mailboxes: renamed, deleted. */
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import type { Mailbox, MailboxName } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, find, idOf, look, message, names, put, remove, type Test, told } from "./Mail.ts"

const createAll = Effect.fnUntraced(function*(...wanted: ReadonlyArray<MailboxName>) {
  const store = yield* MailStore
  for (const name of wanted) yield* store.create(name)
})

const refusal = (from: MailboxName, to: MailboxName) =>
  Effect.flatMap(
    MailStore,
    (store) => Effect.map(Effect.flip(store.rename(from, to)), (error) => "code" in error ? error.code : error._tag)
  )

export const renameContract = (test: Test): void => {
  test(
    "renames a mailbox with its children and nothing that only begins like it",
    Effect.gen(function*() {
      const store = yield* MailStore
      const others = ["foobar", "foo bar", "foo0", "foo.x", "Foo", "xfoo/foo"]
      yield* createAll("foo/a/b", "foo/é", ...others)
      yield* put("foo/a", "in a")
      yield* store.subscribe("foo/é", false)
      const before = yield* Effect.forEach(["foo", "foo/a", "foo/a/b", "foo/é"], find)
      const untouched = yield* Effect.forEach(others, find)
      equal(yield* told(store.rename("foo", "new/place")), ["Mailboxes"])
      const after = yield* Effect.forEach(["new/place", "new/place/a", "new/place/a/b", "new/place/é"], find)
      const withoutName = ({ name: _, ...rest }: Mailbox) => rest
      equal(after.map(withoutName), before.map(withoutName))
      equal(yield* Effect.forEach(others, find), untouched)
      equal((yield* names).filter((name) => name.startsWith("foo/") || name === "foo"), [])
      equal(yield* look("new/place/a"), [[1, "in a", ""]])
    })
  )

  test(
    "takes no character of a name for a pattern",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* createAll("a_b/c", "axb/c", "%/c", "*/c", "[a]/c", "a/c")
      yield* store.rename("a_b", "1")
      yield* store.rename("%", "2")
      yield* store.rename("*", "3")
      yield* store.rename("[a]", "4")
      const made = (yield* names).filter((name) => /^[^A-Z]/.test(name))
      equal(made, ["1", "1/c", "2", "2/c", "3", "3/c", "4", "4/c", "a", "a/c", "axb", "axb/c"])
    })
  )

  test(
    "renames to another case, out of and into others, keeping the role",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* find("Sent")
      yield* store.rename("Sent", "sent")
      yield* store.rename("sent/", "a/b/sent")
      yield* store.rename("a/b/sent", "inbox/sent")
      const { id: after, name, specialUse } = yield* find("INBOX/sent")
      equal([after, name, specialUse], [id, "INBOX/sent", "sent"])
      assert.includeMembers([...yield* names], ["a", "a/b"])
    })
  )

  test(
    "refuses to rename what is not there, onto what is there, below itself, to what cannot be",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* createAll("a/b", "c/b", `long/${"x".repeat(900)}`)
      const before = yield* store.mailboxes
      const changes = yield* told(Effect.gen(function*() {
        assert.strictEqual(yield* refusal("nothing", "b"), "MailboxNotFound")
        assert.strictEqual(yield* refusal("a/", "c/"), "exists")
        assert.strictEqual(yield* refusal("a", "a"), "exists")
        assert.strictEqual(yield* refusal("a", "inbox"), "exists")
        assert.strictEqual(yield* refusal("INBOX", "Sent"), "exists")
        assert.strictEqual(yield* refusal("a", "a/b/c"), "cannot")
        assert.strictEqual(yield* refusal("a", "a/d"), "cannot")
        assert.strictEqual(yield* refusal("a", "d//e"), "cannot")
        assert.strictEqual(yield* refusal("INBOX", "d\0"), "cannot")
        // The children's names would be too long; nor are the new parents made.
        assert.strictEqual(yield* refusal("long", `p/${"y".repeat(200)}`), "cannot")
      }))
      equal(changes, [])
      equal(
        (yield* store.mailboxes).filter(({ name }) => name !== "Junk"),
        before.filter(({ name }) => name !== "Junk")
      )
    })
  )

  test(
    "renames INBOX by moving its messages; itself and its children stay",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", "one", message("two", { flags: ["\\Seen", "$a"], internalDate: 5 }), "three")
      yield* remove("INBOX", "1")
      yield* createAll("INBOX/child")
      const [before, child] = [yield* find("INBOX"), yield* find("INBOX/child")]
      equal(yield* told(store.rename("inbox", "Old/mail")), [
        "Mailboxes",
        "Changed Old/mail 1:2",
        "Vanished INBOX 2:3"
      ])
      const after = yield* find("INBOX")
      equal(
        [after.id, after.uidValidity, after.uidNext, after.exists],
        [before.id, before.uidValidity, 4, 0]
      )
      assert.isAbove(after.highestModSeq, before.highestModSeq)
      equal(yield* find("INBOX/child"), child)
      equal(yield* look("Old/mail"), [[1, "two", "$a \\Seen"], [2, "three", ""]])
      const moved = yield* Stream.runCollect(store.fetch(yield* idOf("Old/mail"), UidSet.all, {}))
      equal(moved.map(({ internalDate }) => internalDate), [5, 0])
      equal(yield* put("INBOX", "four"), [4])
    })
  )

  test(
    "renames an empty INBOX to a new mailbox, below itself too",
    Effect.gen(function*() {
      const store = yield* MailStore
      equal(yield* told(store.rename("INBOX", "INBOX/old")), ["Mailboxes"])
      assert.strictEqual((yield* find("INBOX/old")).exists, 0)
      assert.strictEqual((yield* find("INBOX")).specialUse, undefined)
    })
  )

  test(
    "deletes a mailbox with its messages; what lies elsewhere too stays there",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* createAll("gone")
      yield* put("gone", "one", "two")
      const id = yield* idOf("gone")
      yield* store.copy(id, UidSet.fromUids([2]), yield* idOf("Sent"))
      equal(yield* told(store.delete("gone/")), ["Mailboxes"])
      assert.strictEqual((yield* Effect.flip(find("gone")))._tag, "MailboxNotFound")
      equal(yield* look("Sent"), [[1, "two", ""]])
      assert.strictEqual((yield* Effect.flip(store.delete("gone")))._tag, "MailboxNotFound")
      yield* store.create("gone")
      equal(yield* look("gone"), [])
      equal(yield* told(store.delete("gone")), ["Mailboxes"])
    })
  )

  test(
    "never deletes INBOX, nor a mailbox that has children",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* createAll("a/b", "ab")
      const code = (name: string) =>
        Effect.map(Effect.flip(store.delete(name)), (error) => "code" in error ? error.code : error._tag)
      assert.strictEqual(yield* code("inbox"), "cannot")
      assert.strictEqual(yield* code("a"), "hasChildren")
      yield* store.delete("ab")
      yield* store.delete("a/b")
      yield* store.delete("a")
      yield* store.delete("Trash")
      assert.notInclude(yield* names, "Trash")
    })
  )

  test(
    "knows a deleted mailbox no more, by none of its methods",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id: gone } = yield* store.create("gone")
      yield* put("gone", "one")
      yield* store.delete("gone")
      yield* store.create("gone")
      const { id: inbox } = yield* find("INBOX")
      yield* put("INBOX", "stays")
      const changes = yield* told(Effect.gen(function*() {
        const errors = yield* Effect.all([
          Effect.flip(store.append(gone, [message("x")])),
          Effect.flip(store.copy(gone, UidSet.all, inbox)),
          Effect.flip(store.copy(inbox, UidSet.all, gone)),
          Effect.flip(store.move(gone, UidSet.all, inbox)),
          Effect.flip(store.move(inbox, UidSet.all, gone)),
          Effect.flip(store.flag(gone, UidSet.all, "add", ["\\Seen"])),
          Effect.flip(store.expunge(gone)),
          Effect.flip(store.snapshot(gone)),
          Effect.flip(Stream.runCollect(store.fetch(gone, UidSet.all, {}))),
          Effect.flip(store.search(gone, { _tag: "All" }, 0)),
          Effect.flip(store.changedSince(gone, 0))
        ])
        for (const error of errors) {
          equal([error._tag, "mailbox" in error && error.mailbox], ["MailboxNotFound", gone])
        }
      }))
      equal(changes, [])
      equal([yield* look("INBOX"), yield* look("gone")], [[[1, "stays", ""]], []])
    })
  )
}
