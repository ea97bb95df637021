/** The messages of OPAQUE (RFC 9807 §5, §6) between a client and its provider, as the provider answers them. */
import { Context, type Effect, type Redacted } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { EnrolmentError, EnrolmentRefused } from "./Enrolment.ts"
import type { CredentialKind } from "./ProviderCredentials.ts"

type Answer<A> = Effect.Effect<A, EnrolmentRefused | EnrolmentError>

/** Messages are the library's own text form (base64url). */
export class EnrolmentExchange extends Context.Service<EnrolmentExchange, {
  registerStart(address: Address, request: string): Answer<string>
  /** `invite`: the code, where the provider asks for one. Answers the token of the first session, that of `device`. */
  registerFinish(
    address: Address,
    record: string,
    wrappedRoot: Uint8Array,
    device: string,
    invite?: string
  ): Answer<Redacted.Redacted<string>>
  /**
   * With the password, or with another credential that the account was given (AccountAccess). Answers unknown addresses,
   * too, so that nobody learns from it which exist (RFC 9807 §10.9).
   */
  loginStart(
    address: Address,
    request: string,
    kind?: CredentialKind
  ): Answer<{ readonly attempt: string; readonly response: string }>
  /** An attempt counts once; so does a login by `code`. The root secret is the one wrapped for this credential. */
  loginFinish(
    attempt: string,
    request: string,
    device: string
  ): Answer<{ readonly token: Redacted.Redacted<string>; readonly wrappedRoot: Uint8Array }>
}>()("leap-mail/ports/EnrolmentExchange") {}
