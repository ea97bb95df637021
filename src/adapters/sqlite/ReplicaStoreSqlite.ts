/** ReplicaStore in the account's encrypted database, on the tables of its mail and keys. */
import { Clock, Effect, Layer, PubSub, Stream } from "effect"
import { KeyStore } from "../../ports/KeyStore.ts"
import { type MailboxChange, MailStore } from "../../ports/MailStore.ts"
import { type AskForContent, ReplicaStore, ReplicaStoreError } from "../../ports/ReplicaStore.ts"
import { ContentsElsewhere } from "./ContentTable.ts"
import { MailEngine } from "./MailEngine.ts"
import * as MessageTable from "./MessageTable.ts"
import { migrate } from "./Migrations.ts"
import * as ReplicaApply from "./ReplicaApply.ts"
import * as ReplicaCapture from "./ReplicaCapture.ts"
import * as ReplicaContents from "./ReplicaContents.ts"
import * as ReplicaKeys from "./ReplicaKeys.ts"
import * as ReplicaLying from "./ReplicaLying.ts"
import * as ReplicaMailboxes from "./ReplicaMailboxes.ts"
import * as ReplicaOriginals from "./ReplicaOriginals.ts"
import * as ReplicaPassedOver from "./ReplicaPassedOver.ts"
import * as ReplicaPlacements from "./ReplicaPlacements.ts"
import { MIGRATIONS } from "./ReplicaSchema.ts"
import * as ReplicaTable from "./ReplicaTable.ts"
import * as ReplicaWitness from "./ReplicaWitness.ts"
import { SqliteError } from "./SqliteError.ts"

const failed =
  (operation: ReplicaStoreError["operation"]) => <E>(error: E): Exclude<E, SqliteError> | ReplicaStoreError =>
    error instanceof SqliteError
      ? new ReplicaStoreError({ operation, cause: error })
      : error as Exclude<E, SqliteError>

/** Changes captured at a time. */
const CAPTURE = 100

const make = Effect.gen(function*() {
  const { changes: mail, database, demands, listeners, mailboxes: mailboxTable, messages, states, touch } =
    yield* MailEngine
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
  const witness = ReplicaWitness.make(db, table)
  const passedOver = ReplicaPassedOver.make(db, table)
  const contents = ReplicaContents.make(db, messages)
  const originals = ReplicaOriginals.make(db, table, messages, contents)
  const parts = { table, capture, keys, places, mailboxes, contents, originals, witness, passedOver, messages, mail }
  const replica = ReplicaApply.make(db, parts)

  const announce = (changes: ReadonlyArray<MailboxChange>): void => {
    for (const change of changes) PubSub.publishUnsafe(listeners, change)
  }

  const read = <A>(f: () => A) => Effect.mapError(database.read(f), failed("read"))

  /** For a reader who waits. */
  const bringWith = (ask: AskForContent) =>
    Effect.fnUntraced(function*(number: number) {
      const content = yield* read(() => contents.find(number))
      if (content === undefined || !(yield* ask(content))) return false
      yield* database.write(() => contents.touch(number, clock.currentTimeMillisUnsafe()))
      return true
    }, Effect.catch((error) => Effect.as(Effect.logWarning("A content could not be kept", error), false)))

  /** In steps that hold nobody up. */
  const captureAll = Effect.gen(function*() {
    while ((yield* database.write(() => capture.oldest(CAPTURE))) > 0) yield* Effect.yieldNow
  })

  return ReplicaStore.of({
    cursor: read(table.cursor),
    apply: Effect.fnUntraced(function*(documents, cursor, isLast) {
      touch()
      yield* captureAll
      yield* database.writeResult(
        () => replica.apply(documents, cursor, isLast, clock.currentTimeMillisUnsafe()),
        announce
      )
    }, Effect.mapError(failed("apply"))),
    understandable: read(passedOver.understandable),
    lacking: (last, limit) => read(() => places.lacking(last, limit)),
    lackingCount: read(places.lackingCount),
    supply: (messages) =>
      Effect.suspend(() => {
        touch()
        const news = messages.map(({ bytes, ...lacking }) => ({ lacking, prepared: MessageTable.prepare({ bytes }) }))
        return database.write(() => replica.supply(news, clock.currentTimeMillisUnsafe()), announce)
      }).pipe(Effect.asVoid, Effect.mapError(failed("supply"))),
    pending: (limit, after = 0) =>
      database.write(() => {
        // A note need not be a change.
        while (capture.oldest(limit) > 0 && table.unpushed(limit, after).length < limit);
        return table.unpushed(limit, after)
      }).pipe(Effect.mapError(failed("push"))),
    lackingContents: (last, limit) => read(() => contents.lacking(last, limit)),
    lackingContentsCount: read(contents.lackingCount),
    supplyContent: (content, bytes) =>
      Effect.mapError(database.write(() => contents.supply(content, bytes)), failed("supply")),
    surplusContents: (limit) => read(() => contents.surplus(limit)),
    dropContents: (surplus) =>
      Effect.mapError(
        database.write(() => {
          for (const { content } of surplus) contents.drop(content)
        }),
        failed("supply")
      ),
    lackingOriginals: (last, limit) => read(() => originals.lacking(last, limit)),
    supplyOriginal: (email, bytes) =>
      Effect.mapError(database.write(() => originals.supply(email, bytes)), failed("supply")),
    original: (email) => read(() => originals.read(email)),
    serveContents: (ask) => demands.serve(bringWith(ask)),
    attest: (name) => Effect.mapError(database.write(() => witness.attest(name)), failed("push")),
    accepted: (documents) =>
      database.write(() => {
        table.accept(documents)
        for (const { document } of documents) if (document._tag === "message") contents.note(document)
      }).pipe(Effect.mapError(failed("push"))),
    bytes: (email) =>
      read(() => {
        const known = messages.find(email)
        try {
          return known && messages.read(known.id)
        } catch (cause) {
          if (cause instanceof ContentsElsewhere) return undefined
          throw cause
        }
      }),
    changes: Stream.merge(Stream.succeed(undefined), Stream.map(mailStore.changes, () => undefined))
  })
})

export const layer: Layer.Layer<ReplicaStore, SqliteError, MailEngine | MailStore | KeyStore> = Layer
  .effect(ReplicaStore, make)
