/** All that a provider keeps, on any database that `effect/sql` drives: SQLite for one node, PostgreSQL for many. */
import { Layer } from "effect"
import type { SqlClient } from "effect/sql"
import type { Crypto } from "../../ports/Crypto.ts"
import type { ProviderSignals } from "../../ports/ProviderSignals.ts"
import type { ProviderStore } from "../../ports/ProviderStore.ts"
import type { ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import type { RateLimits } from "../../ports/RateLimits.ts"
import * as AccountsSql from "./AccountsSql.ts"
import * as BlobsSql from "./BlobsSql.ts"
import * as BlobStoreSql from "./BlobStoreSql.ts"
import * as CredentialsSql from "./CredentialsSql.ts"
import * as DirectorySql from "./DirectorySql.ts"
import * as DocumentsSql from "./DocumentsSql.ts"
import * as QueueSql from "./QueueSql.ts"
import * as RateLimitsSql from "./RateLimitsSql.ts"
import * as RelayQueueSql from "./RelayQueueSql.ts"
import * as SessionsSql from "./SessionsSql.ts"
import * as Store from "./Store.ts"
import * as UpkeepSql from "./UpkeepSql.ts"

type Needs = SqlClient.SqlClient | ProviderSignals | Crypto

const tables = Layer.mergeAll(
  AccountsSql.layer,
  BlobsSql.layer,
  CredentialsSql.layer,
  DirectorySql.layer,
  DocumentsSql.layer,
  QueueSql.layer,
  RelayQueueSql.layer,
  SessionsSql.layer,
  UpkeepSql.layer
)

const store = Store.layer.pipe(Layer.provide(BlobStoreSql.layer))

export const layer: Layer.Layer<ProviderStore, ProviderStoreError, Needs> = Layer.provide(tables, store)

/** With what several nodes count together. */
export const layerShared: Layer.Layer<ProviderStore | RateLimits, ProviderStoreError, Needs> = Layer.merge(
  tables,
  RateLimitsSql.layer
).pipe(Layer.provide(store))
