/** What changed: asked for since a modseq, and told as it happens. */
import { assert } from "@effect/vitest"
import { Deferred, Effect, Fiber, Stream } from "effect"
import * as Placements from "../../../src/domain/mailbox/Placements.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { type MailboxChange, MailStore } from "../../../src/ports/MailStore.ts"
import { equal, find, flag, idOf, look, message, put, remove, set, type Test, told } from "./Mail.ts"

const since = Effect.fnUntraced(function*(modSeq: number) {
  const store = yield* MailStore
  const { highestModSeq, id } = yield* find("INBOX")
  const { changed, modSeq: asOf, vanished } = yield* store.changedSince(id, modSeq)
  equal(asOf, highestModSeq)
  return [UidSet.encode(changed), UidSet.encode(vanished)] as const
})

const modSeq = Effect.map(find("INBOX"), ({ highestModSeq }) => highestModSeq)

/** What a listener that began with an empty INBOX knows of it. */
const replay = (changes: ReadonlyArray<MailboxChange>): ReadonlyArray<number> => {
  const uids = new Set<number>()
  for (const change of changes) {
    if (change._tag !== "Changed" && change._tag !== "Vanished") continue
    for (const { from, to } of change.uids) {
      for (let uid = from; uid <= to; uid++) {
        if (change._tag === "Changed") uids.add(uid)
        else uids.delete(uid)
      }
    }
  }
  return [...uids].sort((a, b) => a - b)
}

export const changesContract = (test: Test): void => {
  test(
    "says what is new, altered and gone since any moment",
    Effect.gen(function*() {
      const store = yield* MailStore
      const made = yield* modSeq
      yield* put("INBOX", "1", "2", "3", "4", "5", "6")
      const filled = yield* modSeq
      yield* flag("INBOX", "2,5", "add", "\\Seen")
      const flagged = yield* modSeq
      yield* remove("INBOX", "3:5")
      const removed = yield* modSeq
      yield* put("INBOX", "7")
      yield* store.move(yield* idOf("INBOX"), set("1"), yield* idOf("Sent"))
      const moved = yield* modSeq
      const moments = [made, filled, flagged, removed, moved]
      // Marking and expunging are two changes, and so are coming and going.
      equal(moments.map((moment) => moment - made), [0, 1, 2, 4, 6])
      equal(yield* since(0), ["2,6:7", "1,3:5"])
      equal(yield* since(made), ["2,6:7", "1,3:5"])
      equal(yield* since(filled), ["2,7", "1,3:5"])
      equal(yield* since(flagged), ["7", "1,3:5"])
      equal(yield* since(removed), ["7", "1"])
      equal(yield* since(moved), ["", ""])
      equal(yield* since(Number.MAX_SAFE_INTEGER), ["", ""])
      // A mailbox's changes are its own.
      yield* flag("Sent", "1", "add", "\\Seen")
      equal(yield* since(moved), ["", ""])
    })
  )

  test(
    "tells what each operation did, once, in order",
    Effect.gen(function*() {
      const store = yield* MailStore
      const changes = yield* told(Effect.gen(function*() {
        const { id } = yield* store.create("a/b")
        yield* put("a/b", "1", "2", "3")
        yield* flag("a/b", "1,3", "add", "\\Deleted")
        yield* store.copy(id, set("2:3"), yield* idOf("Sent"))
        yield* store.expunge(id)
        yield* store.move(id, UidSet.all, yield* idOf("Archive"))
        yield* store.rename("a", "c")
        yield* store.subscribe("c/b", false)
        yield* store.delete("c/b")
        yield* store.create("a/b")
      }))
      equal(changes, [
        "Mailboxes",
        "Changed (gone) 1:3",
        "Changed (gone) 1,3",
        "Changed Sent 1:2",
        "Vanished (gone) 1,3",
        "Changed Archive 1",
        "Vanished (gone) 2",
        "Mailboxes",
        "Mailboxes",
        "Mailboxes",
        "Mailboxes"
      ])
    })
  )

  test(
    "names the modseq of each change",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      const listening = yield* store.changes.pipe(
        Stream.take(3),
        Stream.runCollect,
        Effect.forkChild({
          startImmediately: true
        })
      )
      const moments = [
        yield* Effect.andThen(put("INBOX", "1", "2"), modSeq),
        yield* Effect.andThen(flag("INBOX", "2", "add", "\\Deleted"), modSeq),
        yield* Effect.andThen(store.expunge(id), modSeq)
      ]
      const [one, two, three] = moments
      equal(yield* Fiber.join(listening), [
        { _tag: "Changed", mailbox: id, uids: set("1:2"), modSeq: one },
        { _tag: "Changed", mailbox: id, uids: set("2"), modSeq: two },
        { _tag: "Vanished", mailbox: id, uids: set("2"), modSeq: three }
      ])
    })
  )

  test(
    "tells of what can be read already",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      const seen = yield* store.changes.pipe(
        Stream.take(20),
        Stream.mapEffect((change) =>
          Effect.gen(function*() {
            const { mailbox, placements } = yield* store.snapshot(id)
            if (change._tag !== "Changed") return false
            return mailbox.highestModSeq >= change.modSeq && Placements.list(placements, change.uids).length === 1
          })
        ),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      for (let index = 0; index < 20; index++) yield* put("INBOX", "x")
      equal(yield* Fiber.join(seen), Array(20).fill(true))
    })
  )

  test(
    "loses nothing for a slow listener, and holds nobody up for it",
    Effect.gen(function*() {
      const store = yield* MailStore
      const go = yield* Deferred.make<void>()
      const heard = yield* Deferred.make<void>()
      const slow = yield* store.changes.pipe(
        Stream.tap(() => Effect.andThen(Deferred.succeed(heard, undefined), Deferred.await(go))),
        Stream.takeUntil((change) => change._tag === "Vanished"),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const quick = yield* store.changes.pipe(
        Stream.takeUntil((change) => change._tag === "Vanished"),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* put("INBOX", "x")
      yield* Deferred.await(heard)
      for (let index = 0; index < 2000; index++) yield* flag("INBOX", "1", index % 2 === 0 ? "add" : "remove", "\\Seen")
      yield* remove("INBOX", "1")
      const first = yield* Fiber.join(quick)
      yield* Deferred.succeed(go, undefined)
      equal(yield* Fiber.join(slow), first)
      assert.strictEqual(first.length, 2003)
      const modSeqs = first.flatMap((change) => "modSeq" in change ? [change.modSeq] : [])
      for (const [index, modSeq] of modSeqs.entries()) if (index > 0) assert.isAbove(modSeq, modSeqs[index - 1] ?? 0)
    })
  )

  test(
    "tells a listener nothing from before it came",
    Effect.gen(function*() {
      yield* put("INBOX", "before")
      equal(yield* told(put("INBOX", "after")), ["Changed INBOX 2"])
    })
  )

  test(
    "does what many ask at once one after another, and tells it so",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      const listening = yield* store.changes.pipe(
        Stream.takeUntil(({ _tag }) => _tag === "Mailboxes"),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      const answers = yield* Effect.forEach(
        Array.from({ length: 60 }, (_, index) => index),
        (index) =>
          index % 6 === 5
            ? Effect.as(store.move(id, set(`${index}`), id), [])
            : Effect.map(store.append(id, [message(`${index}`), message(`${index}`)]), ({ uids }) =>
              uids.map((uid) => [uid, `${index}`] as const)),
        { concurrency: "unbounded" }
      )
      yield* store.create("the end")
      const uids = answers.flat().map(([uid]) => uid)
      assert.strictEqual(new Set(uids).size, 100)
      const there = new Map((yield* look("INBOX")).map(([uid, text]) => [uid, text]))
      for (const [uid, text] of answers.flat()) assert.include([text, undefined], there.get(uid))
      equal(replay(yield* Fiber.join(listening)), [...there.keys()])
      assert.strictEqual(there.size, 100)
    })
  )
}
