/** COPY, MOVE, EXPUNGE: order, what goes along, what is passed over, what is told. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, fetch, find, flag, idOf, look, message, NOWHERE, put, remove, set, type Test, told } from "./Mail.ts"

/** Uids 1, 2, 4, 5 in INBOX; a message was in Sent. */
const prepared = Effect.gen(function*() {
  const store = yield* MailStore
  yield* put(
    "INBOX",
    message("one", { flags: ["\\Seen", "$a"], internalDate: 1 }),
    message("two", { flags: ["\\Deleted"], internalDate: 2 }),
    "three",
    message("four", { internalDate: 4 }),
    message("five", { flags: ["$Forwarded"], internalDate: 5 })
  )
  yield* remove("INBOX", "3")
  yield* put("Sent", "was here")
  yield* remove("Sent", "1")
  return { store, inbox: yield* find("INBOX"), sent: yield* find("Sent") }
})

const dates = (name: string) =>
  Effect.map(fetch(name), (records) => records.map(({ internalDate, saveDate }) => [internalDate, saveDate]))

export const relocateContract = (test: Test): void => {
  test(
    "copies in order, with flags and internal date, under new uids",
    Effect.gen(function*() {
      const { inbox, sent, store } = yield* prepared
      yield* TestClock.setTime(7000)
      const changes = yield* told(Effect.gen(function*() {
        equal(yield* store.copy(inbox.id, set("2:4,9"), sent.id), {
          uidValidity: sent.uidValidity,
          source: [2, 4],
          target: [2, 3]
        })
        equal((yield* store.copy(inbox.id, set("1,5"), sent.id)).target, [4, 5])
      }))
      equal(changes, ["Changed Sent 2:3", "Changed Sent 4:5"])
      equal(yield* look("Sent"), [
        [2, "two", "\\Deleted"],
        [3, "four", ""],
        [4, "one", "$a \\Seen"],
        [5, "five", "$Forwarded"]
      ])
      equal(yield* dates("Sent"), [[2, 7000], [4, 7000], [1, 7000], [5, 7000]])
      equal(yield* find("INBOX"), inbox)
      const ids = (yield* fetch("INBOX", { objectIds: true })).map(({ emailId, threadId }) => [emailId, threadId])
      equal(
        (yield* fetch("Sent", { objectIds: true })).map(({ emailId, threadId }) => [emailId, threadId]),
        [ids[1], ids[2], ids[0], ids[3]]
      )
    })
  )

  test(
    "copies into its own mailbox",
    Effect.gen(function*() {
      const { inbox, store } = yield* prepared
      const changes = yield* told(Effect.gen(function*() {
        const { source, target } = yield* store.copy(inbox.id, set("4:9"), inbox.id)
        equal([source, target], [[4, 5], [6, 7]])
      }))
      equal(changes, ["Changed INBOX 6:7"])
      const texts = (yield* look("INBOX")).map(([uid, text]) => `${uid} ${text}`)
      equal(texts, ["1 one", "2 two", "4 four", "5 five", "6 four", "7 five"])
    })
  )

  test(
    "moves: as copied, then gone",
    Effect.gen(function*() {
      const { inbox, sent, store } = yield* prepared
      yield* TestClock.setTime(7000)
      const ids = (yield* fetch("INBOX", { objectIds: true })).map(({ emailId }) => emailId)
      const changes = yield* told(Effect.gen(function*() {
        equal(yield* store.move(inbox.id, set("1:2,5:4294967295"), sent.id), {
          uidValidity: sent.uidValidity,
          source: [1, 2, 5],
          target: [2, 3, 4]
        })
      }))
      equal(changes, ["Changed Sent 2:4", "Vanished INBOX 1:2,5"])
      equal(yield* look("INBOX"), [[4, "four", ""]])
      equal(yield* look("Sent"), [
        [2, "one", "$a \\Seen"],
        [3, "two", "\\Deleted"],
        [4, "five", "$Forwarded"]
      ])
      equal(yield* dates("Sent"), [[1, 7000], [2, 7000], [5, 7000]])
      equal((yield* fetch("Sent", { objectIds: true })).map(({ emailId }) => emailId), [ids[0], ids[1], ids[3]])
      assert.strictEqual((yield* find("INBOX")).uidNext, inbox.uidNext)
      equal(yield* put("INBOX", "six"), [6])
    })
  )

  test(
    "moves within its own mailbox: to new uids",
    Effect.gen(function*() {
      const { inbox, store } = yield* prepared
      const changes = yield* told(Effect.gen(function*() {
        const { source, target } = yield* store.move(inbox.id, set("1:2"), inbox.id)
        equal([source, target], [[1, 2], [6, 7]])
      }))
      equal(changes, ["Changed INBOX 6:7", "Vanished INBOX 1:2"])
      equal(yield* look("INBOX"), [
        [4, "four", ""],
        [5, "five", "$Forwarded"],
        [6, "one", "$a \\Seen"],
        [7, "two", "\\Deleted"]
      ])
      const { highestModSeq } = yield* find("INBOX")
      assert.strictEqual(highestModSeq, inbox.highestModSeq + 2)
      equal(yield* store.changedSince(inbox.id, inbox.highestModSeq), {
        changed: set("6:7"),
        vanished: set("1:2"),
        modSeq: highestModSeq
      })
    })
  )

  test(
    "copies and moves nothing where there is nothing",
    Effect.gen(function*() {
      const { inbox, sent, store } = yield* prepared
      const nothing = { uidValidity: sent.uidValidity, source: [], target: [] }
      const changes = yield* told(Effect.gen(function*() {
        for (const uids of [set("3,6:4294967295"), UidSet.empty]) {
          equal(yield* store.copy(inbox.id, uids, sent.id), nothing)
          equal(yield* store.move(inbox.id, uids, sent.id), nothing)
        }
        yield* Effect.flip(store.move(inbox.id, UidSet.all, NOWHERE))
        yield* Effect.flip(store.copy(inbox.id, UidSet.all, NOWHERE))
      }))
      equal(changes, [])
      equal([yield* find("INBOX"), yield* find("Sent")], [inbox, sent])
    })
  )

  test(
    "expunges what is marked, all of it or of the given uids",
    Effect.gen(function*() {
      const { inbox, store } = yield* prepared
      yield* flag("INBOX", "1,5", "add", "\\DELETED")
      const before = yield* find("INBOX")
      const changes = yield* told(Effect.gen(function*() {
        equal(yield* store.expunge(inbox.id, set("4")), {
          uids: [],
          modSeq: before.highestModSeq
        })
        const some = yield* store.expunge(inbox.id, set("2:4,5"))
        equal(some, { uids: [2, 5], modSeq: (yield* find("INBOX")).highestModSeq })
        assert.isAbove(some.modSeq, before.highestModSeq)
        equal((yield* store.expunge(inbox.id, UidSet.empty)).uids, [])
        const rest = yield* store.expunge(inbox.id)
        equal(rest.uids, [1])
        assert.isAbove(rest.modSeq, some.modSeq)
        equal(yield* store.expunge(inbox.id), { uids: [], modSeq: rest.modSeq })
      }))
      equal(changes, ["Vanished INBOX 2,5", "Vanished INBOX 1"])
      equal(yield* look("INBOX"), [[4, "four", ""]])
    })
  )

  test(
    "removes many at once, in ranges",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", ...Array.from({ length: 300 }, (_, index) => `${index + 1}`))
      const odd = Array.from({ length: 150 }, (_, index) => 2 * index + 1)
      yield* flag("INBOX", odd.join(), "add", "\\Deleted")
      const id = yield* idOf("INBOX")
      equal((yield* store.expunge(id)).uids, odd)
      equal((yield* look("INBOX")).map(([uid]) => uid), odd.map((uid) => uid + 1))
      equal((yield* store.changedSince(id, 0)).vanished, UidSet.fromUids(odd))
    })
  )
}
