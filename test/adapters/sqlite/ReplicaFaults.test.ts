import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream } from "effect"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { type Replication, ReplicationError, type SealedDocument } from "../../../src/ports/Replication.ts"
import { makeFile } from "./Files.ts"
import {
  type Account,
  append,
  type Home,
  makeAccount,
  makeHome,
  show,
  showAll,
  texts,
  twoHomes
} from "./ReplicaHomes.ts"

const cut = (operation: ReplicationError["operation"]) =>
  new ReplicationError({ operation, transient: false, cause: new Error("the line was cut") })

/** The provider did it; the answer is lost. */
const answersLost = (replication: Replication["Service"]): Replication["Service"] => ({
  ...replication,
  push: (batchId, documents) => Effect.andThen(replication.push(batchId, documents), cut("push"))
})

/** All that the provider has of the account, as one text. */
const kept = Effect.fnUntraced(function*({ id, store }: Account) {
  const { documents } = yield* store.pull(id, 0, 10_000)
  return documents.map((document) =>
    `${document.id} ${Buffer.from(document.sealed ?? []).toString("latin1")} ${document.generation}`
  ).join("\n")
})

describe("replication", () => {
  it.live("makes no duplicates where an answer was lost, also after a restart", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const file = yield* makeFile
      yield* Effect.scoped(Effect.gen(function*() {
        const a = yield* makeHome(account, file)
        yield* append(a, "INBOX", "1", "2", "3")
        const error = yield* Effect.flip(a.syncOver(answersLost(account.replication)))
        assert.strictEqual(error._tag, "ReplicationError")
      }))
      const before = (yield* account.replication.pull(0, 1000)).documents.length
      const a = yield* makeHome(account, file)
      yield* a.sync
      const b = yield* makeHome(account)
      yield* b.sync
      yield* a.sync
      assert.strictEqual((yield* account.replication.pull(0, 1000)).documents.length, before)
      assert.deepStrictEqual(yield* texts(b, "INBOX"), ["1", "2", "3"])
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("sends the same batch again where the line was cut for a moment", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const a = yield* makeHome(account)
      yield* append(a, "INBOX", "1")
      let pushes = 0
      yield* a.syncOver({
        ...account.replication,
        push: (batchId, documents) =>
          Effect.filterOrFail(
            account.replication.push(batchId, documents),
            () => ++pushes > 1,
            () => new ReplicationError({ operation: "push", transient: true, cause: undefined })
          )
      })
      assert.strictEqual(pushes, 2)
      assert.deepStrictEqual(yield* a.replica.pending(10), [])
    }))

  it.live("shows the provider nothing but sealed bytes under keyed names", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const a = yield* makeHome(account)
      yield* a.mail.create("Geheimnis")
      yield* append(a, "Geheimnis", "Subject: verschwiegen\r\n\r\nverschwiegen")
      const mailbox = yield* a.mail.mailbox("Geheimnis")
      yield* a.mail.flag(mailbox.id, UidSet.all, "add", ["heimlich"])
      const blobs: Array<string> = []
      yield* a.syncOver({
        ...account.replication,
        putBlobs: (offered) => {
          for (const { id, sealed } of offered) blobs.push(id, Buffer.from(sealed).toString("latin1"))
          return account.replication.putBlobs(offered)
        }
      })
      const all = [yield* kept(account), ...blobs].join("\n")
      assert.strictEqual(blobs.length, 2)
      for (const word of ["Geheimnis", "verschwiegen", "heimlich", "INBOX", "inbox", mailbox.id, "placement"]) {
        assert.notInclude(all, word)
      }
    }))

  it.live("goes on with all else where the account has no room for a message", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      yield* append(a, "INBOX", "first")
      yield* a.sync
      const used = (yield* account.store.findAccount(account.vault.address))?.used ?? 0
      yield* account.store.setQuota(account.id, used + 3000)
      const large = `Subject: large\r\n\r\n${"x".repeat(8000)}`
      for (const text of [large, "small"]) yield* append(a, "INBOX", text)
      const inbox = yield* a.mail.mailbox("INBOX")
      yield* a.mail.flag(inbox.id, UidSet.fromUids([1]), "add", ["$kept"])
      const error = yield* Effect.flip(a.sync)
      assert(error._tag === "ReplicationError" && !error.transient)
      assert.match(String(error.cause), /The account is full: 1 messages are on this device only/)
      const waiting = yield* a.replica.pending(10)
      assert.deepStrictEqual(waiting.map(({ document }) => document._tag), ["message"])
      yield* b.sync
      assert.deepStrictEqual((yield* show(b, "INBOX")).map(({ flags, text }) => [text, flags]), [
        ["first", ["$kept"]],
        ["small", []]
      ])
      yield* account.store.setQuota(account.id, undefined)
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("merges where another device was first", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      yield* append(a, "INBOX", "1")
      yield* a.sync
      yield* b.sync
      const inbox = yield* a.mail.mailbox("INBOX")
      yield* a.mail.flag(inbox.id, UidSet.all, "add", ["$a"])
      yield* b.mail.flag(inbox.id, UidSet.all, "add", ["$b"])
      // Between a's pull and its push, b pushes.
      let isFirst = true
      yield* a.syncOver({
        ...account.replication,
        push: (batchId, documents) => {
          const others = isFirst ? Effect.orDie(b.sync) : Effect.void
          isFirst = false
          return Effect.andThen(others, account.replication.push(batchId, documents))
        }
      })
      yield* b.sync
      const { messages } = (yield* showAll(b)).find(({ name }) => name === "INBOX") ?? { messages: [] }
      assert.deepStrictEqual(messages.map(({ flags }) => flags), [["$a", "$b"]])
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("fetches later what the provider could not give at once", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      yield* append(a, "INBOX", "1", "2")
      yield* a.sync
      let asked = 0
      yield* b.syncOver({
        ...account.replication,
        getBlobs: (ids) =>
          Effect.map(
            account.replication.getBlobs(ids),
            (blobs) => ++asked === 1 ? [undefined, ...blobs.slice(1)] : blobs
          )
      })
      assert.strictEqual((yield* texts(b, "INBOX")).length, 1)
      yield* b.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("shows a new device all mailboxes, by the names that they have now, before anything else", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      yield* a.mail.create("Projects")
      yield* a.mail.create("Old")
      yield* append(a, "Projects", "1")
      yield* a.sync
      // A name that passes from one mailbox to another.
      yield* a.mail.rename("Projects", "Projects of 2025")
      yield* a.mail.rename("Old", "Projects")
      yield* a.sync
      const listed = Effect.fnUntraced(function*(home: Home) {
        return (yield* home.mail.mailboxes).map(({ id, name }) => [id, name])
      })
      const noMore = Effect.fail(cut("pull"))
      yield* Effect.flip(b.syncOver({ ...account.replication, pull: () => noMore }))
      assert.deepStrictEqual(yield* listed(b), yield* listed(a))
      assert.isUndefined((yield* b.replica.pending(1))[0])
      yield* b.sync
      yield* b.attest
      yield* a.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("tells the listeners of the mail", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const inbox = yield* b.mail.mailbox("INBOX")
      const heard = yield* b.mail.changes.pipe(
        Stream.filter((change) => change._tag === "Changed" && change.mailbox === inbox.id),
        Stream.runHead,
        Effect.forkChild({ startImmediately: true })
      )
      yield* append(a, "INBOX", "1")
      yield* a.sync
      yield* b.sync
      const change = Option.getOrThrow(yield* Fiber.join(heard))
      assert.deepStrictEqual(change._tag === "Changed" && UidSet.encode(change.uids), "1")
    }))

  it.live("follows: what one device does, the other shows", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      yield* Effect.forkScoped(a.follow)
      yield* Effect.forkScoped(b.follow)
      const inbox = yield* b.mail.mailbox("INBOX")
      const arrived = b.mail.changes.pipe(
        Stream.filter((change) => change._tag === "Changed" && change.mailbox === inbox.id),
        Stream.mapEffect(() => texts(b, "INBOX")),
        Stream.takeUntil((shown) => shown.length === 2),
        Stream.runDrain
      )
      const waiting = yield* Effect.forkChild(arrived, { startImmediately: true })
      yield* append(a, "INBOX", "1")
      yield* append(a, "INBOX", "2")
      yield* Fiber.join(waiting)
      assert.deepStrictEqual(yield* texts(b, "INBOX"), ["1", "2"])
    }))
})

describe("a provider that lies", () => {
  const prepared = Effect.gen(function*() {
    const { account, a, b } = yield* twoHomes
    yield* append(a, "INBOX", "1")
    yield* a.sync
    const old = yield* account.replication.pull(0, 1000)
    const inbox = yield* a.mail.mailbox("INBOX")
    yield* a.mail.flag(inbox.id, UidSet.all, "add", ["\\Flagged"])
    yield* a.sync
    yield* b.sync
    const { replication } = account
    return { b, replication, old, generation: old.generation + 1, shown: yield* showAll(b) }
  })

  it.live("is noticed where it forgets generations, and nothing is taken from it", () =>
    Effect.gen(function*() {
      const { b, generation, old, replication, shown } = yield* prepared
      const error = yield* Effect.flip(b.syncOver({ ...replication, pull: () => Effect.succeed(old) }))
      assert(error._tag === "RolledBack")
      assert.deepStrictEqual([error.remembered, error.shown], [generation, old.generation])
      assert.include(error.message, "mail on this device is safe")
      assert.deepStrictEqual(yield* showAll(b), shown)
    }))

  it.live("is noticed where it shows an old version as a new one", () =>
    Effect.gen(function*() {
      const { b, generation, old, replication, shown } = yield* prepared
      for (const document of old.documents) {
        const replayed = { documents: [{ ...document, generation: generation + 1 }], generation: generation + 1 }
        const error = yield* Effect.flip(b.syncOver({ ...replication, pull: () => Effect.succeed(replayed) }))
        assert.strictEqual(error._tag, "RolledBack")
      }
      assert.deepStrictEqual(yield* showAll(b), shown)
      assert.strictEqual(yield* b.replica.cursor, generation)
    }))

  it.live("cannot delete, exchange or change what it cannot seal", () =>
    Effect.gen(function*() {
      const { b, generation, old, replication, shown } = yield* prepared
      const [first, second] = old.documents
      assert(first?.sealed !== undefined && second?.sealed !== undefined)
      const forged = [
        { ...first, sealed: undefined },
        { ...first, sealed: second.sealed },
        { ...first, parent: generation },
        { ...first, sealed: first.sealed.with(40, (first.sealed[40] ?? 0) ^ 1) }
      ]
      for (const document of forged) {
        const page = { documents: [{ ...document, generation: generation + 1 }], generation: generation + 1 }
        const error = yield* Effect.flip(b.syncOver({ ...replication, pull: () => Effect.succeed(page) }))
        assert.oneOf(error._tag, ["DocumentRefused", "SealRefused"])
      }
      assert.deepStrictEqual(yield* showAll(b), shown)
    }))

  it.live("is found out where it keeps a document back from one device", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      const { replication } = account
      yield* b.sync
      yield* append(a, "INBOX", "1", "2")
      yield* a.sync
      // Two messages and their placements came last.
      const { documents } = yield* replication.pull(0, 1000)
      yield* a.attest
      const shown = yield* showAll(b)
      for (const { id } of documents.slice(-4)) {
        const withheld: Replication["Service"] = {
          ...replication,
          pull: (since, limit) =>
            Effect.map(replication.pull(since, limit), (page) => ({
              ...page,
              documents: page.documents.filter((document) => document.id !== id)
            }))
        }
        const victim = yield* makeHome(account)
        const error = yield* Effect.flip(victim.syncOver(withheld))
        assert(error._tag === "HistoryDiffers")
        assert.deepStrictEqual(error.kinds.map(({ here, there }) => there - here), [1])
        assert.match(
          error.message,
          /1 of the (messages|places of messages and their flags) are withheld from this device/
        )
        // Nothing more is taken.
        assert.strictEqual((yield* Effect.flip(victim.syncOver(withheld)))._tag, "HistoryDiffers")
      }
      assert.deepStrictEqual(yield* showAll(b), shown)
      yield* b.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("is found out where it shows two devices two histories, as soon as one hears of the other", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      const { replication } = account
      yield* append(a, "INBOX", "1")
      yield* a.sync
      yield* b.sync
      const inbox = yield* b.mail.mailbox("INBOX")
      const { generation } = yield* replication.pull(0, 1)
      // What b pushes is said to be accepted, and goes nowhere.
      const forked: Array<SealedDocument> = []
      const elsewhere: Replication["Service"] = {
        ...replication,
        missingBlobs: () => Effect.succeed([]),
        push: (_batch, documents) =>
          Effect.sync(() =>
            documents.map(({ id, parent, sealed }) => {
              const made = generation + forked.length + 1
              forked.push({ id, parent, sealed, generation: made })
              return { _tag: "Accepted" as const, id, generation: made }
            })
          ),
        pull: (since, _limit) =>
          Effect.succeed({
            documents: forked.filter((document) => document.generation > since),
            generation: generation + forked.length
          })
      }
      yield* b.mail.flag(inbox.id, UidSet.all, "add", ["$b"])
      yield* b.syncOver(elsewhere)
      yield* a.mail.flag(inbox.id, UidSet.all, "add", ["$a"])
      yield* a.sync
      yield* a.attest
      // They stand at one generation, with the same documents but for the seals; a's witness is what b is shown next.
      const error = yield* Effect.flip(b.syncOver(replication))
      assert(error._tag === "HistoryDiffers")
      assert.include(error.message, `than your device "old laptop" has seen`)
      assert.include(error.message, "the places of messages and their flags are others than there")
    }))

  it.live("is told of by the device's name, as far as it fits into a sentence", () =>
    Effect.gen(function*() {
      const names = [["old\u0007\nlaptop ", "old laptop"], ["x".repeat(300), "x".repeat(200)], [
        " ",
        undefined
      ]] as const
      for (const [given, told] of names) {
        const home = yield* makeHome(yield* makeAccount)
        yield* home.sync
        assert.isTrue(yield* home.replica.attest(given))
        const [pending] = yield* home.replica.pending(1)
        assert(pending?.document._tag === "witness")
        assert.strictEqual(pending.document.name, told)
      }
    }))

  it.live("ends the loop with the reason", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const home = yield* makeHome(account)
      yield* home.sync
      const lying = { ...account.replication, pull: () => Effect.succeed({ documents: [], generation: 0 }) }
      assert.strictEqual((yield* Effect.flip(home.followOver(lying)))._tag, "RolledBack")
    }))
})
