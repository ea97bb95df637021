/** What a person proves who they are with: OPAQUE records (RFC 9807), each with the root secret wrapped for it. */
import { Context } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { ProviderAccount } from "./ProviderAccounts.ts"
import type { AccountId, Done } from "./ProviderStoreError.ts"

/** `code`: short-lived and good for one login, shown on a device to bring in the next. */
export type CredentialKind = "password" | "phrase" | "code"

export interface Credential {
  readonly registration: string
  readonly wrappedRoot: Uint8Array
  /** Milliseconds; undefined = until it is replaced. */
  readonly expiresAt: number | undefined
}

export interface KnownCredential extends Credential {
  readonly account: ProviderAccount
}

export class ProviderCredentials extends Context.Service<ProviderCredentials, {
  /** By the account's own address; undefined, too, where the account is disabled. */
  credential(address: Address, kind: CredentialKind, now: number): Done<KnownCredential | undefined>
  /** Record and wrapped root change together or not at all; with `onlySession`, all other sessions end with them. */
  setCredential(
    account: AccountId,
    kind: CredentialKind,
    credential: Credential,
    onlySession: string | undefined
  ): Done<void>
  /** Answers whether it was there. */
  dropCredential(account: AccountId, kind: CredentialKind): Done<boolean>

  /** What the provider remembers between the two messages of a login, on whichever node the second arrives. */
  keepAttempt(id: string, state: string, expiresAt: number): Done<void>
  /** Once. */
  takeAttempt(id: string, now: number): Done<string | undefined>
}>()("leap-mail/ports/ProviderCredentials") {}
