/** The primitives that the vault and the ids are built from. Only what the design names: no choice of cipher here. */
import { Context, type Effect, Schema } from "effect"

/** The input does not fit, or what should open does not: wrong key, changed bytes, changed associated data. */
export class CryptoError extends Schema.TaggedError<CryptoError>()("CryptoError", {
  operation: Schema.Literals(["aeadSeal", "aeadOpen"]),
  reason: Schema.String
}) {
  override get message(): string {
    return `Cryptography could not ${this.operation}: ${this.reason}`
  }
}

/** Appended to the ciphertext by `aeadSeal`. */
export const TAG_BYTES = 16
export const NONCE_BYTES = 12
export const KEY_BYTES = 32

/** Failures of the platform itself (no entropy, no such algorithm) are defects, not errors. */
export class Crypto extends Context.Service<Crypto, {
  randomBytes(length: number): Effect.Effect<Uint8Array<ArrayBuffer>>
  sha256(bytes: Uint8Array): Effect.Effect<Uint8Array<ArrayBuffer>>
  /** For names that old protocols derive, such as Web Key Directory; it protects nothing. */
  sha1(bytes: Uint8Array): Effect.Effect<Uint8Array<ArrayBuffer>>
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Effect.Effect<Uint8Array<ArrayBuffer>>
  /** RFC 5869 with an empty salt; at most 8160 bytes. */
  hkdfSha256(secret: Uint8Array, info: string, length: number): Effect.Effect<Uint8Array<ArrayBuffer>>
  /** AES-256-GCM, 32-byte key, 12-byte nonce; the 16-byte tag follows the ciphertext. */
  aeadSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    plain: Uint8Array,
    associated: Uint8Array
  ): Effect.Effect<Uint8Array<ArrayBuffer>, CryptoError>
  aeadOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated: Uint8Array
  ): Effect.Effect<Uint8Array<ArrayBuffer>, CryptoError>
  /** False, too, where the lengths differ. */
  timingSafeEqual(a: Uint8Array, b: Uint8Array): Effect.Effect<boolean>
}>()("leap-mail/ports/Crypto") {}
