/** The stores that a provider may have, each new and empty. */
import { Effect, Layer } from "effect"
import * as ProviderSignalsMemory from "../../src/adapters/memory/ProviderSignalsMemory.ts"
import * as ProviderStoreMemory from "../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as PostgresClient from "../../src/adapters/postgres/PostgresClient.ts"
import * as ProviderSignalsPostgres from "../../src/adapters/postgres/ProviderSignalsPostgres.ts"
import * as ProviderStoreSql from "../../src/adapters/sql/ProviderStoreSql.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { PostgresServer } from "./Postgres.ts"

export const memory = ProviderStoreMemory.layer.pipe(Layer.provide(NodeCrypto.layer))

export const sqliteAt = (filename: string) =>
  ProviderStoreSql.layerShared.pipe(
    Layer.provide([SqliteClient.layer({ filename }), ProviderSignalsMemory.layer, NodeCrypto.layer])
  )

export const sqlite = sqliteAt(":memory:")

export const postgresAt = (url: PostgresClient.PostgresOptions["url"]) =>
  ProviderStoreSql.layerShared.pipe(
    Layer.provide(ProviderSignalsPostgres.layer),
    Layer.provide([PostgresClient.layer({ url }), NodeCrypto.layer])
  )

/** On a database of its own. */
export const postgres = Layer.unwrap(
  Effect.flatMap(PostgresServer, ({ createDatabase }) => Effect.map(createDatabase, postgresAt))
)
