import { Layer } from "effect"
import * as KeyStoreSqlite from "../../../src/adapters/sqlite/KeyStoreSqlite.ts"
import * as OutboxSqlite from "../../../src/adapters/sqlite/OutboxSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { keyStoreContract } from "../../ports/KeyStore.contract.ts"
import { outboxContract } from "../../ports/Outbox.contract.ts"

const database = Layer.fresh(SqliteClient.layer({ filename: ":memory:" }))

keyStoreContract("sqlite", KeyStoreSqlite.layer.pipe(Layer.provide(database)))
outboxContract("sqlite", OutboxSqlite.layer.pipe(Layer.provide(database)))
