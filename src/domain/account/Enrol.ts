/** How a device comes to an account: opening it at the provider, and entering it with one of the secrets that it has. */
import { Effect, type Redacted, Schema } from "effect"
import { AccountSecrets, type NewSecret } from "../../ports/AccountSecrets.ts"
import type { Crypto } from "../../ports/Crypto.ts"
import { Enrolment, type EnrolmentError, type EnrolmentRefused } from "../../ports/Enrolment.ts"
import type { CredentialKind } from "../../ports/ProviderCredentials.ts"
import type { RootSecret } from "../vault/RootSecret.ts"
import { unwrapRoot, type WrappedRootRefused, wrapRoot } from "../vault/WrappedRoot.ts"
import { type Address, canonical } from "./Address.ts"

/** This device's root secret is not the one that the provider's account has. */
export class OtherAccount extends Schema.TaggedError<OtherAccount>()("OtherAccount", { address: Schema.String }) {
  override get message(): string {
    return `The provider knows ${this.address} as another account than this device: join it in an empty home`
  }
}

export interface Session {
  /** Bearer token of this device. */
  readonly token: Redacted.Redacted<string>
  readonly root: RootSecret
}

/**
 * Fails with AddressTaken where the account is open already. `device` is the name under which the person sees the session
 * that is open with it.
 */
export const openAccount = Effect.fn("Enrol.openAccount")(function*(
  address: Address,
  password: Redacted.Redacted<string>,
  root: RootSecret,
  device: string,
  invite?: string
) {
  const enrolment = yield* Enrolment
  const wrap = (exportKey: Redacted.Redacted<Uint8Array>) => wrapRoot(root, canonical(address), exportKey)
  const session: Session = { root, token: yield* enrolment.register(address, password, wrap, device, invite) }
  return session
})

/** For an account that is logged in to: a new password, the recovery phrase, a code for the next device. */
export const setSecret = Effect.fn("Enrol.setSecret")(function*(
  address: Address,
  root: RootSecret,
  secret: NewSecret
) {
  const secrets = yield* AccountSecrets
  yield* secrets.set(address, secret, (exportKey) => wrapRoot(root, canonical(address), exportKey))
})

/** `device` is the name under which the person sees the session. */
export const enter: (
  address: Address,
  secret: Redacted.Redacted<string>,
  device: string,
  kind?: CredentialKind
) => Effect.Effect<Session, EnrolmentRefused | EnrolmentError | WrappedRootRefused, Enrolment | Crypto> = Effect.fn(
  "Enrol.enter"
)(function*(address, secret, device, kind) {
  const enrolment = yield* Enrolment
  const { exportKey, token, wrappedRoot } = yield* enrolment.login(address, secret, device, kind)
  return { token, root: yield* unwrapRoot(wrappedRoot, canonical(address), exportKey) }
})
