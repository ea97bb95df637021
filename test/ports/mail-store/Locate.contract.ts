/** Looking up by object ids, and what all takes up. That `locate` finds every placement, `recount` checks in each test. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { emailId, equal, find, idOf, message, NOWHERE, octets, put, remove, set, type Test } from "./Mail.ts"

const [a, b, c] = [emailId("Ma"), emailId("Mb"), emailId("Mc")]

export const locateContract = (test: Test): void => {
  test(
    "finds a mailbox by its id, whatever its name becomes",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* store.create("Work")
      yield* store.rename("Work", "Old/Work")
      assert.strictEqual((yield* store.mailboxById(id)).name, "Old/Work")
      yield* store.delete("Old/Work")
      for (const unknown of [id, NOWHERE]) {
        equal(yield* Effect.flip(store.mailboxById(unknown)), yield* Effect.flip(store.snapshot(unknown)))
      }
    })
  )

  test(
    "locates messages across mailboxes, in the order asked",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", message("a", { emailId: a }), message("b", { emailId: b }), message("c", { emailId: c }))
      const [inbox, archive] = [yield* idOf("INBOX"), yield* idOf("Archive")]
      yield* store.copy(inbox, set("1:2"), archive)
      yield* store.copy(inbox, set("1"), inbox)
      yield* remove("INBOX", "3")
      equal(yield* store.locate([b, c, emailId("Mnever"), a, b]), [
        { emailId: b, mailbox: inbox, uid: 2 },
        { emailId: b, mailbox: archive, uid: 2 },
        { emailId: a, mailbox: inbox, uid: 1 },
        { emailId: a, mailbox: inbox, uid: 4 },
        { emailId: a, mailbox: archive, uid: 1 }
      ])
      equal(yield* store.locate([a]), [
        { emailId: a, mailbox: inbox, uid: 1 },
        { emailId: a, mailbox: inbox, uid: 4 },
        { emailId: a, mailbox: archive, uid: 1 }
      ])
      equal(yield* store.locate([]), [])
      yield* store.move(inbox, set("1:4"), archive)
      yield* store.delete("Archive")
      equal(yield* store.locate([a, b]), [])
    })
  )

  test(
    "counts what is used, and stores once what lies twice",
    Effect.gen(function*() {
      const store = yield* MailStore
      const before = yield* store.usage
      equal([before.mailboxes, before.messages, before.size], [6, 0, 0])
      const large = octets(`\r\n${"x".repeat(200_000)}`)
      yield* put("INBOX", { bytes: large, flags: [], internalDate: 0 })
      const once = yield* store.usage
      assert.isAtLeast(once.stored, before.stored + large.length)
      yield* store.copy(yield* idOf("INBOX"), set("1"), yield* idOf("Sent"))
      const twice = yield* store.usage
      equal([twice.messages, twice.size], [2, 2 * large.length])
      assert.isBelow(twice.stored, once.stored + large.length)
      const { deletedSize, size } = yield* find("INBOX")
      equal([deletedSize, size], [0, large.length])
    })
  )
}
