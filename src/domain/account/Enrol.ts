/** How a device comes to an account: opening it at the provider, and entering it with the password alone. */
import { Effect, type Redacted, Schema } from "effect"
import type { Crypto } from "../../ports/Crypto.ts"
import { Enrolment, type EnrolmentError, type EnrolmentRefused } from "../../ports/Enrolment.ts"
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

/** Fails with AddressTaken where the account is open already. */
export const openAccount = Effect.fn("Enrol.openAccount")(function*(
  address: Address,
  password: Redacted.Redacted<string>,
  root: RootSecret
) {
  const enrolment = yield* Enrolment
  yield* enrolment.register(address, password, (exportKey) => wrapRoot(root, canonical(address), exportKey))
})

/** `device` is the name under which the person sees the session. */
export const enter: (
  address: Address,
  password: Redacted.Redacted<string>,
  device: string
) => Effect.Effect<Session, EnrolmentRefused | EnrolmentError | WrappedRootRefused, Enrolment | Crypto> = Effect.fn(
  "Enrol.enter"
)(function*(address, password, device) {
  const enrolment = yield* Enrolment
  const { exportKey, token, wrappedRoot } = yield* enrolment.login(address, password, device)
  return { token, root: yield* unwrapRoot(wrappedRoot, canonical(address), exportKey) }
})
