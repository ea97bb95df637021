/** A provider's store, by its address, and where it is counted who does what how often. */
import { Effect, FileSystem, Layer, Path } from "effect"
import * as ProviderSignalsMemory from "../adapters/memory/ProviderSignalsMemory.ts"
import * as PostgresClient from "../adapters/postgres/PostgresClient.ts"
import * as ProviderSignalsPostgres from "../adapters/postgres/ProviderSignalsPostgres.ts"
import * as RateLimitsLocal from "../adapters/rate-limiter/RateLimitsLocal.ts"
import * as ProviderStoreSql from "../adapters/sql/ProviderStoreSql.ts"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import * as Home from "./Home.ts"
import type { StoreAddress } from "./ProviderSettings.ts"

const sqlite = Effect.fnUntraced(function*(filename: string) {
  const path = yield* Path.Path
  yield* Home.makeFolder(path.dirname(filename))
  const store = ProviderStoreSql.layer.pipe(
    Layer.provide(ProviderSignalsMemory.layer),
    Layer.provide(SqliteClient.layer({ filename }))
  )
  return Layer.merge(store, RateLimitsLocal.layer)
})

/** A path that was mistyped would be a provider of its own, whose invitations open nothing elsewhere. */
export const mustExist = Effect.fnUntraced(function*(store: StoreAddress) {
  if (store._tag !== "Sqlite") return
  const fs = yield* FileSystem.FileSystem
  const isThere = yield* Effect.mapError(
    fs.exists(store.filename),
    ({ message }) => new Home.HomeError({ reason: `${store.filename} cannot be read: ${message}` })
  )
  if (isThere) return
  return yield* new Home.HomeError({
    reason: `There is no store ${store.filename} yet. Start \`leap-mail provider serve\` once, ` +
      "or say with --store where it keeps its accounts."
  })
})

/** SQLite serves one node; PostgreSQL any number, which tell each other what changes. */
export const layer = (store: StoreAddress) =>
  store._tag === "Sqlite"
    ? Layer.unwrap(sqlite(store.filename))
    : ProviderStoreSql.layerShared.pipe(
      Layer.provide(ProviderSignalsPostgres.layer),
      Layer.provide(PostgresClient.layer({ url: store.url }))
    )
