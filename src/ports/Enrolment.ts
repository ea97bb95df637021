/** Opening an account at a provider and logging in to it, without the provider ever seeing the password (OPAQUE). */
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"

/** The provider answered, and the answer is no. `message` is a sentence for the person. */
export class EnrolmentRefused extends Schema.TaggedError<EnrolmentRefused>()("EnrolmentRefused", {
  reason: Schema.Literals([
    "AddressTaken",
    "AddressNotServed",
    "InviteNeeded",
    "WrongPassword",
    "TooManyAttempts",
    "NoSuchSession",
    "Malformed"
  ]),
  message: Schema.String
}) {}

/** No answer that can be used: the network, a provider that is down or speaks another protocol. */
export class EnrolmentError extends Schema.TaggedError<EnrolmentError>()("EnrolmentError", {
  operation: Schema.Literals(["register", "login", "change"]),
  transient: Schema.Boolean,
  cause: Schema.Defect()
}) {}

export interface Login {
  /** Bearer token of this device's session. */
  readonly token: Redacted.Redacted<string>
  /** 64 bytes that only password and provider together yield; the same at every login. */
  readonly exportKey: Redacted.Redacted<Uint8Array>
  /** What `wrapRoot` gave at registration. */
  readonly wrappedRoot: Uint8Array
}

export class Enrolment extends Context.Service<Enrolment, {
  /** `wrapRoot` wraps the root secret under the export key; the provider keeps the outcome, unread. */
  register<E, R>(
    address: Address,
    password: Redacted.Redacted<string>,
    wrapRoot: (exportKey: Redacted.Redacted<Uint8Array>) => Effect.Effect<Uint8Array, E, R>
  ): Effect.Effect<void, EnrolmentRefused | EnrolmentError | E, R>
  /** `device` is the name under which the person sees, and may revoke, the session. */
  login(
    address: Address,
    password: Redacted.Redacted<string>,
    device: string
  ): Effect.Effect<Login, EnrolmentRefused | EnrolmentError>
}>()("leap-mail/ports/Enrolment") {}
