/** All that a provider keeps, every row under its account. It can read none of it. One adapter fulfils all of these. */
import type { ProviderAccounts } from "./ProviderAccounts.ts"
import type { ProviderBlobs } from "./ProviderBlobs.ts"
import type { ProviderCredentials } from "./ProviderCredentials.ts"
import type { ProviderDirectory } from "./ProviderDirectory.ts"
import type { ProviderDocuments } from "./ProviderDocuments.ts"
import type { ProviderQueue } from "./ProviderQueue.ts"
import type { ProviderSessions } from "./ProviderSessions.ts"
import type { ProviderUpkeep } from "./ProviderUpkeep.ts"
import type { RelayQueue } from "./RelayQueue.ts"

export type ProviderStore =
  | ProviderAccounts
  | ProviderBlobs
  | ProviderCredentials
  | ProviderDirectory
  | ProviderDocuments
  | ProviderQueue
  | ProviderSessions
  | ProviderUpkeep
  | RelayQueue
