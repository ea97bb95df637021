/** ReplicaStore in the account's encrypted database, on the tables of its mail and keys. */
import { Clock, Effect, Layer, PubSub, Stream } from "effect"
import type { EmailId } from "../../domain/mailbox/Mailbox.ts"
import { KeyStore } from "../../ports/KeyStore.ts"
import { type MailboxChange, MailStore } from "../../ports/MailStore.ts"
import { ReplicaStore, ReplicaStoreError } from "../../ports/ReplicaStore.ts"
import type { Piece } from "./ContentTable.ts"
import * as MailboxTable from "./MailboxTable.ts"
import * as MailChanges from "./MailChanges.ts"
import { MailListeners } from "./MailListeners.ts"
import * as MessageTable from "./MessageTable.ts"
import { migrate } from "./Migrations.ts"
import * as PlacementTable from "./PlacementTable.ts"
import * as ReplicaApply from "./ReplicaApply.ts"
import * as ReplicaCapture from "./ReplicaCapture.ts"
import * as ReplicaKeys from "./ReplicaKeys.ts"
import * as ReplicaMailboxes from "./ReplicaMailboxes.ts"
import * as ReplicaPlacements from "./ReplicaPlacements.ts"
import { MIGRATIONS } from "./ReplicaSchema.ts"
import * as ReplicaTable from "./ReplicaTable.ts"
import { SqliteDatabase } from "./SqliteDatabase.ts"
import { SqliteError } from "./SqliteError.ts"

interface MessageRow {
  readonly contents: string | null
  readonly skeleton: Uint8Array
}

const failed =
  (operation: ReplicaStoreError["operation"]) => <E>(error: E): Exclude<E, SqliteError> | ReplicaStoreError =>
    error instanceof SqliteError
      ? new ReplicaStoreError({ operation, cause: error })
      : error as Exclude<E, SqliteError>

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  const listeners = yield* MailListeners
  const mailStore = yield* MailStore
  yield* KeyStore // its tables carry triggers
  yield* migrate(database, "replica", MIGRATIONS)
  const clock = yield* Clock.Clock
  const db = database.handle

  const mailboxTable = MailboxTable.make(db)
  const messages = MessageTable.make(db)
  const placements = PlacementTable.make(db)
  const mail = MailChanges.make(mailboxTable, messages, placements)
  const table = ReplicaTable.make(db)
  const keys = ReplicaKeys.make(db)
  const places = ReplicaPlacements.make(db)
  const capture = ReplicaCapture.make(db, table, places, keys)
  const mailboxes = ReplicaMailboxes.make(db, table, capture, places, mailboxTable, placements, mail)
  const replica = ReplicaApply.make(db, { table, capture, keys, places, mailboxes, messages, placements, mail })
  const findBytes = db.prepare("SELECT contents, skeleton FROM message WHERE email_id = ?")

  const announce = (changes: ReadonlyArray<MailboxChange>): void => {
    for (const change of changes) PubSub.publishUnsafe(listeners, change)
  }

  const read = <A>(f: () => A) => Effect.mapError(database.read(f), failed("read"))

  return ReplicaStore.of({
    cursor: read(table.cursor),
    apply: (documents, cursor, isLast) =>
      database.writeResult(() => replica.apply(documents, cursor, isLast, clock.currentTimeMillisUnsafe()), announce)
        .pipe(
          Effect.asVoid,
          Effect.mapError(failed("apply"))
        ),
    lacking: (after, limit) => read(() => places.lacking(after ?? "", limit) as ReadonlyArray<EmailId>),
    supply: (email, bytes) =>
      Effect.suspend(() => {
        const prepared = MessageTable.prepare(bytes)
        return database.write(() => replica.supply(email, prepared, clock.currentTimeMillisUnsafe()), announce)
      }).pipe(Effect.asVoid, Effect.mapError(failed("supply"))),
    pending: (limit) =>
      database.write(() => {
        // A note need not be a change.
        while (capture.oldest(limit) > 0 && table.unpushed(limit).length < limit);
        return table.unpushed(limit)
      }).pipe(Effect.mapError(failed("push"))),
    accepted: (documents) => Effect.mapError(database.write(() => table.accept(documents)), failed("push")),
    bytes: (email) =>
      read(() => {
        const row = findBytes.get(email) as MessageRow | undefined
        if (row === undefined) return undefined
        const pieces = row.contents === null ? [] : JSON.parse(row.contents) as ReadonlyArray<Piece>
        return messages.contents.join({ pieces, skeleton: row.skeleton })
      }),
    changes: Stream.merge(Stream.succeed(undefined), Stream.map(mailStore.changes, () => undefined))
  })
})

export const layer: Layer.Layer<ReplicaStore, SqliteError, SqliteDatabase | MailListeners | MailStore | KeyStore> =
  Layer
    .effect(ReplicaStore, make)
