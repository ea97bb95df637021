/** Copies of a store in use, damage by name, room given back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import * as MailEngine from "../../../src/adapters/sqlite/MailEngine.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as MaintenanceSqlite from "../../../src/adapters/sqlite/MaintenanceSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import { verifyUnsafe } from "../../../src/adapters/sqlite/Verify.ts"
import type { MailStore } from "../../../src/ports/MailStore.ts"
import { Maintenance } from "../../../src/ports/Maintenance.ts"
import { equal, fetch, put, remove } from "../../ports/mail-store/Mail.ts"
import { handle, key, makeFile } from "./Files.ts"
import { settle } from "./Settle.ts"

type Services = MailStore | MailEngine.MailEngine | SqliteDatabase | Maintenance

const onStore = <A, E>(filename: string, body: Effect.Effect<A, E, Services>) =>
  Effect.provide(
    body,
    Layer.merge(MailStoreSqlite.layer, MaintenanceSqlite.layer({ filename, key })).pipe(
      Layer.provideMerge(SqliteClient.layer({ filename, key })),
      Layer.fresh
    )
  )

/** Where only one opening matters. */
const onNewStore = <A, E>(body: Effect.Effect<A, E, Services>) =>
  Effect.flatMap(makeFile, (filename) => onStore(filename, body))

const findings = Effect.flatMap(Maintenance, ({ verify }) => Stream.runCollect(verify))

const letter = (index: number) => `Subject: ${index}\r\n\r\nkanarienvogel ${index} ${"x".repeat(index * 500)}`

describe("MaintenanceSqlite", () => {
  it.live("copies a store in use, encrypted, and never over another file", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      const copy = `${filename}.backup`
      const before = yield* onStore(
        filename,
        Effect.gen(function*() {
          const { backup } = yield* Maintenance
          yield* put("INBOX", ...Array.from({ length: 60 }, (_, index) => letter(index)))
          const mail = yield* fetch("INBOX", { bytes: true })
          const [octets] = yield* Effect.all([backup(copy), put("INBOX", "meanwhile")], { concurrency: "unbounded" })
          assert.strictEqual(octets, statSync(copy).size)
          const again = yield* Effect.flip(backup(copy))
          assert.include(again.message, "is there already. Choose another name")
          assert.strictEqual((yield* fetch("INBOX", {})).length, 61)
          return mail
        })
      )
      assert.isFalse(existsSync(`${copy}.part`))
      assert.strictEqual(statSync(copy).mode & 0o777, 0o600)
      assert.isFalse(readFileSync(copy).includes("kanarienvogel"))
      const mail = yield* onStore(copy, fetch("INBOX", { bytes: true }))
      equal(mail.slice(0, 60), before)
    }))

  it.live("finds nothing wrong with a sound store, and names what is damaged", () =>
    onNewStore(Effect.gen(function*() {
      yield* put("INBOX", ...Array.from({ length: 60 }, (_, index) => letter(index)))
      yield* settle
      const octets = Array.from({ length: 60 }, (_, index) => letter(index).length).reduce((a, b) => a + b)
      equal(yield* findings, [{ _tag: "Checked", messages: 60, octets }])
      const db = yield* handle
      db.exec(
        "UPDATE message_data SET skeleton = CAST(replace(skeleton, 'kanarien', 'Kanarien') AS BLOB) WHERE message = 3"
      )
      db.exec("DELETE FROM message_data WHERE message = 5")
      db.exec("UPDATE content SET bytes = zeroblob(length(bytes)) WHERE id = (SELECT max(id) FROM content)")
      db.exec("UPDATE message SET preview = 'other' WHERE id = 7")
      db.exec("UPDATE message SET refs = 9 WHERE id = 8")
      db.exec("UPDATE mailbox SET unseen = 1 WHERE name = 'INBOX'")
      const told = (yield* findings).map((one) =>
        one._tag === "MessageDamaged" || one._tag === "MessageStale"
          ? `${one._tag} ${one.places.map(({ mailbox, uid }) => `${mailbox} ${uid}`).join()}`
          : one._tag
      )
      equal(told, [
        "MailboxDamaged",
        "MessageDamaged INBOX 3",
        "MessageDamaged INBOX 5",
        "MessageStale INBOX 7",
        "MessageDamaged INBOX 8",
        "MessageDamaged INBOX 60",
        "Checked"
      ])
    })))

  it.live("names the messages of a damaged page, and walks the others", () =>
    Effect.gen(function*() {
      const filename = yield* makeFile
      yield* onStore(
        filename,
        Effect.andThen(put("INBOX", ...Array.from({ length: 60 }, (_, index) => letter(index))), settle)
      )
      const whole = readFileSync(filename)
      const pages = whole.length / 4096
      const named: Array<string> = []
      for (let page = Math.floor(pages / 5); page < pages; page += Math.ceil(pages / 16)) {
        const damaged = Buffer.from(whole)
        damaged[page * 4096 + 100] = (damaged[page * 4096 + 100] ?? 0) ^ 1
        writeFileSync(filename, damaged)
        const found = Array.from(verifyUnsafe({ filename, key }))
        assert.isTrue(found.some(({ _tag }) => _tag === "FileDamaged"), `page ${page}`)
        for (const one of found) {
          if (one._tag === "MessageDamaged") named.push(...one.places.map(({ mailbox, uid }) => `${mailbox} ${uid}`))
        }
      }
      assert.isNotEmpty(named)
      // Of each page one message or a few, not all.
      assert.isBelow(named.length, 60)
      for (const name of named) assert.match(name, /^INBOX \d+$/)
    }))

  it.live("gives room back by itself where much is free, and keeps some", () =>
    onNewStore(Effect.gen(function*() {
      const db = yield* handle
      const count = (pragma: string) => db.pragma(pragma, { simple: true }) as number
      const eightMegabytes = (name: string) => {
        const head = `Subject: ${name}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n`
        return `${head}${randomBytes(6 * 1024 * 1024).toString("base64")}`
      }
      yield* put("INBOX", ...["a", "b", "c"].map(eightMegabytes))
      yield* settle
      const full = count("page_count")
      yield* remove("INBOX", "1:3")
      yield* settle
      assert.isAtMost(count("freelist_count"), 4096)
      assert.isAbove(count("freelist_count"), 4000)
      assert.isBelow(count("page_count"), full - 1500)
    })))

  it.live("gives room back to the disk", () =>
    onNewStore(Effect.gen(function*() {
      const { vacuum } = yield* Maintenance
      yield* put("INBOX", ...Array.from({ length: 60 }, (_, index) => letter(index)))
      yield* remove("INBOX", "1:59")
      yield* settle
      const db = yield* handle
      const pages = db.pragma("page_count", { simple: true }) as number
      const given = yield* vacuum
      assert.isAbove(given, 100 * 4096)
      equal([db.pragma("freelist_count", { simple: true }), db.pragma("page_count", { simple: true })], [
        0,
        pages - given / 4096
      ])
      equal((yield* findings).map(({ _tag }) => _tag), ["Checked"])
    })))
})
