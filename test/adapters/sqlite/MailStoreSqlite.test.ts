/** What the contract of MailStore cannot see: files that are closed, full, cut short; texts indexed; what is gone. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import * as MailEngine from "../../../src/adapters/sqlite/MailEngine.ts"
import { MIGRATIONS } from "../../../src/adapters/sqlite/MailSchema.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import { migrate } from "../../../src/adapters/sqlite/Migrations.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import type { SearchQuery } from "../../../src/domain/mailbox/SearchQuery.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import {
  equal,
  fetch,
  find,
  flag,
  idOf,
  look,
  message,
  put,
  recount,
  remove,
  set
} from "../../ports/mail-store/Mail.ts"
import { handle, key, makeFile, withDatabase } from "./Files.ts"
import { settle } from "./Settle.ts"

const layer = (filename: string) =>
  MailStoreSqlite.layer.pipe(Layer.provideMerge(SqliteClient.layer({ filename, key })), Layer.fresh)

type Services = MailStore | MailEngine.MailEngine | SqliteDatabase

const onStore = <A, E>(filename: string, body: Effect.Effect<A, E, Services>) => Effect.provide(body, layer(filename))

/** Where only one opening matters. */
const onNewStore = <A, E>(body: Effect.Effect<A, E, Services>) =>
  Effect.flatMap(makeFile, (filename) => onStore(filename, body))

/** Everything that can be seen. */
const show = Effect.gen(function*() {
  const store = yield* MailStore
  return yield* Effect.forEach(yield* store.mailboxes, (mailbox) =>
    Effect.all([
      Effect.succeed(mailbox),
      fetch(mailbox.name, { bytes: true, objectIds: true, structure: true, envelope: true, preview: true }),
      store.changedSince(mailbox.id, 0),
      store.search(mailbox.id, { _tag: "Text", text: "message" }, 0)
    ]))
})

const text = (needle: string): SearchQuery => ({ _tag: "Text", text: needle })

describe("MailStoreSqlite", () => {
  it.effect("shows after it is opened again what it showed before, and goes on from there", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const before = yield* onStore(
        filename,
        Effect.gen(function*() {
          const store = yield* MailStore
          yield* store.create("a/b", "important")
          yield* store.subscribe("a", false)
          yield* put("INBOX", ...Array.from({ length: 300 }, (_, index) => `Subject: ${index}\r\n\r\nmessage ${index}`))
          yield* put("a/b", message("one", { flags: ["\\Seen", "$b"], internalDate: -5 }), "x".repeat(50_000))
          yield* flag("INBOX", "3:5,200", "add", "\\Flagged", "$Work")
          yield* store.move(yield* idOf("INBOX"), set("7:9"), yield* idOf("a/b"))
          yield* remove("INBOX", "250:300")
          yield* store.create("gone")
          yield* store.delete("gone")
          yield* store.rename("a", "c")
          return yield* show
        })
      )
      for (let round = 0; round < 2; round++) {
        equal(yield* onStore(filename, Effect.andThen(recount, show)), before)
      }
      yield* onStore(
        filename,
        Effect.gen(function*() {
          const store = yield* MailStore
          // The highest uids and the last uidvalidity went; they do not come again.
          equal(yield* put("INBOX", "new"), [301])
          const last = Math.max(...before.map(([{ uidValidity }]) => uidValidity))
          assert.isAbove((yield* store.create("gone")).uidValidity, last + 1)
          yield* recount
        })
      )
    }))

  it.effect("has the standard mailboxes though its first start was cut short before them", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* withDatabase(
        { filename, key },
        Effect.flatMap(SqliteDatabase, (database) => migrate(database, "mail", MIGRATIONS))
      )
      const names = Effect.flatMap(
        MailStore,
        (store) => Effect.map(store.mailboxes, (all) => all.map(({ name }) => name))
      )
      const expected = ["INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"]
      equal(yield* onStore(filename, names), expected)
      equal(yield* onStore(filename, names), expected)
    }))

  it.effect("keeps nothing of what a full disk refuses, all of the rest, and goes on", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* onStore(
        filename,
        Effect.gen(function*() {
          const store = yield* MailStore
          const db = yield* handle
          const { id } = yield* find("INBOX")
          yield* put("INBOX", ...Array.from({ length: 100 }, (_, index) => `${index}`))
          const before = yield* show
          db.pragma(`max_page_count = ${(db.pragma("page_count", { simple: true }) as number) + 10}`)
          const [large, flagged, small] = yield* Effect.all([
            Effect.result(store.append(id, [message("small too"), message("x".repeat(200_000))])),
            Effect.result(store.flag(id, set("1:50"), "add", ["\\Seen"])),
            Effect.result(store.append(id, [message("small")]))
          ], { concurrency: "unbounded" })
          assert.strictEqual(
            large._tag === "Failure" && large.failure.message,
            "The mail store could not append. The database could not write: The disk is full. Make room and try again"
          )
          assert.isTrue(large._tag === "Failure" && large.failure._tag === "MailStoreError" && large.failure.isFull)
          assert.isAbove((yield* store.usage).free ?? 0, 0)
          equal([flagged._tag, small._tag], ["Success", "Success"])
          equal((yield* look("INBOX")).slice(99), [[100, "99", ""], [101, "small", ""]])
          assert.strictEqual((yield* find("INBOX")).unseen, 51)
          yield* recount
          db.pragma("max_page_count = 1000000")
          equal(yield* put("INBOX", "x".repeat(200_000)), [102])
          yield* recount
          assert.strictEqual((yield* show).length, before.length)
          assert.strictEqual(db.pragma("integrity_check", { simple: true }), "ok")
        })
      )
      yield* onStore(filename, recount)
    }))

  it.effect("lets others have their turn while many messages are read to be put in", () =>
    onNewStore(Effect.gen(function*() {
      const store = yield* MailStore
      const id = yield* idOf("INBOX")
      const mails = Array.from({ length: 40 }, (_, index) => message(`Subject: ${index}\r\n\r\n${"x".repeat(60_000)}`))
      let turns = 0
      const others = yield* Effect.forkChild(Effect.forever(Effect.andThen(
        Effect.sync(() => turns++),
        Effect.yieldNow
      )))
      yield* store.append(id, mails)
      assert.isAbove(turns, 4)
      yield* Fiber.interrupt(others)
      assert.strictEqual((yield* find("INBOX")).exists, 40)
    })))

  it.effect("leaves nothing on disk of what is gone everywhere", () =>
    onNewStore(Effect.gen(function*() {
      const store = yield* MailStore
      const db = yield* handle
      const large = `Subject: large\r\n\r\n${"y".repeat(40_000)}`
      yield* put(
        "INBOX",
        large,
        large,
        ...Array.from({ length: 300 }, (_, index) => `message ${index}`)
      )
      yield* store.copy(yield* idOf("INBOX"), set("1:3"), yield* idOf("Sent"))
      yield* settle
      const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
      const tables = ["message", "message_data", "header_text", "body_text", "header_index", "body_index"]
      equal([...tables.map(count), count("content")], [...tables.map(() => 302), 1])
      yield* remove("INBOX", "1:400")
      yield* settle
      equal([...tables.map(count), count("content")], [...tables.map(() => 3), 1])
      equal((yield* look("Sent")).map(([, text]) => text), [large, large, "message 0"])
      yield* store.delete("Sent")
      yield* settle
      equal([...tables, "content", "released", "placement_chunk"].map(count), Array(9).fill(0))
    })))

  it.effect("counts copies later, before what is given up after them, wherever it was stopped", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const texts = Array.from({ length: 700 }, (_, index) => `message ${index}`)
      yield* onStore(
        filename,
        Effect.gen(function*() {
          const store = yield* MailStore
          yield* put("INBOX", ...texts)
          yield* store.copy(yield* idOf("INBOX"), set("1:700"), yield* idOf("Sent"))
          // The same twice in one mailbox, and gone from the first.
          yield* store.copy(yield* idOf("Sent"), set("1:2,1:2"), yield* idOf("Sent"))
          yield* remove("INBOX", "1:700")
          yield* store.move(yield* idOf("Sent"), set("3:700"), yield* idOf("Archive"))
        })
      )
      yield* onStore(
        filename,
        Effect.gen(function*() {
          const store = yield* MailStore
          const db = yield* handle
          yield* settle
          const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
          equal([count("message"), count("released")], [700, 0])
          equal((yield* look("Archive")).map(([, text]) => text), texts.slice(2))
          equal((yield* look("Sent")).map(([, text]) => text), [...texts.slice(0, 2), ...texts.slice(0, 2)])
          yield* store.delete("Archive")
          yield* settle
          equal(count("message"), 2)
          yield* store.delete("Sent")
          yield* settle
          equal([count("message"), count("released")], [0, 0])
        })
      )
    }))

  it.effect("finds by its index what a store without one finds, at every stage of indexing", () =>
    Effect.gen(function*() {
      const words = [
        "alpha",
        "Straße",
        "東京都",
        "a\0b",
        "NUL\0after it",
        "📬 mail",
        "x'\"--",
        "ﬁne",
        "%_*",
        "ab",
        "tail"
      ]
      const texts = Array.from({ length: 400 }, (_, index) => {
        const [one, two] = [words[index % words.length], words[(index * 7) % words.length]]
        return `Subject: =?utf-8?B?${Buffer.from(`${one} ${index}`).toString("base64")}?=\r\n` +
          `Content-Type: text/plain; charset=utf-8\r\n\r\n${two} and ${one} number ${index}.`
      })
      const needles = [
        ...words,
        "after it",
        "STRASSE",
        "fi",
        "京",
        "📬",
        "number 123",
        "b",
        "and",
        "nobody",
        "\0",
        "a\0",
        ""
      ]
      const queries: ReadonlyArray<SearchQuery> = needles.flatMap((needle): ReadonlyArray<SearchQuery> => [
        text(needle),
        { _tag: "Body", text: needle },
        { _tag: "Envelope", field: "subject", text: needle },
        { _tag: "Not", query: text(needle) },
        { _tag: "And", queries: [text(needle), { _tag: "Body", text: "number 1" }] },
        { _tag: "Or", queries: [text(needle), { _tag: "HasFlag", flag: "$x" }] }
      ])
      const searchAll = Effect.gen(function*() {
        const store = yield* MailStore
        const id = yield* idOf("INBOX")
        return yield* Effect.forEach(queries, (query) => store.search(id, query, 0))
      })
      const fill = Effect.gen(function*() {
        for (let at = 0; at < texts.length; at += 100) yield* put("INBOX", ...texts.slice(at, at + 100))
        yield* flag("INBOX", "5,77", "add", "$x")
        yield* remove("INBOX", "10:20,399")
      })
      const expected = yield* Effect.andThen(fill, searchAll).pipe(Effect.provide(Layer.fresh(MailStoreMemory.layer)))
      const filename = yield* makeFile
      yield* onStore(
        filename,
        Effect.gen(function*() {
          const { database, index } = yield* MailEngine.MailEngine
          yield* fill
          for (;;) {
            for (const [at, uids] of (yield* searchAll).entries()) {
              equal(uids, expected[at], JSON.stringify(queries[at]))
            }
            if (!(yield* database.read(() => index.isBehind()))) break
            yield* database.write(() => index.step())
          }
          yield* settle
          equal(yield* searchAll, expected)
        })
      )
    }))

  it.effect("finds words wherever they stand in a long text, at every stage of indexing, and forgets it with the message", () =>
    onNewStore(Effect.gen(function*() {
      const store = yield* MailStore
      const { database, index } = yield* MailEngine.MailEngine
      const db = yield* handle
      const id = yield* idOf("INBOX")
      // So many that the index is asked.
      yield* put("INBOX", ...Array.from({ length: 250 }, (_, at) => `message ${at}`))
      const words = Array.from({ length: 14_000 }, (_, at) => `${at.toString(36)}📬${(at * 7919).toString(36)}`)
      yield* put("INBOX", `Content-Type: text/plain; charset=utf-8\r\n\r\n${words.join(" ")}`, "\r\nafter it")
      const asked = words.filter((_, at) => at % 97 === 0)
      const searchAll = Effect.forEach(asked, (word) => store.search(id, { _tag: "Body", text: word }, 0))
      const expected = asked.map(() => [251])
      let steps = 0
      for (; yield* database.read(() => index.isBehind()); steps++) {
        yield* database.write(() => index.step())
        if (steps % 4 === 0) equal(yield* store.search(id, { _tag: "Body", text: words[13_000] ?? "" }, 0), [251])
      }
      assert.isAbove(steps, 3)
      equal(yield* searchAll, expected)
      assert.isAbove(db.prepare("SELECT count(*) FROM body_index_docsize").pluck().get() as number, 252)
      yield* remove("INBOX", "251")
      yield* settle
      assert.strictEqual(db.prepare("SELECT count(*) FROM body_index_docsize").pluck().get(), 251)
      equal(yield* store.search(id, { _tag: "Body", text: "after it" }, 0), [252])
    })))

  it.effect("finds by large texts, whatever became of another message's contents", () =>
    onNewStore(Effect.gen(function*() {
      const store = yield* MailStore
      const db = yield* handle
      const id = yield* idOf("INBOX")
      const large = (word: string) => `Subject: of ${word}\r\n\r\n${"filling ".repeat(3000)}${word}`
      yield* put("INBOX", large("first"))
      db.exec("UPDATE content SET bytes = x'00'")
      yield* put("INBOX", large("second"))
      const found = Effect.forEach(
        ["filling", "of first", "of second", "second"],
        (word) => store.search(id, text(word), 0)
      )
      const expected = [[2], [1], [2], [2]]
      equal(yield* found, expected)
      yield* settle
      equal(yield* found, expected)
    })))

  it.effect("lets a reader finish what it began, whatever is written meanwhile", () =>
    onNewStore(Effect.gen(function*() {
      const store = yield* MailStore
      const { id } = yield* find("INBOX")
      yield* put("INBOX", ...Array.from({ length: 1500 }, (_, index) => `message ${index}`))
      const seen: Array<number> = []
      yield* store.fetch(id, UidSet.all, { bytes: true }).pipe(
        Stream.runForEachArray((records) =>
          Effect.gen(function*() {
            seen.push(...records.map(({ uid }) => uid))
            yield* flag("INBOX", "1:4294967295", "add", "\\Seen")
            yield* remove("INBOX", "1400:1450")
            yield* put("INBOX", "later")
          })
        )
      )
      const told = Array.from({ length: 1500 }, (_, index) => index + 1)
      equal(seen.filter((uid) => uid < 1400), told.filter((uid) => uid < 1400))
      equal(seen, [...new Set(seen)].sort((a, b) => a - b))
      yield* recount
    })))
})
