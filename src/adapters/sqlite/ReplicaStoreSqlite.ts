/** ReplicaStore in the account's encrypted database, on the tables of its mail and keys. */
import { Clock, Effect, Layer, PubSub, Stream } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { type MailboxChange, MailStore } from "../../ports/MailStore.ts"
import { ReplicaStore, ReplicaStoreError } from "../../ports/ReplicaStore.ts"
import { MailEngine } from "./MailEngine.ts"
import * as MessageTable from "./MessageTable.ts"
import { migrate } from "./Migrations.ts"
import * as ReplicaApply from "./ReplicaApply.ts"
import * as ReplicaCapture from "./ReplicaCapture.ts"
import * as ReplicaKeys from "./ReplicaKeys.ts"
import * as ReplicaLying from "./ReplicaLying.ts"
import * as ReplicaMailboxes from "./ReplicaMailboxes.ts"
import * as ReplicaPlacements from "./ReplicaPlacements.ts"
import { MIGRATIONS } from "./ReplicaSchema.ts"
import * as ReplicaTable from "./ReplicaTable.ts"
import { SqliteError } from "./SqliteError.ts"

const failed =
  (operation: ReplicaStoreError["operation"]) => <E>(error: E): Exclude<E, SqliteError> | ReplicaStoreError =>
    error instanceof SqliteError
      ? new ReplicaStoreError({ operation, cause: error })
      : error as Exclude<E, SqliteError>

/** Changes captured at a time. */
const CAPTURE = 100

const make = Effect.gen(function*() {
  const { changes: mail, database, listeners, mailboxes: mailboxTable, messages, states } = yield* MailEngine
  const mailStore = yield* MailStore
  yield* KeyStore // its tables carry triggers
  yield* migrate(database, "replica", MIGRATIONS)
  const clock = yield* Clock.Clock
  const db = database.handle

  const table = ReplicaTable.make(db)
  const keys = ReplicaKeys.make(db)
  const places = ReplicaPlacements.make(db)
  const lying = ReplicaLying.make(db, table, places, states)
  mail.onRemoval(lying.noteRemoval)
  const capture = ReplicaCapture.make(db, table, lying, keys)
  const mailboxes = ReplicaMailboxes.make(db, table, capture, places, mailboxTable, states, mail)
  const replica = ReplicaApply.make(db, { table, capture, keys, places, mailboxes, messages, mail })

  const announce = (changes: ReadonlyArray<MailboxChange>): void => {
    for (const change of changes) PubSub.publishUnsafe(listeners, change)
  }

  const read = <A>(f: () => A) => Effect.mapError(database.read(f), failed("read"))

  /** In steps that hold nobody up. */
  const captureAll = Effect.gen(function*() {
    while ((yield* database.write(() => capture.oldest(CAPTURE))) > 0) yield* Effect.yieldNow
  })

  return ReplicaStore.of({
    cursor: read(table.cursor),
    apply: Effect.fnUntraced(function*(documents, cursor, isLast) {
      yield* captureAll
      yield* database.writeResult(
        () => replica.apply(documents, cursor, isLast, clock.currentTimeMillisUnsafe()),
        announce
      )
    }, Effect.mapError(failed("apply"))),
    lacking: (last, limit) => read(() => places.lacking(last, limit)),
    lackingCount: read(places.lackingCount),
    supply: (email, bytes) =>
      Effect.suspend(() => {
        const prepared = MessageTable.prepare({ bytes })
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
        const known = messages.find(email)
        return known && messages.read(known.id)
      }),
    changes: Stream.merge(Stream.succeed(undefined), Stream.map(mailStore.changes, () => undefined))
  })
})

export const layer: Layer.Layer<ReplicaStore, SqliteError, MailEngine | MailStore | KeyStore> = Layer
  .effect(ReplicaStore, make)
