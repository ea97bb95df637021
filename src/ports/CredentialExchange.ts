/** At the provider: how a logged-in account registers another secret (OPAQUE, RFC 9807 §5). */
import { Context, type Effect } from "effect"
import type { NewCredential } from "./AccountAccess.ts"
import type { EnrolmentError, EnrolmentRefused } from "./Enrolment.ts"
import type { ProviderAccount } from "./ProviderAccounts.ts"
import type { CredentialKind } from "./ProviderCredentials.ts"

export class CredentialExchange extends Context.Service<CredentialExchange, {
  changeStart(
    account: ProviderAccount,
    kind: CredentialKind,
    request: string
  ): Effect.Effect<string, EnrolmentRefused | EnrolmentError>
  /** `session`: the one that stays where a new password ends the others. */
  changeFinish(
    account: ProviderAccount,
    session: string,
    kind: CredentialKind,
    credential: NewCredential
  ): Effect.Effect<void, EnrolmentRefused | EnrolmentError>
}>()("leap-mail/ports/CredentialExchange") {}
