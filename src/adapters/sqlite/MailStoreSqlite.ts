/** `MailStore` on an encrypted SQLite file. Writes are group commits; reads go in short steps. */
import { Clock, Effect, Layer, Option, PubSub, Result, Stream } from "effect"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import { MailStore, MailStoreError } from "../../ports/MailStore.ts"
import * as MailboxTable from "./MailboxTable.ts"
import * as MailChanges from "./MailChanges.ts"
import * as MailFetch from "./MailFetch.ts"
import * as MailListeners from "./MailListeners.ts"
import { MIGRATIONS } from "./MailSchema.ts"
import * as MailSearch from "./MailSearch.ts"
import * as MessageTable from "./MessageTable.ts"
import { migrate } from "./Migrations.ts"
import * as PlacementTable from "./PlacementTable.ts"
import * as Scan from "./Scan.ts"
import * as SqliteClient from "./SqliteClient.ts"
import { SqliteDatabase, type SqliteOptions } from "./SqliteDatabase.ts"
import { SqliteError } from "./SqliteError.ts"

/** A `SqliteError` becomes the port's; what the port knows passes through. */
const orStoreError = (operation: string) => <E>(error: E): Exclude<E, SqliteError> | MailStoreError =>
  error instanceof SqliteError
    ? new MailStoreError({ operation, cause: error })
    : error as Exclude<E, SqliteError>

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  const isNew = yield* migrate(database, "mail", MIGRATIONS)
  const db = database.handle
  const mailboxes = MailboxTable.make(db)
  const messages = MessageTable.make(db)
  const placements = PlacementTable.make(db)
  const changes = MailChanges.make(mailboxes, messages, placements)
  const fetch = MailFetch.make(db, messages.contents)
  const search = MailSearch.make(db)
  const listeners = yield* MailListeners.MailListeners
  const clock = yield* Clock.Clock
  if (isNew) {
    const now = clock.currentTimeMillisUnsafe()
    yield* database.write(() => mailboxes.createStandard(now))
  }

  /** One transaction; the listeners hear of it before the caller, and in the order of the commits. */
  const write = <A, E>(
    operation: string,
    f: (now: number) => Result.Result<MailChanges.Changed<A>, E>
  ): Effect.Effect<A, Exclude<E, SqliteError> | MailStoreError> =>
    database.writeResult(() => f(clock.currentTimeMillisUnsafe()), (done) => {
      for (const change of done.changes) PubSub.publishUnsafe(listeners, change)
    }).pipe(
      Effect.map(({ value }) => value),
      Effect.mapError(orStoreError(operation))
    )

  const read = <A, E>(operation: string, f: () => Result.Result<A, E>) =>
    Effect.flatMap(database.read(f), Effect.fromResult).pipe(Effect.mapError(orStoreError(operation)))

  const withMailboxes = <A>(value: A): MailChanges.Changed<A> => ({ value, changes: [{ _tag: "Mailboxes" }] })

  return MailStore.of({
    mailboxes: read("list mailboxes", () => Result.succeed(mailboxes.list().map(MailboxTable.toMailbox))),
    mailbox: (name) => read("find a mailbox", () => Result.map(mailboxes.named(name), MailboxTable.toMailbox)),
    create: (name, use) =>
      write("create a mailbox", (now) => Result.map(mailboxes.create(name, use, now), withMailboxes)),
    rename: (from, to) =>
      write("rename a mailbox", (now) =>
        Result.map(mailboxes.rename(from, to, now), (inbox) => {
          if (inbox === undefined) return withMailboxes<void>(undefined)
          const moved = changes.move(
            inbox.source.object_id as MailboxId,
            UidSet.all,
            inbox.target.object_id as MailboxId,
            now
          )
          const told = Result.isSuccess(moved) ? moved.success.changes : []
          return { value: undefined, changes: [{ _tag: "Mailboxes" }, ...told] }
        })),
    delete: (name) =>
      write("delete a mailbox", () =>
        Result.map(mailboxes.deletable(name), (row) => {
          changes.empty(row)
          mailboxes.remove(row)
          return withMailboxes<void>(undefined)
        })),
    subscribe: (name, subscribed) =>
      write("subscribe a mailbox", () =>
        Result.map(mailboxes.named(name), (row) => {
          mailboxes.setSubscribed(row, subscribed)
          return withMailboxes<void>(undefined)
        })),
    append: (mailbox, news) =>
      Effect.suspend(() => {
        const prepared = news.map(({ bytes }) => MessageTable.prepare(bytes))
        return write("append", (now) => changes.append(mailbox, news, prepared, now))
      }),
    copy: (mailbox, uids, target) => write("copy", (now) => changes.copy(mailbox, uids, target, now)),
    move: (mailbox, uids, target) => write("move", (now) => changes.move(mailbox, uids, target, now)),
    flag: (mailbox, uids, operation, flags, options) =>
      write("store flags", () => changes.flag(mailbox, uids, operation, flags, options?.unchangedSince)),
    expunge: (mailbox, uids) => write("expunge", () => changes.expunge(mailbox, uids ?? UidSet.all)),
    snapshot: (mailbox) =>
      read("select a mailbox", () =>
        Result.map(mailboxes.get(mailbox), (row) => ({
          mailbox: MailboxTable.toMailbox(row),
          uids: placements.uids(row.id) as ReadonlyArray<Uid>,
          firstUnseen: row.unseen === 0 ? undefined : placements.firstUnseen(row.id) as Uid | undefined
        }))),
    fetch: (mailbox, uids, fields) =>
      Stream.unwrap(
        Effect.map(
          read("fetch", () => mailboxes.get(mailbox)),
          (row) =>
            Stream.paginate(Scan.START, (cursor) =>
              read("fetch", () =>
                Result.succeed(fetch.step(row.id, uids, fields, cursor))).pipe(
                  Effect.map(([records, next]) => [records, Option.fromUndefinedOr(next)] as const),
                  // Others get their turn between two steps.
                  (step) => cursor === Scan.START ? step : Effect.andThen(Effect.yieldNow, step)
                ))
        )
      ),
    search: Effect.fnUntraced(function*(mailbox, query, now) {
      const row = yield* read("search", () => mailboxes.get(mailbox))
      const step = search.start(row.id, query, now)
      const found: Array<Uid> = []
      let cursor: Scan.Cursor | undefined = Scan.START
      while (cursor !== undefined) {
        const from: Scan.Cursor = cursor
        cursor = yield* read("search", () => Result.succeed(step(found, from)))
        if (cursor !== undefined) yield* Effect.yieldNow
      }
      return found
    }),
    changedSince: (mailbox, modSeq) =>
      read(
        "find changes",
        () =>
          Result.map(mailboxes.get(mailbox), (row) =>
            row.modseq === modSeq ? { changed: UidSet.empty, vanished: UidSet.empty, modSeq } : {
              changed: UidSet.fromUids(placements.changedSince(row.id, modSeq)),
              vanished: UidSet.fromRanges(placements.vanishedSince(row.id, modSeq)),
              modSeq: row.modseq
            })
      ),
    changes: Stream.fromPubSub(listeners)
  })
})

/** On a database that others use too. */
export const layer: Layer.Layer<MailStore | MailListeners.MailListeners, SqliteError, SqliteDatabase> = Layer
  .provideMerge(
    Layer.effect(MailStore, make),
    Layer.fresh(MailListeners.layer) // one account's, never another's
  )

/** A file of its own. */
export const layerFile = (options: SqliteOptions): Layer.Layer<MailStore, SqliteError> =>
  Layer.provide(layer, SqliteClient.layer(options))
