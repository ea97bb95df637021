/**
 * The root secret as the provider keeps it: wrapped under OPAQUE's export key, which only the password yields (RFC 9807 §6).
 *
 *     format 1 (1 byte) | nonce (12) | AES-256-GCM( root secret ) | tag (16)
 */
import { Effect, Redacted, Schema } from "effect"
import { Crypto, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "../../ports/Crypto.ts"
import type { Address } from "../account/Address.ts"
import { type RootSecret, SECRET_BYTES } from "./RootSecret.ts"

const FORMAT = 1
const BODY_AT = 1 + NONCE_BYTES
const WRAPPED_BYTES = BODY_AT + SECRET_BYTES + TAG_BYTES

export class WrappedRootRefused extends Schema.TaggedError<WrappedRootRefused>()("WrappedRootRefused", {
  reason: Schema.Literals(["format", "changed"])
}) {
  override get message(): string {
    return this.reason === "format"
      ? "The provider keeps the account's secret in a form that this leap-mail does not know: update leap-mail"
      : "What the provider keeps as the account's secret is not this account's: ask the provider, and do not go on with it"
  }
}

const wrappingKey = Effect.fnUntraced(function*(exportKey: Redacted.Redacted<Uint8Array>) {
  const crypto = yield* Crypto
  return yield* crypto.hkdfSha256(Redacted.value(exportKey), "leap-mail v1 wrapped root", KEY_BYTES)
})

/** `address` is canonical: the record of another account does not open. */
const associated = (address: Address): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(["leap-mail wrapped root", address, FORMAT]))

/** For `Enrolment.register`. */
export const wrapRoot = Effect.fnUntraced(function*(
  root: RootSecret,
  address: Address,
  exportKey: Redacted.Redacted<Uint8Array>
) {
  const crypto = yield* Crypto
  const key = yield* wrappingKey(exportKey)
  const nonce = yield* crypto.randomBytes(NONCE_BYTES)
  const body = yield* Effect.orDie(crypto.aeadSeal(key, nonce, Redacted.value(root), associated(address)))
  const wrapped = new Uint8Array(WRAPPED_BYTES)
  wrapped[0] = FORMAT
  wrapped.set(nonce, 1)
  wrapped.set(body, BODY_AT)
  return wrapped
})

/** After `Enrolment.login`. */
export const unwrapRoot: (
  wrapped: Uint8Array,
  address: Address,
  exportKey: Redacted.Redacted<Uint8Array>
) => Effect.Effect<RootSecret, WrappedRootRefused, Crypto> = Effect.fnUntraced(function*(wrapped, address, exportKey) {
  if (wrapped[0] !== FORMAT || wrapped.length !== WRAPPED_BYTES) {
    return yield* new WrappedRootRefused({ reason: "format" })
  }
  const crypto = yield* Crypto
  const key = yield* wrappingKey(exportKey)
  const secret = yield* Effect.mapError(
    crypto.aeadOpen(key, wrapped.subarray(1, BODY_AT), wrapped.subarray(BODY_AT), associated(address)),
    () => new WrappedRootRefused({ reason: "changed" })
  )
  return Redacted.make(secret, { label: "root secret" })
})
