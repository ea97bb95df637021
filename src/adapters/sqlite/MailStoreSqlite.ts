/** `MailStore` on an encrypted SQLite file. Writes are group commits; reads go in short steps. */
import { Clock, Effect, Layer, Option, PubSub, Result, Stream } from "effect"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import { type Slice, slices, uidsChangedSince } from "../../domain/mailbox/Placements.ts"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import { type FetchFields, MailStore, MailStoreError } from "../../ports/MailStore.ts"
import * as DiskSpace from "./DiskSpace.ts"
import * as MailArrival from "./MailArrival.ts"
import * as MailboxTable from "./MailboxTable.ts"
import type { Changed } from "./MailChanges.ts"
import * as MailEngine from "./MailEngine.ts"
import * as MailFetch from "./MailFetch.ts"
import * as MailLocate from "./MailLocate.ts"
import * as MailOrder from "./MailOrder.ts"
import * as MailSearch from "./MailSearch.ts"
import { upkeep } from "./MailUpkeep.ts"
import { warm } from "./MailWarming.ts"
import { SERVER } from "./MetadataTable.ts"
import * as SqliteClient from "./SqliteClient.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"
import { codeOf, SqliteError } from "./SqliteError.ts"
import type { SqliteOptions } from "./SqliteFile.ts"

/** A `SqliteError` becomes the port's; what the port knows passes through. */
const orStoreError = (operation: string) => <E>(error: E): Exclude<E, SqliteError> | MailStoreError =>
  error instanceof SqliteError
    ? new MailStoreError({ operation, isFull: codeOf(error.cause).startsWith("SQLITE_FULL"), cause: error })
    : error as Exclude<E, SqliteError>

/** Contents that were brought may be gone again where others need their room. */
const ATTEMPTS = 3

/** What was made, and the slices that are left. */
type Step<A> = readonly [made: ReadonlyArray<A>, left: ReadonlyArray<Slice>]

const make = Effect.gen(function*() {
  const engine = yield* MailEngine.MailEngine
  const { changes, database, demands, index, listeners, mailboxes, messages, metadata, states, touch, vanished } =
    engine
  const arriving = MailArrival.make(engine)
  const fetch = MailFetch.make(database.handle, messages.contents)
  const locate = MailLocate.make(engine)
  const order = MailOrder.make(database.handle)
  const search = MailSearch.make(database, index, engine.texts)
  const clock = yield* Clock.Clock
  yield* Effect.forkScoped(warm(engine))
  yield* Effect.forkScoped(upkeep(engine))

  /** One transaction; the listeners hear of it before the caller, and in the order of the commits. */
  const write = <A, E>(
    operation: string,
    f: (now: number) => Result.Result<Changed<A>, E>
  ): Effect.Effect<A, Exclude<E, SqliteError> | MailStoreError> =>
    Effect.suspend(() => {
      touch()
      return database.writeResult(() => f(clock.currentTimeMillisUnsafe()), (done) => {
        for (const change of done.changes) PubSub.publishUnsafe(listeners, change)
      })
    }).pipe(
      Effect.map(({ value }) => value),
      Effect.mapError(orStoreError(operation))
    )

  const read = <A, E>(operation: string, f: () => Result.Result<A, E>) =>
    Effect.suspend(() => {
      touch()
      return database.read(f)
    }).pipe(Effect.flatMap(Effect.fromResult), Effect.mapError(orStoreError(operation)))

  /** Steps that read, with others' turns in between. */
  const readInTurns = Effect.fnUntraced(function*<A>(operation: string, steps: Steps<A>) {
    for (;;) {
      const next = yield* read(operation, () => Result.succeed(steps.next()))
      if (next.done === true) return next.value
      yield* Effect.yieldNow
    }
  })

  /** As they are now: what a step of work sees does not change under it. */
  const placementsOf = (operation: string, mailbox: MailboxId) =>
    read(operation, () => Result.map(mailboxes.get(mailbox), (row) => states.get(row).placements))

  /** What `step` makes of the first slices, and of those that it leaves; others get their turn between two steps. */
  const stepping = <A, E>(
    operation: string,
    mailbox: MailboxId,
    uids: UidSet.UidSet,
    step: (slices: ReadonlyArray<Slice>) => Effect.Effect<Step<A>, E>
  ) => {
    const next = Effect.fnUntraced(function*(slices: ReadonlyArray<Slice>) {
      const [made, left] = yield* step(slices)
      if (left.length === 0) return [made, Option.none<ReadonlyArray<Slice>>()] as const
      yield* Effect.yieldNow
      return [made, Option.some(left)] as const
    })
    return Stream.unwrap(
      Effect.map(placementsOf(operation, mailbox), (placements) => Stream.paginate(slices(placements, uids), next))
    )
  }

  const inSteps = <A>(
    operation: string,
    mailbox: MailboxId,
    uids: UidSet.UidSet,
    step: (slices: ReadonlyArray<Slice>) => Step<A>
  ) => stepping(operation, mailbox, uids, (slices) => read(operation, () => Result.succeed(step(slices))))

  const notHere = new MailStoreError({ operation: "fetch", isElsewhere: true, cause: undefined })

  /** With the contents that are not on this device brought first. */
  const fetchStep = (fields: FetchFields) =>
    Effect.fnUntraced(function*(slices: ReadonlyArray<Slice>) {
      for (let attempt = 0;; attempt++) {
        const [made, left, elsewhere] = yield* readInTurns("fetch", fetch.step(slices, fields))
        if (elsewhere.length === 0) return [made, left] as const
        if (attempt === ATTEMPTS || !(yield* demands.demand(elsewhere))) return yield* notHere
      }
    })

  const rowIdOf = (mailbox: MailboxId | undefined) =>
    mailbox === undefined ? Result.succeed(SERVER) : Result.map(mailboxes.get(mailbox), ({ id }) => id)

  const pages = database.handle.prepare("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    .pluck()

  const freeSpace = DiskSpace.make(database.handle)

  const withMailboxes = <A>(value: A): Changed<A> => ({ value, changes: [{ _tag: "Mailboxes" }] })

  return MailStore.of({
    mailboxes: read("list mailboxes", () => Result.succeed(mailboxes.list().map(MailboxTable.toMailbox))),
    mailbox: (name) => read("find a mailbox", () => Result.map(mailboxes.named(name), MailboxTable.toMailbox)),
    mailboxById: (mailbox) => read("find a mailbox", () => Result.map(mailboxes.get(mailbox), MailboxTable.toMailbox)),
    create: (name, use) =>
      write("create a mailbox", (now) => Result.map(mailboxes.create(name, use, now), withMailboxes)),
    rename: (from, to) =>
      write("rename a mailbox", (now) =>
        Result.map(mailboxes.rename(from, to, now), (inbox) => {
          if (inbox === undefined) return withMailboxes<void>(undefined)
          metadata.copy(inbox.source.id, inbox.target.id)
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
      write("subscribe a mailbox", () => {
        const named = mailboxes.named(name)
        if (Result.isFailure(named) && !subscribed && mailboxes.unsubscribe(name)) {
          return Result.succeed(withMailboxes<void>(undefined))
        }
        return Result.map(named, (row) => {
          if (row.subscribed === (subscribed ? 1 : 0)) return { value: undefined, changes: [] }
          mailboxes.setSubscribed(row, subscribed)
          return withMailboxes<void>(undefined)
        })
      }),
    subscriptions: read("list subscriptions", () => Result.succeed(mailboxes.subscriptions())),
    usage: Effect.flatMap(freeSpace, (free) =>
      read("sum up", () => {
        const rows = mailboxes.list()
        return Result.succeed({
          mailboxes: rows.length,
          messages: rows.reduce((sum, row) => sum + row.messages, 0),
          size: rows.reduce((sum, { size }) => sum + size, 0),
          stored: pages.get() as number,
          free
        })
      })),
    metadata: (mailbox) => read("read annotations", () => Result.map(rowIdOf(mailbox), metadata.read)),
    setMetadata: (mailbox, wanted) =>
      write(
        "annotate",
        () =>
          Result.flatMap(rowIdOf(mailbox), (id) =>
            Result.map(metadata.change(id, wanted), (entries): Changed<void> => ({
              value: undefined,
              changes: entries.length === 0 ? [] : [{ _tag: "Metadata", mailbox, entries }]
            })))
      ),
    append: (mailbox, news) =>
      arriving(news, (prepared) => write("append", (now) => changes.append(mailbox, news, prepared, now))).pipe(
        Effect.mapError(orStoreError("append"))
      ),
    replace: (mailbox, uid, target, message) =>
      arriving(
        [message],
        (prepared) => write("replace", (now) => changes.replace(mailbox, uid, target, message, prepared, now))
      ).pipe(
        Effect.mapError(orStoreError("replace"))
      ),
    copy: (mailbox, uids, target) => write("copy", (now) => changes.copy(mailbox, uids, target, now)),
    move: (mailbox, uids, target) => write("move", (now) => changes.move(mailbox, uids, target, now)),
    flag: (mailbox, uids, operation, flags, options) =>
      write(
        "store flags",
        () =>
          Result.map(
            mailboxes.get(mailbox),
            (row) => changes.flag(row, uids, operation, flags, options?.unchangedSince)
          )
      ),
    expunge: (mailbox, uids) =>
      write(
        "expunge",
        () => Result.map(mailboxes.get(mailbox), (row) => changes.remove(row, uids ?? UidSet.all, true))
      ),
    snapshot: (mailbox) =>
      read("select a mailbox", () =>
        Result.map(mailboxes.get(mailbox), (row) => ({
          mailbox: MailboxTable.toMailbox(row),
          placements: states.get(row).placements
        }))),
    locate: (emailIds) =>
      Effect.suspend(() => {
        touch()
        return Effect.mapError(locate(emailIds), orStoreError("find messages"))
      }),
    fetch: (mailbox, uids, fields) => stepping("fetch", mailbox, uids, fetchStep(fields)),
    sortFacts: (mailbox, uids, keys) => inSteps("sort", mailbox, uids, order.sort(keys)),
    threadFacts: (mailbox, uids) => inSteps("thread", mailbox, uids, order.thread),
    search: (mailbox, query, now) =>
      Effect.flatMap(placementsOf("search", mailbox), (placements) => search(placements, query, now)).pipe(
        Effect.mapError(orStoreError("search"))
      ),
    changedSince: (mailbox, modSeq) =>
      read(
        "find changes",
        () =>
          Result.map(mailboxes.get(mailbox), (row) =>
            row.modseq === modSeq ? { changed: UidSet.empty, vanished: UidSet.empty, modSeq } : {
              changed: uidsChangedSince(states.get(row).placements, modSeq),
              vanished: UidSet.fromRanges(vanished.since(row.id, modSeq)),
              modSeq: row.modseq
            })
      ),
    changes: Stream.fromPubSub(listeners)
  })
})

/** On a database that others use too. */
export const layer: Layer.Layer<MailStore | MailEngine.MailEngine, SqliteError, SqliteDatabase> = Layer.provideMerge(
  Layer.effect(MailStore, make),
  Layer.fresh(MailEngine.layer) // one account's, never another's
)

/** A file of its own. */
export const layerFile = (options: SqliteOptions): Layer.Layer<MailStore, SqliteError> =>
  Layer.provide(layer, SqliteClient.layer(options))
