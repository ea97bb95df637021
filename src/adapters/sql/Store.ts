/** What the tables of a provider's store share. */
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { BlobStore } from "../../ports/BlobStore.ts"
import { Crypto } from "../../ports/Crypto.ts"
import { ProviderSignals } from "../../ports/ProviderSignals.ts"
import { migrate } from "./Migrate.ts"
import * as Transactions from "./Transactions.ts"

/** Migrated, and with one queue of writers. */
export class Store extends Context.Service<Store, {
  readonly sql: SqlClient.SqlClient
  readonly write: Transactions.Transactions["write"]
  readonly signals: ProviderSignals["Service"]
  readonly crypto: Crypto["Service"]
  readonly blobs: BlobStore["Service"]
}>()("leap-mail/adapters/sql/Store") {}

export const layer = Layer.effect(
  Store,
  Effect.gen(function*() {
    yield* migrate
    const { write } = yield* Transactions.make
    return Store.of({
      sql: yield* SqlClient.SqlClient,
      write,
      signals: yield* ProviderSignals,
      crypto: yield* Crypto,
      blobs: yield* BlobStore
    })
  })
)
