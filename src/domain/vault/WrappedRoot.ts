/** The root secret as the provider keeps it: wrapped under OPAQUE's export key, which only the password (or the recovery
 * phrase, or a code) yields (RFC 9807 §6). */
import { Effect, Option, Redacted, Schema } from "effect"
import type { Crypto } from "../../ports/Crypto.ts"
import type { Address } from "../account/Address.ts"
import { type RootSecret, SECRET_BYTES } from "./RootSecret.ts"
import { FORMAT, OVERHEAD, unwrap, wrap, type WrapContext } from "./Wrap.ts"

export class WrappedRootRefused extends Schema.TaggedError<WrappedRootRefused>()("WrappedRootRefused", {
  reason: Schema.Literals(["format", "changed"])
}) {
  override get message(): string {
    return this.reason === "format"
      ? "The provider keeps the account's secret in a form that this leap-mail does not know: update leap-mail"
      : "What the provider keeps as the account's secret is not this account's: ask the provider, and do not go on with it"
  }
}

const contextOf = (address: Address): WrapContext => ({ purpose: "wrapped root", address })

/** `address` is canonical: the record of another account does not open. */
export const wrapRoot = (
  root: RootSecret,
  address: Address,
  exportKey: Redacted.Redacted<Uint8Array>
): Effect.Effect<Uint8Array, never, Crypto> => wrap(exportKey, contextOf(address), Redacted.value(root))

/** After a login. */
export const unwrapRoot: (
  wrapped: Uint8Array,
  address: Address,
  exportKey: Redacted.Redacted<Uint8Array>
) => Effect.Effect<RootSecret, WrappedRootRefused, Crypto> = Effect.fnUntraced(function*(wrapped, address, exportKey) {
  if (wrapped[0] !== FORMAT || wrapped.length !== SECRET_BYTES + OVERHEAD) {
    return yield* new WrappedRootRefused({ reason: "format" })
  }
  const secret = Option.getOrUndefined(yield* unwrap(exportKey, contextOf(address), wrapped))
  if (secret === undefined) return yield* new WrappedRootRefused({ reason: "changed" })
  return Redacted.make(secret, { label: "root secret" })
})
