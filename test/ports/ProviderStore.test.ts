import { Layer } from "effect"
import * as ProviderStoreMemory from "../../src/adapters/memory/ProviderStoreMemory.ts"
import * as ProviderStoreSqlite from "../../src/adapters/sqlite/ProviderStoreSqlite.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { providerStoreContract } from "./ProviderStore.contract.ts"

providerStoreContract("memory", ProviderStoreMemory.layer)
providerStoreContract(
  "sqlite",
  ProviderStoreSqlite.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" })))
)
