/** Who may come to an account, as a device that is logged in to it sees and changes it. */
import { Context, type Effect } from "effect"
import type { EnrolmentError, EnrolmentRefused } from "./Enrolment.ts"
import type { CredentialKind } from "./ProviderCredentials.ts"
import type { DeviceSession } from "./ProviderSessions.ts"

type Answer<A> = Effect.Effect<A, EnrolmentRefused | EnrolmentError>

export interface NewCredential {
  /** The OPAQUE registration record. */
  readonly record: string
  /** Under the export key of this registration. */
  readonly wrappedRoot: Uint8Array
  /** Seconds from now, for a `code`. */
  readonly lifetime: number | undefined
}

export class AccountAccess extends Context.Service<AccountAccess, {
  /** OPAQUE registration for another secret of the same account: a new password, the recovery phrase, a code. */
  changeStart(kind: CredentialKind, request: string): Answer<string>
  /**
   * Record and wrapped root replace the old ones in one step: before it the old secret opens the account, after it the
   * new one. With a new password all other sessions end.
   */
  changeFinish(kind: CredentialKind, credential: NewCredential): Answer<void>
  /** Not the password. */
  dropCredential(kind: CredentialKind): Answer<void>
  /** Newest first. */
  readonly sessions: Answer<ReadonlyArray<DeviceSession & { readonly isCurrent: boolean }>>
  renameSession(id: string, device: string): Answer<void>
  /** Its token is worth nothing from now on, and what it had open is cut. */
  revokeSession(id: string): Answer<void>
  /** The account and all that the provider has of it. */
  readonly remove: Answer<void>
}>()("leap-mail/ports/AccountAccess") {}
