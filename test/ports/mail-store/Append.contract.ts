/** Appending: uids, all or none, object ids, threads, and bytes that come back as they went in. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore, type NewMessage } from "../../../src/ports/MailStore.ts"
import { corpus, fixtures } from "../../domain/message/Fixtures.ts"
import {
  emailId,
  equal,
  fetch,
  find,
  flagsOf,
  idOf,
  look,
  message,
  NOWHERE,
  OBJECT_ID,
  octets,
  put,
  remove,
  type Test,
  told
} from "./Mail.ts"

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7919 + seed * 104_729 + (index >> 8)) & 0xff)

const withAttachment = (subject: string, attachment: Uint8Array): Uint8Array =>
  Buffer.concat([
    octets(`Subject: ${subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${subject}\r\n--b\r\n`),
    octets("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"),
    attachment,
    octets("\r\n--b--\r\n")
  ])

/** What no fixture has: sizes and octets at the edges. */
const EXTREMES: ReadonlyArray<Uint8Array> = [
  new Uint8Array(0),
  octets("\n"),
  octets("\r"),
  octets("\0"),
  octets("\r\n\r\n"),
  octets("Subject: no body, no end"),
  octets("\r\nonly a body"),
  Uint8Array.from({ length: 256 }, (_, octet) => octet),
  noise(1_000_000, 1),
  withAttachment("with NULs", noise(70_000, 2)),
  withAttachment("one", noise(70_000, 3)),
  withAttachment("another", noise(70_000, 3)),
  withAttachment("the same twice", Buffer.concat([noise(70_000, 3), octets("\r\n--b\r\n\r\n"), noise(70_000, 3)])),
  octets(`${"X: y\r\n".repeat(60_000)}\r\nbody`),
  octets(`--b\r\n${"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(200)}`)
]

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined, name: string): void =>
  assert.isTrue(a !== undefined && b !== undefined && Buffer.compare(a, b) === 0, name)

const reply = (id: string, references: string): string =>
  `Message-ID: <${id}@x>\r\nReferences: ${references.replaceAll(/\w+/g, "<$&@x>")}\r\n\r\n`

const threadsOf = (name: string) =>
  Effect.map(fetch(name, { objectIds: true }), (records) => records.map(({ threadId }) => threadId))

export const appendContract = (test: Test): void => {
  test(
    "gives uids in the order given, one after another from uidNext, and never one twice",
    Effect.gen(function*() {
      const store = yield* MailStore
      const inbox = yield* find("INBOX")
      equal(yield* store.append(inbox.id, [message("a"), message("b")]), {
        uidValidity: inbox.uidValidity,
        uids: [1, 2]
      })
      assert.strictEqual((yield* find("INBOX")).uidNext, 3)
      yield* remove("INBOX", "2")
      equal([yield* put("INBOX", "c"), yield* put("Sent", "d")], [[3], [1]])
      yield* remove("INBOX", "1:4294967295")
      equal([(yield* find("INBOX")).uidNext, (yield* find("INBOX")).exists], [4, 0])
      equal(yield* put("INBOX", "e"), [4])
    })
  )

  test(
    "keeps all or none",
    Effect.gen(function*() {
      const store = yield* MailStore
      equal(
        yield* told(Effect.flip(store.append(NOWHERE, [message("a"), message("b", { emailId: emailId("E1") })]))),
        []
      )
      equal(yield* put("INBOX", message("other bytes", { emailId: emailId("E1") })), [1])
      equal(yield* look("INBOX"), [[1, "other bytes", ""]])
    })
  )

  test(
    "changes and tells nothing when there is nothing to append",
    Effect.gen(function*() {
      const store = yield* MailStore
      const before = yield* find("INBOX")
      equal(yield* told(put("INBOX")), [])
      equal(yield* store.append(before.id, []), { uidValidity: before.uidValidity, uids: [] })
      equal(yield* find("INBOX"), before)
    })
  )

  test(
    "places one email id in one mailbox once",
    Effect.gen(function*() {
      const store = yield* MailStore
      const [a, b] = [emailId("item-1"), emailId("item-2")]
      equal(yield* put("INBOX", "first", message("a", { emailId: a })), [1, 2])
      const before = yield* find("INBOX")
      const again = message("other bytes", { emailId: a, flags: ["\\Seen"] })
      equal(yield* told(put("INBOX", again)), [])
      equal(yield* put("INBOX", again, again), [2, 2])
      equal(yield* find("INBOX"), before)
      // New ones among those that are there, and one twice in one call.
      const twice = message("b", { emailId: b })
      equal(yield* put("INBOX", again, "c", twice, again, twice, "d"), [2, 3, 4, 2, 4, 5])
      equal(yield* look("INBOX"), [
        [1, "first", ""],
        [2, "a", ""],
        [3, "c", ""],
        [4, "b", ""],
        [5, "d", ""]
      ])
      // Copied within its mailbox it lies there twice: the lower uid is answered.
      const { id } = yield* find("INBOX")
      yield* store.copy(id, UidSet.fromUids([2]), id)
      equal(yield* put("INBOX", again), [2])
      yield* remove("INBOX", "2")
      equal(yield* put("INBOX", again), [6])
    })
  )

  test(
    "takes the content that it has for an email id, and takes it anew when the last is gone",
    Effect.gen(function*() {
      const a = emailId("item-1")
      yield* put("INBOX", message("a", { emailId: a, flags: ["\\Seen"] }))
      equal(yield* put("Sent", message("other bytes", { emailId: a })), [1])
      equal(yield* look("Sent"), [[1, "a", ""]])
      const ids = (name: string) =>
        Effect.map(
          fetch(name, { objectIds: true }),
          (records) => records.map(({ emailId, threadId }) => [emailId, threadId])
        )
      equal(yield* ids("Sent"), yield* ids("INBOX"))
      yield* remove("INBOX", "1")
      equal(yield* look("Sent"), [[1, "a", ""]])
      yield* remove("Sent", "1")
      equal(yield* put("INBOX", message("a", { emailId: a })), [2])
      equal(yield* look("INBOX"), [[2, "a", ""]])
    })
  )

  test(
    "makes an email id for each message that has none",
    Effect.gen(function*() {
      // Those that a store may make by counting are taken.
      const taken = Array.from({ length: 40 }, (_, index) => message("taken", { emailId: emailId(`E${index}`) }))
      yield* put("INBOX", ...taken, ...Array.from({ length: 10 }, () => "equal bytes"))
      const records = yield* fetch("INBOX", { objectIds: true })
      assert.strictEqual(new Set(records.map(({ emailId }) => emailId)).size, 50)
      for (const { emailId, threadId } of records) {
        assert.match(emailId ?? "", OBJECT_ID)
        assert.match(threadId ?? "", OBJECT_ID)
      }
      yield* put("Sent", message("long", { emailId: emailId("x".repeat(64)) }))
      assert.match((yield* threadsOf("Sent"))[0] ?? "", OBJECT_ID)
    })
  )

  test(
    "threads messages that refer to each other, in whichever order they come",
    Effect.gen(function*() {
      yield* put(
        "INBOX",
        "Message-ID: <root@x>\r\n\r\n",
        reply("b", "root"),
        reply("c", "root b"),
        "Subject: alone\r\n\r\n"
      )
      yield* put("Sent", reply("e", "r2 d"), reply("d", "r2"), "Message-ID: <r2@x>\r\n\r\n")
      yield* put("Archive", "In-Reply-To: <c@x>\r\nMessage-ID: <f@x>\r\n\r\n", "Subject: alone\r\n\r\n")
      const [inbox, sent, archive] = [yield* threadsOf("INBOX"), yield* threadsOf("Sent"), yield* threadsOf("Archive")]
      equal(inbox.slice(0, 3), Array(3).fill(archive[0]))
      equal(sent, Array(3).fill(sent[0]))
      assert.strictEqual(new Set([inbox[0], inbox[3], sent[0], archive[1]]).size, 4)
    })
  )

  test(
    "gives back the bytes of every message as they came",
    Effect.gen(function*() {
      const all = [...fixtures, ...corpus, ...EXTREMES.map((bytes, index) => ({ name: `extreme ${index}`, bytes }))]
      const news = all.map(({ bytes }): NewMessage => ({ bytes, flags: [], internalDate: 0 }))
      // Some together, some alone.
      yield* put("INBOX", ...news.slice(0, 20))
      for (const one of news.slice(20, 40)) yield* put("INBOX", one)
      yield* put("INBOX", ...news.slice(40))
      const records = yield* fetch("INBOX", { bytes: true, header: true })
      assert.strictEqual(records.length, all.length)
      for (const [index, { bytes, header, size }] of records.entries()) {
        const { bytes: before, name } = all[index] ?? { bytes: undefined, name: "" }
        same(bytes, before, name)
        same(header, before?.subarray(0, header?.length), name)
        assert.strictEqual(size, before?.length)
      }
    })
  )

  test(
    "keeps what messages share until the last of them goes",
    Effect.gen(function*() {
      const attachment = noise(100_000, 7)
      const news = ["one", "two", "three"].map((subject) => message("", { bytes: withAttachment(subject, attachment) }))
      yield* put("INBOX", ...news, ...news)
      yield* remove("INBOX", "1,3,5")
      const left = yield* fetch("INBOX", { bytes: true })
      for (const [index, original] of [1, 0, 2].entries()) {
        same(left[index]?.bytes, news[original]?.bytes, `message ${original}`)
      }
      yield* remove("INBOX", "1:9")
      yield* put("INBOX", ...news)
      for (const [index, { bytes }] of (yield* fetch("INBOX", { bytes: true })).entries()) {
        same(bytes, news[index]?.bytes, `again ${index}`)
      }
    })
  )

  test(
    "holds bytes of its own",
    Effect.gen(function*() {
      const text = "Subject: mine\r\n\r\nand nobody else's"
      const [plain, pooled] = [octets(text), Buffer.from(text)]
      yield* put("INBOX", message("", { bytes: plain }), message("", { bytes: pooled }))
      plain.fill(0)
      pooled.fill(0)
      for (const { bytes, header } of yield* fetch("INBOX", { bytes: true, header: true })) {
        same(bytes, octets(text), "after the giver's were overwritten")
        // A Buffer's `slice` is no copy: nobody is to get one unawares.
        equal([bytes?.constructor, header?.constructor], [Uint8Array, Uint8Array])
        bytes?.fill(0)
        header?.fill(0)
      }
      for (const { bytes } of yield* fetch("INBOX", { bytes: true })) {
        same(bytes, octets(text), "after the taker's were")
      }
    })
  )

  test(
    "keeps flags as a set: system flags in their own case, keywords as first written, \\Recent never",
    Effect.gen(function*() {
      const all = ["\\seen", "\\FLAGGED", "\\Seen", "$Junk", "$junk", "\\Recent", "\\Draft", "\\deleted", "\\Answered"]
      yield* put("INBOX", message("a", { flags: all }), message("b", { flags: ["\\RECENT"] }))
      equal(yield* flagsOf("INBOX"), ["$Junk \\Answered \\Deleted \\Draft \\Flagged \\Seen", ""])
      const odd = ["\\Own", "a b", "a", "b", "\"'; --", "naïve", "📬", "[", "k".repeat(5000)]
      yield* put("Sent", message("a", { flags: odd }))
      equal((yield* fetch("Sent"))[0]?.flags.toSorted(), odd.toSorted())
    })
  )

  test(
    "keeps the dates: internal as given in whole milliseconds, saved by the clock",
    Effect.gen(function*() {
      const dates = [0, -1, -62_135_596_800_000, 253_402_300_799_999, 1_700_000_000_123, 1.9, -1.9]
      yield* TestClock.setTime(1000)
      yield* put("INBOX", ...dates.map((internalDate) => message("a", { internalDate })))
      yield* TestClock.setTime(2000)
      yield* put("INBOX", "later")
      const store = yield* MailStore
      yield* store.copy(yield* idOf("INBOX"), UidSet.fromUids([1]), yield* idOf("Sent"))
      const records = yield* fetch("INBOX")
      equal(
        records.map(({ internalDate }) => internalDate),
        [...dates.slice(0, 5), 1, -1, 0]
      )
      equal(records.map(({ saveDate }) => saveDate), [...Array(7).fill(1000), 2000])
      equal((yield* fetch("Sent")).map(({ saveDate }) => saveDate), [2000])
    })
  )
}
