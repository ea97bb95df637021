/** Fetching: every field alone and with others, uid sets, many messages, a mailbox that goes meanwhile. */
import { assert } from "@effect/vitest"
import { Array as Arr, Effect, Stream } from "effect"
import { UNPROTECTED, type Verdict } from "../../../src/domain/incoming/Verdict.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { bodyStructureText, envelopeText } from "../../../src/domain/message/ImapText.ts"
import { parse } from "../../../src/domain/message/Parse.ts"
import { preview } from "../../../src/domain/message/SearchText.ts"
import { type FetchFields, MailStore } from "../../../src/ports/MailStore.ts"
import { fixtures } from "../../domain/message/Fixtures.ts"
import { equal, fetch, find, message, put, remove, set, type Test, textOf } from "./Mail.ts"

const FIELDS = ["envelope", "bodyStructure", "structure", "preview", "header", "bytes"] as const

/** Every set of fields. */
const COMBINATIONS: ReadonlyArray<ReadonlyArray<typeof FIELDS[number]>> = Array.from(
  { length: 2 ** FIELDS.length },
  (_, bits) => FIELDS.filter((_, index) => (bits & (1 << index)) !== 0)
)

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** What the domain computes from the bytes. */
const expected = (bytes: Uint8Array) => {
  const structure = parse(bytes)
  return {
    envelope: envelopeText(structure.envelope),
    bodyStructure: bodyStructureText(structure.root, true),
    structure: plain(structure),
    preview: preview(bytes, structure),
    header: bytes.slice(0, structure.root.bodyStart),
    bytes
  }
}

const uidsOf = Effect.fnUntraced(function*(name: string, uids: string) {
  return (yield* fetch(name, {}, set(uids))).map(({ uid }) => uid)
})

export const fetchContract = (test: Test): void => {
  test(
    "gives back what came with a message, in whichever mailbox it lies",
    Effect.gen(function*() {
      const verdict: Verdict = { ...UNPROTECTED, encryption: { _tag: "Failed", reason: "no key for it" } }
      const original = new Uint8Array(40_000).fill(7)
      yield* put(
        "INBOX",
        message("a", { protection: { verdict, original } }),
        message("b", { protection: { verdict } }),
        message("c")
      )
      const store = yield* MailStore
      const [inbox, archive] = [yield* find("INBOX"), yield* find("Archive")]
      yield* store.move(inbox.id, UidSet.all, archive.id)
      const records = yield* fetch("Archive", { verdict: true, original: true, bytes: true })
      equal(records.map((one) => [one.verdict, one.original && Uint8Array.from(one.original), textOf(one.bytes)]), [
        [verdict, original, "a"],
        [verdict, undefined, "b"],
        [undefined, undefined, "c"]
      ])
      equal(
        (yield* fetch("Archive", {})).map((one) => [one.verdict, one.original]),
        Array(3).fill([undefined, undefined])
      )
    })
  )

  test(
    "reads each field alone and with every other, and none that was not asked for",
    Effect.gen(function*() {
      yield* put("INBOX", ...fixtures.map(({ bytes }) => message("", { bytes })), message(""))
      const wanted = [...fixtures.map(({ bytes }) => expected(bytes)), expected(new Uint8Array(0))]
      for (const [index, fields] of COMBINATIONS.entries()) {
        const objectIds = index % 2 === 0
        const asked: FetchFields = {
          objectIds,
          ...Object.fromEntries(FIELDS.map((one) => [one, fields.includes(one)]))
        }
        const records = yield* fetch("INBOX", asked)
        assert.strictEqual(records.length, wanted.length)
        for (const [index, record] of records.entries()) {
          equal(["emailId" in record, "threadId" in record], [objectIds, objectIds])
          for (const field of FIELDS) {
            const isWanted = fields.includes(field)
            assert.strictEqual(field in record, isWanted, field)
            const value = field === "structure" && isWanted ? plain(record[field]) : record[field]
            equal(value, isWanted ? wanted[index]?.[field] : undefined, `${field} of ${fixtures[index]?.name}`)
          }
        }
      }
    })
  )

  test(
    "passes over uids that do not exist",
    Effect.gen(function*() {
      yield* put("INBOX", ...Array.from({ length: 10 }, (_, index) => `message ${index + 1}`))
      yield* remove("INBOX", "3,5:6,10")
      equal(yield* uidsOf("INBOX", "1:4294967295"), [1, 2, 4, 7, 8, 9])
      equal(yield* uidsOf("INBOX", "9,2:4,6:7"), [2, 4, 7, 9])
      equal(yield* uidsOf("INBOX", "3,5:6,10:4294967295"), [])
      equal(yield* uidsOf("INBOX", "4294967295"), [])
      equal(yield* uidsOf("INBOX", ""), [])
      equal(yield* uidsOf("Sent", "1:4294967295"), [])
    })
  )

  test(
    "reads many messages in ascending order, each once, by one range and by many",
    Effect.gen(function*() {
      const count = 1200
      yield* put("INBOX", ...Array.from({ length: count }, (_, index) => `message ${index + 1}`))
      const all = Array.from({ length: count }, (_, index) => index + 1)
      equal(yield* uidsOf("INBOX", "1:4294967295"), all)
      const odd = all.filter((uid) => uid % 2 === 1)
      equal(yield* uidsOf("INBOX", odd.join()), odd)
      const texts = (yield* fetch("INBOX", { bytes: true })).map(({ bytes }) => textOf(bytes))
      equal(texts, all.map((uid) => `message ${uid}`))
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      const some = yield* store.fetch(id, UidSet.all, {}).pipe(Stream.take(700), Stream.runCollect)
      equal(some.map(({ uid }) => uid), all.slice(0, 700))
    })
  )

  test(
    "answers in chunks that memory can hold",
    Effect.gen(function*() {
      const bytes = new Uint8Array(700_000).fill(120)
      yield* put("INBOX", ...Array.from({ length: 6 }, () => message("", { bytes })))
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      const chunks = yield* store.fetch(id, UidSet.all, { bytes: true }).pipe(
        Stream.mapArray((chunk) => Arr.of(chunk.reduce((sum, { size }) => sum + size, 0))),
        Stream.runCollect
      )
      assert.strictEqual(chunks.reduce((sum, size) => sum + size, 0), 6 * bytes.length)
      assert.isAtMost(Math.max(...chunks), 4_000_000)
    })
  )

  test(
    "shows no other mailbox's messages when its own is deleted meanwhile",
    Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* store.create("gone")
      yield* put("gone", ...Array.from({ length: 1200 }, () => "mine"))
      const seen = new Set<string>()
      const exit = yield* store.fetch(id, UidSet.all, { bytes: true }).pipe(
        Stream.runForEachArray((records) =>
          Effect.gen(function*() {
            for (const { bytes } of records) seen.add(textOf(bytes))
            if ((yield* Effect.exit(store.delete("gone")))._tag === "Failure") return
            yield* store.create("new")
            yield* put("new", ...Array.from({ length: 1200 }, () => "another's"))
          })
        ),
        Effect.result
      )
      equal([...seen], ["mine"])
      // All had been read at once, or the rest is missed with a word.
      if (exit._tag === "Failure") assert.strictEqual(exit.failure._tag, "MailboxNotFound")
    })
  )
}
