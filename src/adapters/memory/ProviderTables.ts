/** What the parts of the provider's store in memory share. */
import { Context, Effect, Layer } from "effect"
import { type Address, canonical } from "../../domain/account/Address.ts"
import * as ChangeFeed from "../../domain/document/ChangeFeed.ts"
import type { Version } from "../../domain/document/Versions.ts"
import type { LogEntry } from "../../domain/keys/DirectoryLog.ts"
import type { IncomingItem } from "../../ports/IncomingQueue.ts"
import type { ProviderAccount } from "../../ports/ProviderAccounts.ts"
import type { Credential, CredentialKind } from "../../ports/ProviderCredentials.ts"
import type { NewCertificate } from "../../ports/ProviderDirectory.ts"
import type { DeviceSession } from "../../ports/ProviderSessions.ts"
import { type AccountId, ProviderStoreError } from "../../ports/ProviderStoreError.ts"
import type { OutboundItem } from "../../ports/RelayQueue.ts"
import type { PushOutcome } from "../../ports/Replication.ts"

export interface KeptBlob {
  readonly bytes: Uint8Array
  releasedAt: number | undefined
}

export interface Kept {
  account: ProviderAccount
  published: NewCertificate & { readonly logged: number } | undefined
  generation: number
  readonly aliases: Set<Address>
  readonly credentials: Map<CredentialKind, Credential>
  /** By the token's hash in hex. */
  readonly sessions: Map<string, DeviceSession>
  readonly documents: Map<string, Version>
  readonly batches: Map<string, ReadonlyArray<PushOutcome>>
  readonly blobs: Map<string, KeptBlob>
  readonly incoming: Map<string, { readonly item: IncomingItem; readonly bytes: Uint8Array }>
  readonly outbound: Map<string, OutboundItem & { readonly notBefore: number }>
}

export interface KeptInvite {
  readonly address: Address | undefined
  uses: number
  readonly expiresAt: number
}

export class Tables extends Context.Service<Tables, {
  readonly accounts: Map<AccountId, Kept>
  readonly retired: Set<Address>
  readonly invites: Map<string, KeptInvite>
  readonly attempts: Map<string, { readonly state: string; readonly expiresAt: number }>
  readonly log: Array<LogEntry>
  readonly secrets: Map<string, string>
  readonly feeds: ChangeFeed.ChangeFeed
}>()("leap-mail/adapters/memory/Tables") {}

export const layer: Layer.Layer<Tables> = Layer.sync(Tables, () => ({
  accounts: new Map(),
  retired: new Set<Address>(),
  invites: new Map(),
  attempts: new Map(),
  log: [],
  secrets: new Map(),
  feeds: ChangeFeed.make()
}))

type Shape = typeof Tables.Service

export const of = ({ accounts }: Shape, operation: string, account: AccountId): Effect.Effect<
  Kept,
  ProviderStoreError
> => {
  const kept = accounts.get(account)
  return kept === undefined
    ? Effect.fail(new ProviderStoreError({ operation, cause: new Error("There is no such account any more") }))
    : Effect.succeed(kept)
}

export const byAddress = ({ accounts }: Shape, given: Address): Kept | undefined => {
  const address = canonical(given)
  return Array.from(accounts.values()).find(({ account }) => account.address === address)
}

export const byAlias = ({ accounts }: Shape, alias: Address): Kept | undefined =>
  Array.from(accounts.values()).find(({ aliases }) => aliases.has(alias))

/** Of what the account has, in bytes. */
export const grow = (kept: Kept, bytes: number): void => {
  kept.account = { ...kept.account, used: kept.account.used + bytes }
}
