/** `effect/sql` on PostgreSQL, with whole numbers as numbers: all of ours are below 2^53. */
import { PgClient, type PgConnection, PgTypes } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, type Queue, Redacted, Result, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError } from "effect/sql"
import { ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import * as Sessions from "./Sessions.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: Redacted.Redacted<string>
  readonly maxConnections?: number
}

const MAX_CONNECTIONS = 10
/** Above the largest blob, which comes as one message. */
const MAX_MESSAGE = 160 * 1024 * 1024

/** A session of its own for each listener. */
export class PostgresListener extends Context.Service<PostgresListener, {
  listen(
    channel: string
  ): Effect.Effect<
    Queue.Dequeue<PgConnection.Notification, SqlError.SqlError>,
    SqlError.SqlError,
    Scope.Scope
  >
}>()("leap-mail/adapters/postgres/PostgresListener") {}

const types = (): PgTypes.Registry => {
  const registry = PgTypes.makeRegistry()
  registry.register<number>(PgTypes.OID.int8, {
    encode: (value) => {
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setBigInt64(0, BigInt(value))
      return Result.succeed(bytes)
    },
    decode: (bytes) =>
      Result.succeed(Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0)))
  })
  return registry
}

/** Without the password that may be in it. */
const nameOf = (url: Redacted.Redacted<string>): string => {
  const parsed = URL.parse(Redacted.value(url))
  return parsed === null ? "the store's address, which cannot be read" : `${parsed.host}${parsed.pathname}`
}

const configOf = (url: Redacted.Redacted<string>): PgClient.PgClientConfig => ({
  url,
  types: types(),
  maxMessageSize: MAX_MESSAGE,
  connectTimeout: Duration.seconds(10),
  applicationName: "leap-mail"
})

/** PostgreSQL answers COMMIT of a transaction that failed by ROLLBACK, and calls that no error. */
const commit = (connection: SqlConnection.Connection): Effect.Effect<void, SqlError.SqlError> =>
  Effect.flatMap(
    connection.executeRaw("COMMIT", []),
    (result) =>
      typeof result === "object" && result !== null && "command" in result && result.command === "COMMIT"
        ? Effect.void
        : Effect.fail(
          new SqlError.SqlError({
            reason: new SqlError.UnknownError({
              cause: new Error("The transaction was rolled back"),
              operation: "commit"
            })
          })
        )
  )

const make = Effect.fnUntraced(function*({ maxConnections = MAX_CONNECTIONS, url }: PostgresOptions) {
  const config = configOf(url)
  const { acquirer, borrower } = yield* Sessions.make(config, maxConnections)
  const client = yield* SqlClient.make({
    acquirer,
    borrower,
    transactionAcquirer: acquirer,
    commit,
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    compiler: PgClient.makeCompiler(),
    driver: "pg",
    spanAttributes: [["db.system.name", "postgresql"]]
  })
  const reactivity = yield* Reactivity.Reactivity
  // Who cannot be reached at the start is named at the start.
  yield* client`SELECT 1`
  return Context.make(SqlClient.SqlClient, client).pipe(Context.add(PostgresListener, {
    listen: (channel) =>
      Effect.provideService(PgClient.makeClient(config), Reactivity.Reactivity, reactivity).pipe(
        Effect.flatMap(({ listen }) => listen(channel))
      )
  }))
})

export const layer = (
  options: PostgresOptions
): Layer.Layer<SqlClient.SqlClient | PostgresListener, ProviderStoreError> =>
  Layer.effectContext(make(options)).pipe(
    Layer.provide(Reactivity.layer),
    Layer.catchTag(
      "SqlError",
      (cause) =>
        Layer.effectContext(
          Effect.fail(new ProviderStoreError({ operation: `reach PostgreSQL at ${nameOf(options.url)}`, cause }))
        )
    )
  )
