/** Large contents lie in pieces: nobody sees it, nobody waits for all of one, and nothing is left of those that go. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { PIECE } from "../../../src/adapters/sqlite/ContentPieces.ts"
import * as MailArrival from "../../../src/adapters/sqlite/MailArrival.ts"
import * as MailEngine from "../../../src/adapters/sqlite/MailEngine.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import type { SqliteDatabase } from "../../../src/adapters/sqlite/SqliteDatabase.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { equal, idOf, message, remove } from "../../ports/mail-store/Mail.ts"
import { handle, key, makeFile } from "./Files.ts"
import { settle } from "./Settle.ts"

const onStore = <A, E>(
  filename: string,
  body: Effect.Effect<A, E, MailStore | MailEngine.MailEngine | SqliteDatabase>
) => {
  const layer = MailStoreSqlite.layer.pipe(Layer.provideMerge(SqliteClient.layer({ filename, key })))
  return Effect.provide(body, Layer.fresh(layer))
}

const attachment = (octets: number): string =>
  Array.from({ length: octets / 8 }, (_, at) => `${at}`.padStart(8)).join("")

/** With a text and two attachments, one of them in several pieces. */
const letter = (subject: string, octets = 5 * PIECE + 8): string =>
  `Subject: ${subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello ${subject}\r\n` +
  `--b\r\nContent-Type: image/png\r\n\r\n${attachment(octets)}\r\n` +
  `--b\r\nContent-Type: image/gif\r\n\r\n${attachment(PIECE / 2)}\r\n--b--\r\n`

const append = Effect.fnUntraced(function*(text: string) {
  return yield* (yield* MailStore).append(yield* idOf("INBOX"), [message(text)])
})

const bodies = Effect.gen(function*() {
  const store = yield* MailStore
  const records = yield* Stream.runCollect(store.fetch(yield* idOf("INBOX"), UidSet.all, { bytes: true }))
  return records.map(({ bytes }) => Buffer.from(bytes ?? []).toString("latin1"))
})

const counts = Effect.map(handle, (db) => {
  const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  return { contents: count("content"), pieces: count("content_piece"), waste: count("content_waste") }
})

/** How often others had their turn meanwhile. */
const turnsOf = Effect.fnUntraced(function*<A, E, R>(work: Effect.Effect<A, E, R>) {
  let turns = 0
  const others = Effect.yieldNow.pipe(Effect.andThen(Effect.sync(() => turns++)), Effect.forever)
  yield* Effect.raceFirst(Effect.asVoid(work), others)
  return turns
})

describe("large contents", () => {
  it.live("come back as they came, are stored once, and leave nothing behind", () =>
    Effect.flatMap(makeFile, (filename) =>
      Effect.gen(function*() {
        const [one, other] = [letter("one"), letter("other")]
        yield* onStore(filename, Effect.all([append(one), append(other)], { concurrency: 2 }))
        yield* onStore(
          filename,
          Effect.gen(function*() {
            equal((yield* bodies).sort(), [one, other].sort())
            yield* settle
            equal(yield* counts, { contents: 2, pieces: 6, waste: 0 })
            yield* append(one)
            yield* remove("INBOX", "1:2")
            yield* settle
            equal(yield* bodies, [one])
            equal(yield* counts, { contents: 2, pieces: 6, waste: 0 })
            yield* remove("INBOX", "3")
            yield* settle
            equal(yield* counts, { contents: 0, pieces: 0, waste: 0 })
          })
        )
      })))

  it.live("are written, read and given up with others' turns in between", () =>
    Effect.flatMap(makeFile, (filename) =>
      onStore(
        filename,
        Effect.gen(function*() {
          const { database, sweeper } = yield* MailEngine.MailEngine
          const pieces = 12
          assert.isAbove(yield* turnsOf(append(letter("long", pieces * PIECE))), pieces)
          assert.isAbove(yield* turnsOf(bodies), pieces / 4)
          yield* remove("INBOX", "1")
          let steps = 0
          while (yield* database.read(() => sweeper.isWaiting())) {
            yield* database.write(() => sweeper.step())
            steps++
          }
          assert.isAtLeast(steps, pieces / 4)
          equal(yield* counts, { contents: 0, pieces: 0, waste: 0 })
        })
      )))

  it.live("of a message that goes while it is read end with it", () =>
    Effect.flatMap(makeFile, (filename) =>
      onStore(
        filename,
        Effect.gen(function*() {
          yield* append(letter("going"))
          const reading = yield* Effect.forkChild(bodies, { startImmediately: true })
          yield* remove("INBOX", "1")
          yield* settle
          assert.isAtMost((yield* Fiber.join(reading)).length, 1)
        })
      )))

  it.live("that come when their message is gone are not written", () =>
    Effect.flatMap(makeFile, (filename) =>
      onStore(
        filename,
        Effect.gen(function*() {
          const { database, messages } = yield* MailEngine.MailEngine
          yield* append(letter("going"))
          const content = (yield* handle).prepare("SELECT max(id) FROM content").pluck().get() as number
          yield* remove("INBOX", "1")
          yield* settle
          yield* database.write(() => messages.contents.restore(content, new Uint8Array(3 * PIECE)))
          yield* settle
          equal(yield* counts, { contents: 0, pieces: 0, waste: 0 })
        })
      )))

  it.live("that no message came to have are given up, also where the program ended", () =>
    Effect.flatMap(makeFile, (filename) =>
      Effect.gen(function*() {
        const given = [{ bytes: new TextEncoder().encode(letter("never placed")) }]
        yield* onStore(
          filename,
          Effect.gen(function*() {
            const engine = yield* MailEngine.MailEngine
            const arriving = MailArrival.make(engine)
            const { pieces } = engine.messages.contents
            yield* arriving(given, () => Effect.void)
            yield* settle
            equal(yield* counts, { contents: 0, pieces: 0, waste: 0 })
            yield* engine.database.write(() => pieces.begin(new Uint8Array(2 * PIECE)))
            // Whoever began with them may still come.
            yield* settle
            equal(yield* counts, { contents: 0, pieces: 1, waste: 1 })
          })
        )
        yield* onStore(
          filename,
          Effect.gen(function*() {
            yield* settle
            equal(yield* counts, { contents: 0, pieces: 0, waste: 0 })
          })
        )
      })))
})
