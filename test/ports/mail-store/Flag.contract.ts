/** STORE: replace, add, remove; whose modseq moves; what changed meanwhile is left alone. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, fetch, find, flag, flagsOf, idOf, message, put, remove, set, type Test, told } from "./Mail.ts"

const modSeqs = Effect.map(fetch("INBOX"), (records) => records.map(({ modSeq }) => modSeq))

export const flagContract = (test: Test): void => {
  test(
    "replaces, adds and removes",
    Effect.gen(function*() {
      yield* put("INBOX", message("a", { flags: ["\\Seen", "$a", "$b"] }), message("b"))
      yield* flag("INBOX", "1:2", "add", "\\Flagged", "$c")
      equal(yield* flagsOf("INBOX"), ["$a $b $c \\Flagged \\Seen", "$c \\Flagged"])
      yield* flag("INBOX", "1:2", "remove", "\\Seen", "$a", "$nobody")
      equal(yield* flagsOf("INBOX"), ["$b $c \\Flagged", "$c \\Flagged"])
      yield* flag("INBOX", "1", "replace", "$d", "\\Answered", "\\Draft", "\\Deleted")
      equal(yield* flagsOf("INBOX"), ["$d \\Answered \\Deleted \\Draft", "$c \\Flagged"])
      yield* flag("INBOX", "1:2", "replace")
      equal(yield* flagsOf("INBOX"), ["", ""])
    })
  )

  test(
    "takes flags for the same in any case, shows keywords as first written, and never keeps \\Recent",
    Effect.gen(function*() {
      yield* put("INBOX", "a")
      yield* flag("INBOX", "1", "add", "$Forwarded", "$FORWARDED", "\\sEEN", "\\Recent")
      equal(yield* flagsOf("INBOX"), ["$Forwarded \\Seen"])
      const before = yield* find("INBOX")
      equal(yield* told(flag("INBOX", "1", "add", "$forwarded", "\\SEEN")), [])
      equal(yield* told(flag("INBOX", "1", "replace", "\\seen", "\\RECENT", "$FORWARDED")), [])
      equal(yield* told(flag("INBOX", "1", "add", "\\Recent")), [])
      equal(yield* told(flag("INBOX", "1", "remove", "\\Recent", "$other")), [])
      equal(yield* find("INBOX"), before)
      equal(yield* flagsOf("INBOX"), ["$Forwarded \\Seen"])
      yield* flag("INBOX", "1", "remove", "$forWARDED", "\\seen")
      equal(yield* flagsOf("INBOX"), [""])
      yield* flag("INBOX", "1", "add", "$forwarded")
      equal(yield* flagsOf("INBOX"), ["$forwarded"])
    })
  )

  test(
    "answers all it looked at; only what altered gets a new modseq and is told",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", "a", message("b", { flags: ["\\Seen"] }), "c", "d")
      yield* remove("INBOX", "3")
      const [before, ids] = [yield* find("INBOX"), yield* modSeqs]
      const changes = yield* told(Effect.gen(function*() {
        const { altered, free, modified, modSeq } = yield* store.flag(before.id, set("1:3,9"), "add", ["\\Seen"])
        const { highestModSeq } = yield* find("INBOX")
        equal([modSeq, highestModSeq], [before.highestModSeq + 1, before.highestModSeq + 1])
        equal([free, altered], [set("1:2"), set("1")])
        equal(yield* flagsOf("INBOX"), ["\\Seen", "\\Seen", ""])
        equal(modified, UidSet.empty)
        equal(yield* modSeqs, [highestModSeq, ids[1], ids[2]])
      }))
      equal(changes, ["Changed INBOX 1"])
      assert.isUndefined((yield* flag("INBOX", "1:2", "add", "\\Seen")).modSeq)
      equal(yield* told(flag("INBOX", "1:2", "add", "\\Seen")), [])
      equal(yield* told(flag("INBOX", "3", "add", "\\Seen")), [])
      equal(yield* told(flag("INBOX", "", "add", "$x")), [])
    })
  )

  test(
    "leaves alone what changed after unchangedSince, and names it",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", "a", "b", "c", "d", "e")
      const { highestModSeq: since, id } = yield* find("INBOX")
      yield* flag("INBOX", "2,4", "add", "$other")
      const changes = yield* told(Effect.gen(function*() {
        const { altered, free, modified } = yield* store.flag(id, set("1:2,4:9"), "add", ["\\Seen"], {
          unchangedSince: since
        })
        equal([free, altered], [set("1,5"), set("1,5")])
        equal(modified, set("2,4"))
      }))
      equal(changes, ["Changed INBOX 1,5"])
      equal(yield* flagsOf("INBOX"), ["\\Seen", "$other", "", "$other", "\\Seen"])
      const { highestModSeq } = yield* find("INBOX")
      // At the modseq itself it is unchanged since; at 0 everything has changed (RFC 7162 §3.1.3).
      const at = yield* store.flag(id, set("1:5"), "add", ["\\Seen"], { unchangedSince: highestModSeq })
      equal([at.free, at.modified], [set("1:5"), UidSet.empty])
      const none = yield* store.flag(id, set("1:5"), "replace", [], { unchangedSince: 0 })
      equal([none.free, none.modified], [UidSet.empty, set("1:5")])
    })
  )

  test(
    "counts unseen and deleted as flags come and go",
    Effect.gen(function*() {
      yield* put("INBOX", "a", "bb", message("ccc", { flags: ["\\Seen", "\\Deleted"] }))
      const counters = Effect.map(
        find("INBOX"),
        ({ deleted, exists, size, unseen }) => [exists, unseen, deleted, size]
      )
      equal(yield* counters, [3, 2, 1, 6])
      yield* flag("INBOX", "1:3", "add", "\\SEEN", "\\deleted")
      equal(yield* counters, [3, 0, 3, 6])
      yield* flag("INBOX", "2:3", "replace", "$x")
      equal(yield* counters, [3, 2, 1, 6])
      yield* flag("INBOX", "1:3", "remove", "\\Deleted", "\\Seen")
      equal(yield* counters, [3, 3, 0, 6])
    })
  )

  test(
    "flags a message in one mailbox only",
    Effect.gen(function*() {
      const store = yield* MailStore
      yield* put("INBOX", message("a", { flags: ["$a"] }))
      yield* store.copy(yield* idOf("INBOX"), UidSet.all, yield* idOf("Sent"))
      const sent = yield* find("Sent")
      yield* flag("INBOX", "1", "replace", "\\Seen")
      equal([yield* flagsOf("INBOX"), yield* flagsOf("Sent")], [["\\Seen"], ["$a"]])
      equal(yield* find("Sent"), sent)
    })
  )

  test(
    "keeps many keywords apart",
    Effect.gen(function*() {
      const many = Array.from({ length: 300 }, (_, index) => `keyword-${index}`)
      yield* put("INBOX", ...many.map((keyword) => message(keyword, { flags: [keyword] })))
      yield* flag("INBOX", "1:4294967295", "add", "\\Seen")
      yield* flag("INBOX", "7", "add", ...many)
      const flags = (yield* fetch("INBOX")).map((record) => [...record.flags])
      assert.sameMembers(flags[8] ?? [], ["\\Seen", "keyword-8"])
      assert.sameMembers(flags[6] ?? [], ["\\Seen", ...many])
    })
  )
}
