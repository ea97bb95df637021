/** The certificates of a provider's accounts, and the log of all that ever changed among them. */
import { Context } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { LogEntry } from "../domain/keys/DirectoryLog.ts"
import type { AccountId, Done } from "./ProviderStoreError.ts"

export interface NewCertificate {
  /** Binary. */
  readonly certificate: Uint8Array
  /** Upper-case hex. */
  readonly fingerprint: string
  /** Of the account's local part, as Web Key Directory names it. */
  readonly wkdHash: string
  /** Of the address, as the log names it. */
  readonly mark: string
}

export interface PublishedCertificate {
  readonly address: Address
  readonly certificate: Uint8Array
  readonly fingerprint: string
  /** Sequence number of the log entry that tells of it. */
  readonly logged: number
}

export class ProviderDirectory extends Context.Service<ProviderDirectory, {
  /** Certificate and log entry together. Publishing the same again logs nothing. */
  publish(account: AccountId, certificate: NewCertificate): Done<void>
  /** Of an account's own address or an alias. */
  certificate(address: Address): Done<PublishedCertificate | undefined>
  certificateByFingerprint(fingerprint: string): Done<PublishedCertificate | undefined>
  certificateByHash(domain: string, wkdHash: string): Done<PublishedCertificate | undefined>
  /** Ascending, after sequence number `after`; the first entry is 1. */
  directoryLog(after: number, limit: number): Done<ReadonlyArray<LogEntry>>
}>()("leap-mail/ports/ProviderDirectory") {}
