/** The Outbox port in the account's encrypted database. */
import { Effect, Layer, PubSub, Stream } from "effect"
import { type DueItem, Outbox, OutboxError, type OutboxItem, type WaitingItem } from "../../ports/Outbox.ts"
import { migrate } from "./Migrations.ts"
import { SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"

export const MIGRATIONS: ReadonlyArray<string> = [
  `
  CREATE TABLE outbox (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    offered_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (not_before);
  `
]

interface Row {
  readonly id: string
  readonly sender: string
  /** A JSON array. */
  readonly recipients: string
  readonly offered_at: number
  readonly attempts: number
}

interface WholeRow extends Row {
  readonly bytes: Uint8Array
}

interface WaitingRow extends Row {
  readonly size: number
  readonly not_before: number
}

const facts = (row: Row) => ({
  id: row.id,
  from: row.sender,
  to: JSON.parse(row.recipients) as ReadonlyArray<string>,
  offeredAt: row.offered_at,
  attempts: row.attempts
})

const toItem = (row: WholeRow): DueItem => ({ ...facts(row), bytes: row.bytes })

const toWaiting = (row: WaitingRow): WaitingItem => ({ ...facts(row), size: row.size, notBefore: row.not_before })

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  yield* migrate(database, "outbox", MIGRATIONS)
  const insert = database.handle.prepare(
    "INSERT OR IGNORE INTO outbox (id, sender, recipients, offered_at, bytes) VALUES (?, ?, ?, ?, ?)"
  )
  const offered = yield* PubSub.sliding<void>(1)

  const failed = (operation: OutboxError["operation"]) => (cause: SqliteError) => new OutboxError({ operation, cause })

  return Outbox.of({
    offered: Stream.fromPubSub(offered),

    offer: Effect.fn("OutboxSqlite.offer")(function*(items: ReadonlyArray<OutboxItem>) {
      yield* database.write(() => {
        for (const item of items) {
          insert.run(item.id, item.from, JSON.stringify(item.to), item.offeredAt, item.bytes)
        }
      }, () => void PubSub.publishUnsafe(offered, undefined)).pipe(Effect.mapError(failed("offer")))
    }),

    due: Effect.fn("OutboxSqlite.due")(function*(now: number, limit: number) {
      return yield* database.read((db) =>
        (db.prepare("SELECT * FROM outbox WHERE not_before <= ? ORDER BY offered_at, position LIMIT ?")
          .all(now, limit) as Array<WholeRow>).map(toItem)
      ).pipe(Effect.mapError(failed("due")))
    }),

    waiting: database.read((db) =>
      (db.prepare(`SELECT id, sender, recipients, length(bytes) AS size, offered_at, attempts, not_before
        FROM outbox ORDER BY offered_at, position`).all() as Array<WaitingRow>).map(toWaiting)
    ).pipe(Effect.mapError(failed("list"))),

    postpone: Effect.fn("OutboxSqlite.postpone")(
      function*(id: string, notBefore: number, to: ReadonlyArray<string>) {
        yield* database.write((db) => {
          db.prepare("UPDATE outbox SET not_before = ?, recipients = ?, attempts = attempts + 1 WHERE id = ?")
            .run(notBefore, JSON.stringify(to), id)
        }).pipe(Effect.mapError(failed("postpone")))
      }
    ),

    remove: Effect.fn("OutboxSqlite.remove")(function*(id: string) {
      yield* database.write((db) => {
        db.prepare("DELETE FROM outbox WHERE id = ?").run(id)
      }).pipe(Effect.mapError(failed("remove")))
    })
  })
})

export const layer: Layer.Layer<Outbox, SqliteError, SqliteDatabase> = Layer.effect(Outbox, make)
