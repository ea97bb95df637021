import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as PostgresClient from "../../../src/adapters/postgres/PostgresClient.ts"
import { migrate } from "../../../src/adapters/sql/Migrate.ts"
import { inDialect, MIGRATIONS } from "../../../src/adapters/sql/ProviderSchema.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import * as Postgres from "../../ports/Postgres.ts"

/** A store as the first version left it, with an account in it. */
const makeFirst = (dialect: "sqlite" | "pg") =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe("CREATE TABLE component (name TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    for (const statement of MIGRATIONS[0] ?? []) yield* sql.unsafe(inDialect(statement, dialect))
    yield* sql`INSERT INTO component (name, version) VALUES ('provider store', 1)`
    yield* sql`INSERT INTO account (address) VALUES ('ann@leap.test')`
  })

const isUpToDate = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [component] = yield* sql<{ readonly version: number }>`SELECT version FROM component`
  assert.strictEqual(component?.version, MIGRATIONS.length)
  const accounts = yield* sql<{ readonly address: string }>`SELECT address FROM account`
  assert.deepStrictEqual(accounts.map(({ address }) => address), ["ann@leap.test"])
  assert.deepStrictEqual(yield* sql`SELECT taken FROM counter`, [])
})

describe("Migrate", () => {
  it.effect("sqlite: brings an older store up to date once, and refuses a newer one", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* makeFirst("sqlite")
      yield* migrate
      yield* migrate
      yield* isUpToDate
      yield* sql`UPDATE component SET version = ${MIGRATIONS.length + 1}`
      assert.include((yield* Effect.flip(migrate)).message, "newer leap-mail")
    }).pipe(Effect.provide(SqliteClient.layer({ filename: ":memory:" }))))
})

layer(Postgres.layer)("Migrate", (it) => {
  it.effect("postgres: brings an older store up to date once, though several nodes begin together", () =>
    Effect.gen(function*() {
      const { createDatabase } = yield* Postgres.PostgresServer
      const url = yield* createDatabase
      const node = Effect.map(
        Layer.build(Layer.fresh(PostgresClient.layer({ url }))),
        (services) => Context.get(services, SqlClient.SqlClient)
      )
      const first = yield* node
      const on = <A, E>(sql: SqlClient.SqlClient, effect: Effect.Effect<A, E, SqlClient.SqlClient>) =>
        Effect.provideService(effect, SqlClient.SqlClient, sql)
      yield* on(first, makeFirst("pg"))
      yield* Effect.forEach([first, yield* node, yield* node], (sql) => on(sql, migrate), { concurrency: 3 })
      yield* on(first, isUpToDate)
    }))
})
