/**
 * Small secrets wrapped under a key that only their owner has:
 *
 *     format 1 (1 byte) | nonce (12) | AES-256-GCM( secret ) | tag (16)
 *
 * The wrapping key is HKDF-SHA-256 of the given one for the purpose; the associated data bind purpose and account.
 */
import { Effect, Option, Redacted } from "effect"
import { Crypto, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "../../ports/Crypto.ts"
import type { Address } from "../account/Address.ts"

export const FORMAT = 1
const BODY_AT = 1 + NONCE_BYTES
/** How much longer than the secret its wrapping is. */
export const OVERHEAD = BODY_AT + TAG_BYTES

export interface WrapContext {
  readonly purpose: "wrapped root" | "device session"
  /** Canonical. */
  readonly address: Address
}

const wrappingKey = Effect.fnUntraced(function*(key: Redacted.Redacted<Uint8Array>, { purpose }: WrapContext) {
  const crypto = yield* Crypto
  return yield* crypto.hkdfSha256(Redacted.value(key), `leap-mail v1 ${purpose}`, KEY_BYTES)
})

const associated = ({ address, purpose }: WrapContext): Uint8Array =>
  new TextEncoder().encode(JSON.stringify([`leap-mail ${purpose}`, address, FORMAT]))

export const wrap = Effect.fnUntraced(function*(
  under: Redacted.Redacted<Uint8Array>,
  context: WrapContext,
  secret: Uint8Array
) {
  const crypto = yield* Crypto
  const key = yield* wrappingKey(under, context)
  const nonce = yield* crypto.randomBytes(NONCE_BYTES)
  const body = yield* Effect.orDie(crypto.aeadSeal(key, nonce, secret, associated(context)))
  const wrapped = new Uint8Array(BODY_AT + body.length)
  wrapped[0] = FORMAT
  wrapped.set(nonce, 1)
  wrapped.set(body, BODY_AT)
  return wrapped
})

/** None: another key, another account or purpose, or changed bytes. */
export const unwrap = Effect.fnUntraced(function*(
  under: Redacted.Redacted<Uint8Array>,
  context: WrapContext,
  wrapped: Uint8Array
) {
  if (wrapped[0] !== FORMAT || wrapped.length < OVERHEAD) return Option.none<Uint8Array>()
  const crypto = yield* Crypto
  const key = yield* wrappingKey(under, context)
  return yield* Effect.option(
    crypto.aeadOpen(key, wrapped.subarray(1, BODY_AT), wrapped.subarray(BODY_AT), associated(context))
  )
})
