import { Layer } from "effect"
import * as Postgres from "./Postgres.ts"
import { providerStoreContract } from "./ProviderStore.contract.ts"
import * as Stores from "./Stores.ts"

providerStoreContract("memory", Stores.memory)
providerStoreContract("sqlite", Stores.sqlite)
providerStoreContract("postgres", Stores.postgres.pipe(Layer.provide(Postgres.layer)))
