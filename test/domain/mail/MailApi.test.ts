import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as Filing from "../../../src/domain/mail/Filing.ts"
import * as Find from "../../../src/domain/mail/Find.ts"
import * as Mailboxes from "../../../src/domain/mail/Mailboxes.ts"
import * as Messages from "../../../src/domain/mail/Messages.ts"
import type { EmailId, MailboxId } from "../../../src/domain/mailbox/Mailbox.ts"
import type { SearchQuery } from "../../../src/domain/mailbox/SearchQuery.ts"
import type { Uid } from "../../../src/domain/mailbox/Uid.ts"
import type { MailStore } from "../../../src/ports/MailStore.ts"
import { stores } from "./Stores.ts"

const bytes = (subject: string, ...lines: ReadonlyArray<string>): Uint8Array =>
  new TextEncoder().encode([`Subject: ${subject}`, ...lines, "", subject].join("\r\n"))

const idOf = (name: string) => Effect.map(Mailboxes.ensure(name), ({ id }) => id)

/** Answers the id. */
const put = Effect.fnUntraced(function*(name: string, subject: string, ...lines: ReadonlyArray<string>) {
  return (yield* Messages.add(yield* idOf(name), bytes(subject, ...lines), { receivedAt: 0 })).id
})

/** The mailboxes that a message lies in, each with its flags there. */
const whereIs = Effect.fnUntraced(function*(id: EmailId) {
  const mailboxes = new Map((yield* Mailboxes.list).map(({ id, name }) => [id, name]))
  const found = yield* Stream.runCollect(Messages.read(yield* Messages.locate([id])))
  return found.map(({ flags, mailbox }) => [mailboxes.get(mailbox), ...flags].join(" ")).sort()
})

const NOWHERE = "Enowhere" as EmailId
const NO_MAILBOX = "Mnowhere" as MailboxId

const subjects = (query: SearchQuery, options?: Find.FindOptions) =>
  Effect.map(Stream.runCollect(Find.messages(query, options)), (found) => found.map(({ subject }) => subject))

describe.each(["memory", "sqlite"] as const)("mail on %s", (of) => {
  const test = <A, E>(name: string, body: Effect.Effect<A, E, MailStore>) =>
    it.effect(name, () => Effect.provide(body, Layer.fresh(stores[of])))

  test(
    "a tag is put on a message in all its mailboxes, or in one",
    Effect.gen(function*() {
      const [id, archive] = [yield* put("INBOX", "a"), yield* idOf("Archive")]
      yield* Filing.copy([id], archive)
      assert.deepStrictEqual(yield* Filing.tag([id, NOWHERE], "add", ["$work"]), [id])
      yield* Filing.tag([id], "add", ["\\Seen"], { in: archive })
      assert.deepStrictEqual(yield* whereIs(id), ["Archive \\Seen $work", "INBOX $work"])
      yield* Filing.tag([id], "replace", ["$home"])
      assert.deepStrictEqual(yield* whereIs(id), ["Archive $home", "INBOX $home"])
      yield* Filing.tag([id], "remove", ["$HOME"])
      assert.deepStrictEqual(yield* whereIs(id), ["Archive", "INBOX"])
    })
  )

  test(
    "a copy is not doubled, and keeps flags and dates",
    Effect.gen(function*() {
      const [id, archive] = [yield* put("INBOX", "a"), yield* idOf("Archive")]
      yield* Filing.tag([id], "add", ["$work"])
      yield* Filing.copy([id], archive)
      yield* Filing.copy([id], archive)
      assert.deepStrictEqual(yield* whereIs(id), ["Archive $work", "INBOX $work"])
      const there = yield* Messages.get(id, { in: archive })
      assert.strictEqual(there.receivedAt, 0)
      assert.strictEqual(there.mailbox, archive)
      assert.strictEqual((yield* Effect.flip(Filing.copy([id], NO_MAILBOX)))._tag, "MailboxNotFound")
    })
  )

  test(
    "a move leaves all other mailboxes, or one; done twice it does no harm",
    Effect.gen(function*() {
      const work = yield* idOf("Work")
      const archive = yield* idOf("Archive")
      const inbox = yield* idOf("INBOX")
      const [a, b] = [yield* put("INBOX", "a"), yield* put("INBOX", "b")]
      yield* Filing.copy([a, b], archive)
      assert.deepStrictEqual(yield* Filing.move([a], work), [a])
      assert.deepStrictEqual(yield* whereIs(a), ["Work"])
      assert.deepStrictEqual(yield* Filing.move([a], work), [a])
      assert.deepStrictEqual(yield* whereIs(a), ["Work"])
      yield* Filing.move([b], work, { in: inbox })
      assert.deepStrictEqual(yield* whereIs(b), ["Archive", "Work"])
      // What is in the target already only leaves.
      yield* Filing.move([b], work, { in: archive })
      assert.deepStrictEqual(yield* whereIs(b), ["Work"])
      assert.deepStrictEqual(yield* Filing.move([b, NOWHERE], archive, { in: inbox }), [])
      assert.deepStrictEqual(yield* whereIs(b), ["Work"])
      assert.strictEqual((yield* Effect.flip(Filing.move([b], NO_MAILBOX)))._tag, "MailboxNotFound")
    })
  )

  test(
    "discarding goes by the trash; removing, purging and emptying are for good",
    Effect.gen(function*() {
      const inbox = yield* idOf("INBOX")
      const [a, b, c, d] = [
        yield* put("INBOX", "a"),
        yield* put("INBOX", "b"),
        yield* put("INBOX", "c"),
        yield* put("INBOX", "d")
      ]
      yield* Filing.copy([a], yield* idOf("Archive"))
      yield* Filing.discard([a, b])
      assert.deepStrictEqual([yield* whereIs(a), yield* whereIs(b)], [["Trash"], ["Trash"]])
      yield* Filing.discard([a])
      assert.deepStrictEqual([yield* whereIs(a), yield* whereIs(b)], [[], ["Trash"]])
      assert.deepStrictEqual(yield* Filing.remove([b, b, NOWHERE]), [b])
      assert.deepStrictEqual(yield* whereIs(b), [])
      yield* Filing.tag([c], "add", ["\\Deleted"])
      assert.strictEqual(yield* Filing.purge(inbox), 1)
      assert.deepStrictEqual([yield* whereIs(c), yield* whereIs(d)], [[], ["INBOX"]])
      assert.strictEqual(yield* Filing.empty(inbox), 1)
      assert.strictEqual((yield* Mailboxes.get(inbox)).exists, 0)
      assert.strictEqual((yield* Effect.flip(Messages.get(d)))._tag, "NoSuchMessage")
      yield* Mailboxes.remove((yield* Mailboxes.withRole("trash")).id)
      assert.strictEqual((yield* Effect.flip(Filing.discard([d])))._tag, "NoSuchRole")
    })
  )

  test(
    "a mailbox keeps its id through a renaming",
    Effect.gen(function*() {
      const id = yield* put("Work/2026", "a")
      const { id: work } = yield* Mailboxes.named("Work")
      yield* Mailboxes.rename(work, "Job")
      assert.strictEqual((yield* Mailboxes.get(work)).name, "Job")
      assert.deepStrictEqual(yield* whereIs(id), ["Job/2026"])
      yield* Mailboxes.subscribe(work, false)
      assert.isFalse((yield* Mailboxes.get(work)).subscribed)
      assert.strictEqual((yield* Effect.flip(Mailboxes.remove(work)))._tag, "MailboxRefused")
      assert.strictEqual((yield* Mailboxes.usage).messages, 1)
    })
  )

  test(
    "messages are listed in pages, in any order, and read in the order that is asked",
    Effect.gen(function*() {
      for (const subject of ["b", "c", "a"]) yield* put("INBOX", subject)
      const inbox = yield* idOf("INBOX")
      const listed = (options?: Messages.ListOptions) =>
        Effect.map(
          Stream.runCollect(Messages.list(inbox, options)),
          (all) => all.map(({ subject }) => subject).join("")
        )
      assert.strictEqual(yield* listed(), "bca")
      assert.strictEqual(yield* listed({ skip: 1, take: 1 }), "c")
      assert.strictEqual(yield* listed({ take: 0 }), "")
      assert.strictEqual(yield* listed({ skip: 3 }), "")
      assert.strictEqual(yield* listed({ sort: [{ key: "subject", reverse: true }], take: 2 }), "cb")
      const uids = [3, 99, 1, 2]
      const read = yield* Stream.runCollect(Messages.read(uids.map((uid) => ({ mailbox: inbox, uid: uid as Uid }))))
      assert.deepStrictEqual(read.map(({ subject }) => subject), ["a", "b", "c"])
      assert.deepStrictEqual(yield* Stream.runCollect(Messages.read([{ mailbox: NO_MAILBOX, uid: 1 as Uid }])), [])
      assert.strictEqual((yield* Effect.flip(Stream.runCollect(Messages.list(NO_MAILBOX))))._tag, "MailboxNotFound")
    })
  )

  test(
    "a message is found once in the whole account, sorted over all mailboxes",
    Effect.gen(function*() {
      const archive = yield* idOf("Archive")
      const b = yield* put("INBOX", "find b", "Message-ID: <b@x>")
      yield* put("Work", "find a", "In-Reply-To: <b@x>")
      yield* put("Junk", "find c")
      yield* put("Junk", "other", "References: <bb@x>")
      yield* Filing.copy([b], archive)
      const query: SearchQuery = { _tag: "Text", text: "FIND" }
      assert.deepStrictEqual(yield* subjects(query), ["find b", "find c", "find a"])
      const bySubject = [{ key: "subject", reverse: false }] as const
      assert.deepStrictEqual(yield* subjects(query, { sort: bySubject }), ["find a", "find b", "find c"])
      assert.deepStrictEqual(yield* subjects(query, { in: archive, sort: bySubject }), ["find b"])
      const [place] = yield* Find.find(query, { in: archive })
      assert.deepStrictEqual([place?.emailId, place?.mailbox], [b, archive])
      const { threadId } = yield* Messages.get(b)
      assert.deepStrictEqual(yield* subjects({ _tag: "ThreadId", id: threadId }), ["find b", "find a"])
      assert.deepStrictEqual((yield* Find.byMessageId("b@x")).map(({ id }) => id), [b])
      assert.deepStrictEqual(yield* Find.byMessageId("@x"), [])
      assert.strictEqual((yield* Effect.flip(Find.find(query, { in: NO_MAILBOX })))._tag, "MailboxNotFound")
    })
  )

  test(
    "octets come back as they went in, header fields in their order",
    Effect.gen(function*() {
      const octets = new TextEncoder().encode("X-B: =?utf-8?q?=C3=BC?=\nx-a: 1\nX-B: 2\n\nno line end")
      const { id, size } = yield* Messages.add(yield* idOf("INBOX"), octets, { flags: ["\\Flagged"] })
      assert.strictEqual(size, octets.length)
      assert.deepStrictEqual(Array.from(yield* Messages.bytes(id)), Array.from(octets))
      assert.deepStrictEqual(yield* Messages.header(id), [["x-b", "ü"], ["x-a", "1"], ["x-b", "2"]])
      assert.deepStrictEqual(yield* Messages.text(id), { plain: "no line end", html: undefined })
      assert.strictEqual((yield* Effect.flip(Messages.part(id, "2")))._tag, "NoSuchPart")
      const readings = [
        Effect.asVoid(Messages.bytes(NOWHERE)),
        Effect.asVoid(Messages.header(NOWHERE)),
        Effect.asVoid(Messages.parts(NOWHERE)),
        Effect.asVoid(Messages.text(NOWHERE))
      ]
      for (const reading of readings) assert.strictEqual((yield* Effect.flip(reading))._tag, "NoSuchMessage")
    })
  )
})
