/** `effect/sql` on PostgreSQL, with whole numbers as numbers: all of ours are below 2^53. */
import { PgClient, PgTypes } from "@effect/sql-pg"
import { Duration, Effect, Layer, Redacted, Result } from "effect"
import type { SqlClient } from "effect/sql"
import { ProviderStoreError } from "../../ports/ProviderStoreError.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: Redacted.Redacted<string>
  readonly maxConnections?: number
}

const MAX_CONNECTIONS = 10
/** Above the largest blob, which comes as one message. */
const MAX_MESSAGE = 160 * 1024 * 1024

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

export const layer = (
  { maxConnections = MAX_CONNECTIONS, url }: PostgresOptions
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, ProviderStoreError> =>
  PgClient.layer({
    url,
    maxConnections,
    types: types(),
    maxMessageSize: MAX_MESSAGE,
    connectTimeout: Duration.seconds(10),
    applicationName: "leap-mail"
  }).pipe(
    Layer.catchTag(
      "SqlError",
      (cause) =>
        Layer.effectContext(
          Effect.fail(new ProviderStoreError({ operation: `reach PostgreSQL at ${nameOf(url)}`, cause }))
        )
    )
  )
