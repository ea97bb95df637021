import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as KeepContents from "../../../src/domain/mailbox/KeepContents.ts"
import type { MailboxName } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { partAt } from "../../../src/domain/message/Section.ts"
import type { Replication } from "../../../src/ports/Replication.ts"
import { SIZE, withAttachment } from "../../domain/message/Attached.ts"
import { append, type Home, makeHome, show, showAll, texts, twoHomes } from "./ReplicaHomes.ts"

const choose = Effect.fnUntraced(function*(home: Home, name: MailboxName, text: string) {
  const { id } = yield* home.mail.mailbox(name)
  yield* home.mail.setMetadata(id, [[KeepContents.ENTRY, new TextEncoder().encode(text)]])
})

/** Which blobs are asked for, in order. */
const listening = (replication: Replication["Service"]) => {
  const asked: Array<string> = []
  const over: Replication["Service"] = {
    ...replication,
    getBlob: (id) => {
      asked.push(id)
      return replication.getBlob(id)
    },
    getBlobs: (ids) =>
      Effect.tap(replication.getBlobs(ids), (blobs) => Effect.sync(() => asked.push(...ids.slice(0, blobs.length))))
  }
  return { asked, over }
}

/** What is read without attachments. */
const listed = Effect.fnUntraced(function*(home: Home, name: MailboxName) {
  const { id } = yield* home.mail.mailbox(name)
  const records = yield* Stream.runCollect(
    home.mail.fetch(id, UidSet.all, {
      envelope: true,
      bodyStructure: true,
      preview: true,
      structure: true,
      header: true
    })
  )
  return records.map(({ bodyStructure, envelope, header, preview, size, structure }) => ({
    bodyStructure,
    envelope,
    header,
    preview,
    size,
    structure
  })).sort((x, y) => (x.preview ?? "") < (y.preview ?? "") ? -1 : 1)
})

describe("contents on demand", () => {
  it.live("are listed and searched before they come, and come when they are read", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      yield* append(a, "INBOX", withAttachment("one", "1"), withAttachment("two", "2"))
      yield* a.sync
      yield* choose(b, "INBOX", "on-demand")
      const { asked, over } = listening(account.replication)
      yield* b.syncOver(over)
      // The outlines of two messages.
      assert.strictEqual(asked.length, 2)
      assert.deepStrictEqual(yield* listed(b, "INBOX"), yield* listed(a, "INBOX"))
      const { id } = yield* b.mail.mailbox("INBOX")
      const found = yield* b.mail.search(id, { _tag: "Body", text: "attachment of one" }, 0)
      assert.strictEqual(found.length, 1)
      // Nobody serves: the provider cannot be asked.
      const error = yield* Effect.flip(texts(b, "INBOX"))
      assert.strictEqual(error._tag === "MailStoreError" && error.isElsewhere, true)
      assert.match(error.message, /not on this device/)
      // Its text is here.
      const read = (part: number) =>
        Stream.runCollect(b.mail.fetch(id, UidSet.all, { bytes: true, structure: true, parts: [[part]] }))
      const [record] = yield* read(1)
      const part = record?.structure && partAt(record.structure, [1])
      assert.match(
        new TextDecoder().decode(record?.bytes?.subarray(part?.bodyStart, part?.bodyEnd)),
        /^see the attachment of (one|two)$/
      )
      assert.strictEqual((yield* Effect.flip(read(2)))._tag, "MailStoreError")
      const following = yield* Effect.forkChild(b.followOver(over), { startImmediately: true })
      const [all, again] = yield* Effect.all([show(b, "INBOX"), show(b, "INBOX")], { concurrency: 2 })
      yield* Fiber.interrupt(following)
      assert.deepStrictEqual(all, yield* show(a, "INBOX"))
      assert.deepStrictEqual(again, all)
      // Two readers, and each content was asked for once.
      assert.strictEqual(asked.length, 4)
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("come by themselves to a mailbox that keeps them, newest first, and equal ones once", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      const inbox = yield* a.mail.mailbox("INBOX")
      const texts = [withAttachment("old", "1"), withAttachment("new", "2"), withAttachment("twin of old", "1")]
      yield* a.mail.append(
        inbox.id,
        texts.map((text, index) => ({
          bytes: new TextEncoder().encode(text),
          flags: [],
          internalDate: [1000, 9000, 2000][index] ?? 0
        }))
      )
      yield* a.sync
      const { asked, over } = listening(account.replication)
      yield* b.syncOver(over)
      assert.strictEqual(asked.length, 3 + 2)
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      // The provider has one blob for the two that are equal.
      const named = yield* b.replica.lackingContentsCount
      assert.strictEqual(named, 0)
    }))

  it.live("go from a mailbox that keeps only so much, the oldest first, where the provider has them", () =>
    Effect.gen(function*() {
      const { a, account } = yield* twoHomes
      yield* append(a, "INBOX", ...["1", "2", "3", "4"].map((letter) => withAttachment(letter, letter)))
      yield* append(a, "Archive", withAttachment("kept", "4"))
      yield* a.sync
      const before = yield* showAll(a)
      yield* choose(a, "INBOX", `on-demand ${SIZE}`)
      const lost: Replication["Service"] = {
        ...account.replication,
        missingBlobs: (ids) => Effect.succeed(ids)
      }
      yield* a.syncOver(lost)
      assert.deepStrictEqual(yield* showAll(a), before)
      yield* a.sync
      // One fits; the one that Archive keeps too is not counted.
      const error = yield* Effect.flip(showAll(a))
      assert.strictEqual(error._tag === "MailStoreError" && error.isElsewhere, true)
      assert.strictEqual((yield* texts(a, "Archive")).length, 1)
      assert.strictEqual(yield* a.replica.lackingContentsCount, 0)
      const { asked, over } = listening(account.replication)
      yield* choose(a, "INBOX", "local")
      assert.strictEqual(yield* a.replica.lackingContentsCount, 2)
      yield* a.syncOver(over)
      assert.strictEqual(asked.length, 2)
      assert.deepStrictEqual(yield* showAll(a), before)
    }))

  it.live("are sent on by a device that does not have them, and are whole on a third", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      yield* append(a, "INBOX", withAttachment("one", "1"))
      yield* a.sync
      yield* choose(b, "INBOX", "on-demand 0")
      yield* b.sync
      const inbox = yield* b.mail.mailbox("INBOX")
      const archive = yield* b.mail.mailbox("Archive")
      yield* b.mail.copy(inbox.id, UidSet.all, archive.id)
      yield* b.mail.flag(inbox.id, UidSet.all, "add", ["\\Deleted"])
      yield* b.mail.expunge(inbox.id)
      yield* b.sync
      const c = yield* makeHome(account)
      yield* c.sync
      yield* a.sync
      assert.deepStrictEqual(yield* showAll(c), yield* showAll(a))
      // A mailbox that keeps its contents has them now.
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual(yield* texts(c, "Archive"), [withAttachment("one", "1")])
    }))

  it.live("of a message that was appended here too are here at once", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      yield* append(a, "INBOX", withAttachment("one", "1"))
      yield* a.sync
      yield* choose(b, "INBOX", "on-demand")
      yield* b.sync
      yield* append(b, "Archive", withAttachment("other", "1"))
      assert.strictEqual((yield* texts(b, "Archive")).length, 1)
      yield* b.sync
      yield* a.sync
      assert.deepStrictEqual(yield* texts(a, "Archive"), [withAttachment("other", "1")])
    }))
})
