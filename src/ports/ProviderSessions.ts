/** The devices that are logged in to an account. */
import { Context } from "effect"
import type { ProviderAccount } from "./ProviderAccounts.ts"
import type { AccountId, Done } from "./ProviderStoreError.ts"

export interface DeviceSession {
  /** Opaque; says nothing of the token. */
  readonly id: string
  /** As the person named the device. */
  readonly device: string
  /** Milliseconds, these three. */
  readonly createdAt: number
  readonly seenAt: number
  readonly expiresAt: number
}

export interface CurrentSession {
  readonly account: ProviderAccount
  readonly session: DeviceSession
}

export class ProviderSessions extends Context.Service<ProviderSessions, {
  /** Only the SHA-256 of a session token is kept. */
  addSession(account: AccountId, tokenHash: Uint8Array, session: Omit<DeviceSession, "seenAt">): Done<void>
  /**
   * Notes that it was seen, to the hour: it ends as long after that as it would have after its beginning. Nothing for an
   * account that is disabled.
   */
  findSession(account: AccountId, tokenHash: Uint8Array, now: number): Done<CurrentSession | undefined>
  /** Newest first. */
  listSessions(account: AccountId, now: number): Done<ReadonlyArray<DeviceSession>>
  /** These answer whether the account has such a session. */
  renameSession(account: AccountId, id: string, device: string): Done<boolean>
  /** Its open feeds are told. */
  revokeSession(account: AccountId, id: string): Done<boolean>
}>()("leap-mail/ports/ProviderSessions") {}
