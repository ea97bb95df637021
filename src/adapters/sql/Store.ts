/** What the tables of a provider's store share. */
import { Context, Effect, Layer } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { BlobStore } from "../../ports/BlobStore.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { ProviderSignals } from "../../ports/ProviderSignals.ts"
import type { AccountId, ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import { migrate } from "./Migrate.ts"
import { gone } from "./Rows.ts"
import * as Transactions from "./Transactions.ts"

/** Migrated, and with one queue of writers. */
export class Store extends Context.Service<Store, {
  readonly sql: SqlClient.SqlClient
  readonly write: Transactions.Transactions["write"]
  /** Within a transaction, until its end: whoever writes to an account that is gone would leave something behind. */
  readonly present: (
    account: AccountId,
    operation: string
  ) => Effect.Effect<void, SqlError.SqlError | ProviderStoreError>
  readonly signals: ProviderSignals["Service"]
  readonly crypto: Crypto["Service"]
  readonly blobs: BlobStore["Service"]
}>()("leap-mail/adapters/sql/Store") {}

export const layer = Layer.effect(
  Store,
  Effect.gen(function*() {
    yield* migrate
    const { write } = yield* Transactions.make
    const sql = yield* SqlClient.SqlClient
    const lock = sql.literal(sql.onDialectOrElse({ orElse: () => "", pg: () => "FOR KEY SHARE" }))
    return Store.of({
      sql,
      write,
      present: (account, operation) =>
        Effect.flatMap(
          sql`SELECT id FROM account WHERE id = ${account} ${lock}`,
          ([known]) => known === undefined ? gone(operation) : Effect.void
        ),
      signals: yield* ProviderSignals,
      crypto: yield* Crypto,
      blobs: yield* BlobStore
    })
  })
)
