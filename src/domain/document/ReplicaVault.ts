/** What opens an account's documents. */
import type { Address } from "../account/Address.ts"
import type { IdKeys } from "../vault/Derive.ts"
import type { RootSecret } from "../vault/RootSecret.ts"

export interface ReplicaVault {
  /** Canonical. */
  readonly address: Address
  readonly root: RootSecret
  readonly ids: IdKeys
}
