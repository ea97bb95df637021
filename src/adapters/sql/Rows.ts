/** What rows hold, as the ports speak of it. */
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { Address } from "../../domain/account/Address.ts"
import type { ProviderAccount } from "../../ports/ProviderAccounts.ts"
import { ProviderStoreError } from "../../ports/ProviderStoreError.ts"

/** Drivers give views and Buffers; the ports speak of plain bytes. No copy. */
export const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

export interface AccountRow {
  readonly id: number
  readonly address: Address
  readonly is_disabled: number
  readonly quota: number | null
  readonly used: number
}

export const toAccount = ({ address, id, is_disabled, quota, used }: AccountRow): ProviderAccount => ({
  id,
  address,
  isDisabled: is_disabled !== 0,
  quota: quota ?? undefined,
  used
})

/** The database's failures become the port's; the port's own errors stay. */
export const orFail =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E | SqlError.SqlError, R>): Effect.Effect<
    A,
    ProviderStoreError | Exclude<E, SqlError.SqlError>,
    R
  > =>
    Effect.catchIf(
      effect,
      (error): error is SqlError.SqlError =>
        typeof error === "object" && error !== null && "_tag" in error && error._tag === "SqlError",
      (cause) => Effect.fail(new ProviderStoreError({ operation, cause }))
    ) as Effect.Effect<A, ProviderStoreError | Exclude<E, SqlError.SqlError>, R>

/** An account that is gone: whoever still writes to it is too late. */
export const gone = (operation: string): ProviderStoreError =>
  new ProviderStoreError({ operation, cause: new Error("There is no such account any more") })
