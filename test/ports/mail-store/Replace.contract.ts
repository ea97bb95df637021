/** REPLACE (RFC 8508): the new message in, the old one out, both or neither. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Uid } from "../../../src/domain/mailbox/Uid.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { emailId, equal, fetch, find, look, message, NOWHERE, put, remove, set, type Test, told } from "./Mail.ts"

const uid = (value: number): Uid => value as Uid

const prepared = Effect.gen(function*() {
  yield* put("Drafts", message("first", { flags: ["\\Draft", "$mine"], internalDate: 1 }), "other")
  return { store: yield* MailStore, drafts: yield* find("Drafts"), sent: yield* find("Sent") }
})

export const replaceContract = (test: Test): void => {
  test(
    "replaces within a mailbox: a new uid, nothing inherited",
    Effect.gen(function*() {
      const { drafts, store } = yield* prepared
      const second = message("second", { flags: ["\\Draft", "\\Seen"], internalDate: 2 })
      const changes = yield* told(Effect.gen(function*() {
        equal(yield* store.replace(drafts.id, uid(1), drafts.id, second), { uidValidity: drafts.uidValidity, uid: 3 })
      }))
      equal(changes, ["Changed Drafts 3", "Vanished Drafts 1"])
      equal(yield* look("Drafts"), [[2, "other", ""], [3, "second", "\\Draft \\Seen"]])
      equal((yield* fetch("Drafts")).map(({ internalDate }) => internalDate), [0, 2])
      equal(yield* store.changedSince(drafts.id, drafts.highestModSeq), {
        changed: set("3"),
        vanished: set("1"),
        modSeq: drafts.highestModSeq + 2
      })
    })
  )

  test(
    "replaces a draft by what was sent, in another mailbox",
    Effect.gen(function*() {
      const { drafts, sent, store } = yield* prepared
      const changes = yield* told(Effect.gen(function*() {
        equal(yield* store.replace(drafts.id, uid(1), sent.id, message("sent", { flags: ["\\Seen"] })), {
          uidValidity: sent.uidValidity,
          uid: 1
        })
      }))
      equal(changes, ["Changed Sent 1", "Vanished Drafts 1"])
      equal([yield* look("Drafts"), yield* look("Sent")], [[[2, "other", ""]], [[1, "sent", "\\Seen"]]])
    })
  )

  test(
    "does neither where the old one is gone, or a mailbox is unknown",
    Effect.gen(function*() {
      const { drafts, sent, store } = yield* prepared
      yield* remove("Drafts", "1")
      const before = [yield* find("Drafts"), yield* find("Sent")]
      const changes = yield* told(Effect.gen(function*() {
        for (const gone of [1, 9, 0xffff_ffff]) {
          const error = yield* Effect.flip(store.replace(drafts.id, uid(gone), sent.id, message("x")))
          equal([error._tag, "uid" in error && error.uid], ["MessageNotFound", gone])
        }
        for (const [from, to] of [[NOWHERE, sent.id], [drafts.id, NOWHERE]] as const) {
          const error = yield* Effect.flip(store.replace(from, uid(2), to, message("x")))
          assert.strictEqual(error._tag, "MailboxNotFound")
        }
      }))
      equal(changes, [])
      equal([yield* find("Drafts"), yield* find("Sent")], before)
    })
  )

  test(
    "loses nothing where the new one is known by its object id",
    Effect.gen(function*() {
      const { drafts, sent, store } = yield* prepared
      const known = message("known", { emailId: emailId("Mknown") })
      yield* put("Drafts", known)
      // It is the one to be replaced: it stays where it is.
      equal((yield* store.replace(drafts.id, uid(3), drafts.id, known)).uid, 3)
      // It lies there already: the other one goes.
      equal((yield* store.replace(drafts.id, uid(2), drafts.id, known)).uid, 3)
      equal((yield* look("Drafts")).map(([at, text]) => `${at} ${text}`), ["1 first", "3 known"])
      equal((yield* store.replace(drafts.id, uid(3), sent.id, known)).uid, 1)
      equal([(yield* look("Drafts")).length, (yield* look("Sent")).length], [1, 1])
    })
  )
}
