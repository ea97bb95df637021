/** What opens an account's documents. */
import type { Effect } from "effect"
import type { Address } from "../account/Address.ts"
import type { IdKeys } from "../vault/Derive.ts"
import type { RootSecret } from "../vault/RootSecret.ts"

export interface ReplicaVault {
  /** Canonical. */
  readonly address: Address
  readonly root: RootSecret
  readonly ids: IdKeys
  /** Of this device, as the person calls it now; undefined where that cannot be found out. The others are told. */
  readonly name: Effect.Effect<string | undefined>
}
