/** The secrets that open an account at its provider, as a device that is logged in sets them (OPAQUE, RFC 9807 §5). */
import { Context, type Effect, type Redacted } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { EnrolmentError, EnrolmentRefused } from "./Enrolment.ts"
import type { CredentialKind } from "./ProviderCredentials.ts"

export interface NewSecret {
  readonly kind: CredentialKind
  readonly secret: Redacted.Redacted<string>
  /** Seconds from now, for a `code`. */
  readonly lifetime?: number
}

export class AccountSecrets extends Context.Service<AccountSecrets, {
  /**
   * Takes the place of the one of that kind, together with the root secret that `wrapRoot` wraps under its export key: one
   * step at the provider. With a new password all other sessions end.
   */
  set<E, R>(
    address: Address,
    secret: NewSecret,
    wrapRoot: (exportKey: Redacted.Redacted<Uint8Array>) => Effect.Effect<Uint8Array, E, R>
  ): Effect.Effect<void, EnrolmentRefused | EnrolmentError | E, R>
}>()("leap-mail/ports/AccountSecrets") {}
