/** Opening an account at a provider and logging in to it, without the provider ever seeing the password (OPAQUE). */
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import { because } from "./Because.ts"
import type { CredentialKind } from "./ProviderCredentials.ts"

/** The provider answered, and the answer is no. `message` is a sentence for the person. */
export class EnrolmentRefused extends Schema.TaggedError<EnrolmentRefused>()("EnrolmentRefused", {
  reason: Schema.Literals([
    "AddressTaken",
    "AddressNotServed",
    "InviteNeeded",
    "WrongPassword",
    "TooManyAttempts",
    "NoSuchSession",
    "SignedOut",
    "Malformed"
  ]),
  message: Schema.String
}) {}

/** No answer that can be used: the network, a provider that is down or speaks another protocol. */
export class EnrolmentError extends Schema.TaggedError<EnrolmentError>()("EnrolmentError", {
  operation: Schema.Literals(["register", "login", "change"]),
  transient: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return this.transient
      ? `The provider cannot be reached${because(this.cause)}: look at the network, and try again`
      : `The provider answered what this leap-mail does not understand${
        because(this.cause)
      }: is it one, and of a fitting version?`
  }
}

export interface Login {
  /** Bearer token of this device's session. */
  readonly token: Redacted.Redacted<string>
  /** 64 bytes that only password and provider together yield; the same at every login. */
  readonly exportKey: Redacted.Redacted<Uint8Array>
  /** What `wrapRoot` gave at registration. */
  readonly wrappedRoot: Uint8Array
}

export class Enrolment extends Context.Service<Enrolment, {
  /**
   * `wrapRoot` wraps the root secret under the export key; the provider keeps the outcome, unread. Whoever opened the account
   * is logged in: answers the bearer token of the session of `device`.
   */
  register<E, R>(
    address: Address,
    password: Redacted.Redacted<string>,
    wrapRoot: (exportKey: Redacted.Redacted<Uint8Array>) => Effect.Effect<Uint8Array, E, R>,
    device: string,
    /** The code, where the provider asks for one. */
    invite?: string
  ): Effect.Effect<Redacted.Redacted<string>, EnrolmentRefused | EnrolmentError | E, R>
  /**
   * With the password, or with another secret that the account was given. `device` is the name under which the person sees,
   * and may revoke, the session.
   */
  login(
    address: Address,
    secret: Redacted.Redacted<string>,
    device: string,
    kind?: CredentialKind
  ): Effect.Effect<Login, EnrolmentRefused | EnrolmentError>
}>()("leap-mail/ports/Enrolment") {}
