/** Whose mail a provider keeps: accounts, their other addresses, their limits, and the invitations to open one. */
import { Context, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { AccountId, Done } from "./ProviderStoreError.ts"

export class AccountTaken extends Schema.TaggedError<AccountTaken>()("AccountTaken", { address: Schema.String }) {
  override get message(): string {
    return `${this.address} belongs to somebody, or did`
  }
}

export class InviteRefused extends Schema.TaggedError<InviteRefused>()("InviteRefused", { address: Schema.String }) {
  override get message(): string {
    return `The invite code is wrong, used up or too old, or it is for another address than ${this.address}`
  }
}

export interface ProviderAccount {
  readonly id: AccountId
  /** Canonical. */
  readonly address: Address
  /** No login, no mail; nothing is lost. */
  readonly isDisabled: boolean
  /** Bytes; undefined = as much as there is room. */
  readonly quota: number | undefined
  /** Bytes of queued mail, documents and blobs. */
  readonly used: number
}

export interface MailRecipient extends ProviderAccount {
  readonly certificate: Uint8Array | undefined
}

export interface NewAccount {
  readonly address: Address
  /** OPAQUE registration record (RFC 9807), as the library writes it. */
  readonly registration: string
  /** Root secret wrapped under OPAQUE's export key: opaque here. */
  readonly wrappedRoot: Uint8Array
  /** SHA-256 of an invite code, which counts as used once with the account. */
  readonly invite?: Uint8Array
}

export interface Invite {
  /** SHA-256 of the code. */
  readonly hash: Uint8Array
  /** For this address alone, which nobody else may take until the invitation expires. */
  readonly address: Address | undefined
  readonly uses: number
  /** Milliseconds. */
  readonly expiresAt: number
}

export class ProviderAccounts extends Context.Service<ProviderAccounts, {
  createAccount(account: NewAccount): Done<ProviderAccount, AccountTaken | InviteRefused>
  /** By its own address, canonical. */
  findAccount(address: Address): Done<ProviderAccount | undefined>
  /** By its own address, an alias, or the domain's catch-all, in this order. */
  recipient(address: Address): Done<MailRecipient | undefined>
  /** Ascending by id, after `after`. */
  listAccounts(after: AccountId, limit: number): Done<ReadonlyArray<ProviderAccount>>
  /** Its open feeds are told. */
  setDisabled(account: AccountId, isDisabled: boolean): Done<void>
  setQuota(account: AccountId, quota: number | undefined): Done<void>
  /** All of it goes but the address, which stays retired. `mark` as in the directory's log. */
  removeAccount(account: AccountId, mark: string): Done<void>

  aliases(account: AccountId): Done<ReadonlyArray<Address>>
  /** `*@domain` takes what nobody else has. */
  addAlias(account: AccountId, alias: Address): Done<void, AccountTaken>
  /** Answers whether the account had it. */
  removeAlias(account: AccountId, alias: Address): Done<boolean>

  addInvite(invite: Invite): Done<void>
}>()("leap-mail/ports/ProviderAccounts") {}
