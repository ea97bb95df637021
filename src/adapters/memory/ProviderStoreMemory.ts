/** All that a provider keeps, in memory: for tests, and the twin of the one in SQL. Gone with the process. */
import { Layer } from "effect"
import type { Crypto } from "../../ports/Crypto.ts"
import type { ProviderStore } from "../../ports/ProviderStore.ts"
import * as ProviderDirectoryMemory from "./ProviderDirectoryMemory.ts"
import * as ProviderMailMemory from "./ProviderMailMemory.ts"
import * as ProviderPeopleMemory from "./ProviderPeopleMemory.ts"
import * as ProviderTables from "./ProviderTables.ts"

export const layer: Layer.Layer<ProviderStore, never, Crypto> = Layer.mergeAll(
  ProviderPeopleMemory.layer,
  ProviderDirectoryMemory.layer,
  ProviderMailMemory.layer
).pipe(Layer.provide(ProviderTables.layer))
