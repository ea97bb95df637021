/** What the ports of a provider's store share. */
import { type Effect, Schema } from "effect"
import { because } from "./Because.ts"

export class ProviderStoreError extends Schema.TaggedError<ProviderStoreError>()("ProviderStoreError", {
  operation: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The provider's store failed at "${this.operation}"${because(this.cause)}`
  }
}

/** The account has no room for this: something must be deleted first, or its quota raised. */
export class OverQuota extends Schema.TaggedError<OverQuota>()("OverQuota", {
  /** Bytes. */
  quota: Schema.Int
}) {
  override get message(): string {
    return `The account is full: its ${this.quota} bytes are used`
  }
}

/** Never given to another account, not even when the account is gone. */
export type AccountId = number

export type Done<A, E = never> = Effect.Effect<A, ProviderStoreError | E>
