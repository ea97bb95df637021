/** What the API for programs is tested on: each new and empty. */
import { Layer } from "effect"
import * as KeyStoreMemory from "../../../src/adapters/memory/KeyStoreMemory.ts"
import * as MailStoreMemory from "../../../src/adapters/memory/MailStoreMemory.ts"
import * as OutboxMemory from "../../../src/adapters/memory/OutboxMemory.ts"
import * as KeyStoreSqlite from "../../../src/adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../../../src/adapters/sqlite/OutboxSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"

export const memory = Layer.mergeAll(MailStoreMemory.layer, KeyStoreMemory.layer, OutboxMemory.layer)

export const sqlite = Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer).pipe(
  Layer.provide(SqliteClient.layer({ filename: ":memory:" }))
)

export const stores = { memory, sqlite }
