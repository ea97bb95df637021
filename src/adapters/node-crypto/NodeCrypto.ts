/** The Crypto and PasswordHash ports over node:crypto. Argon2 needs Node 24.7. */
import { Effect, Layer, Redacted } from "effect"
import * as Native from "node:crypto"
import { Crypto, CryptoError, KEY_BYTES, NONCE_BYTES, TAG_BYTES } from "../../ports/Crypto.ts"
import { PasswordHash, PasswordHashError } from "../../ports/PasswordHash.ts"

/** A copy that owns its memory: small Buffers share a pool, which would keep secrets of others reachable. */
const own = (buffer: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(buffer)

const fits = (operation: "aeadSeal" | "aeadOpen", key: Uint8Array, nonce: Uint8Array) =>
  key.length === KEY_BYTES && nonce.length === NONCE_BYTES
    ? Effect.void
    : new CryptoError({ operation, reason: `the key has ${KEY_BYTES} bytes and the nonce ${NONCE_BYTES}` })

const aeadSeal = Effect.fnUntraced(
  function*(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, associated: Uint8Array) {
    yield* fits("aeadSeal", key, nonce)
    const cipher = Native.createCipheriv("aes-256-gcm", key, nonce)
    cipher.setAAD(associated)
    const sealed = new Uint8Array(plain.length + TAG_BYTES)
    sealed.set(cipher.update(plain), 0)
    cipher.final()
    sealed.set(cipher.getAuthTag(), plain.length)
    return sealed
  }
)

const aeadOpen = Effect.fnUntraced(
  function*(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, associated: Uint8Array) {
    yield* fits("aeadOpen", key, nonce)
    const length = sealed.length - TAG_BYTES
    if (length < 0) return yield* new CryptoError({ operation: "aeadOpen", reason: "it is too short" })
    const cipher = Native.createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
    cipher.setAAD(associated)
    cipher.setAuthTag(sealed.subarray(length))
    const plain = own(cipher.update(sealed.subarray(0, length)))
    yield* Effect.try({
      try: () => cipher.final(),
      catch: () =>
        new CryptoError({ operation: "aeadOpen", reason: "the key is another one or the bytes were changed" })
    })
    return plain
  }
)

/**
 * Keys as OpenSSL wants them, for as long as their owner keeps the bytes: making one costs four times as much as an HMAC
 * with it. Of secrets, what HKDF extracts from them (RFC 5869 §2.2).
 */
const hmacKeys = new WeakMap<Uint8Array, Native.KeyObject>()
const extracted = new WeakMap<Uint8Array, Native.KeyObject>()

const kept = (
  keys: WeakMap<Uint8Array, Native.KeyObject>,
  secret: Uint8Array,
  make: () => Native.KeyObject
): Native.KeyObject => {
  const known = keys.get(secret)
  if (known !== undefined) return known
  const made = make()
  keys.set(secret, made)
  return made
}

const hmac = (key: Uint8Array): Native.Hmac =>
  Native.createHmac("sha256", kept(hmacKeys, key, () => Native.createSecretKey(key)))

const HASH_BYTES = 32
const NO_SALT = new Uint8Array(HASH_BYTES)

/** RFC 5869 §2.3: one block is all that keys need. */
const expand = (secret: Uint8Array, info: string): Uint8Array<ArrayBuffer> => {
  const key = kept(
    extracted,
    secret,
    () => Native.createSecretKey(Native.createHmac("sha256", NO_SALT).update(secret).digest())
  )
  return own(Native.createHmac("sha256", key).update(info).update(Uint8Array.of(1)).digest())
}

const layerCrypto: Layer.Layer<Crypto> = Layer.succeed(Crypto, {
  randomBytes: (length) => Effect.sync(() => Native.randomFillSync(new Uint8Array(length))),
  sha256: (bytes) => Effect.sync(() => own(Native.createHash("sha256").update(bytes).digest())),
  sha1: (bytes) => Effect.sync(() => own(Native.createHash("sha1").update(bytes).digest())),
  hmacSha256: (key, bytes) => Effect.sync(() => own(hmac(key).update(bytes).digest())),
  hkdfSha256: (secret, info, length) =>
    Effect.sync(() =>
      length === HASH_BYTES
        ? expand(secret, info)
        : new Uint8Array(Native.hkdfSync("sha256", secret, new Uint8Array(0), info, length))
    ),
  aeadSeal,
  aeadOpen,
  timingSafeEqual: (a, b) => Effect.sync(() => a.length === b.length && Native.timingSafeEqual(a, b))
})

const layerPasswordHash: Layer.Layer<PasswordHash> = Layer.succeed(PasswordHash, {
  argon2id: (password, salt, cost) =>
    Effect.callback<Uint8Array<ArrayBuffer>, PasswordHashError>((resume) => {
      const refuse = (cause: unknown) =>
        resume(Effect.fail(new PasswordHashError({ reason: cause instanceof Error ? cause.message : String(cause) })))
      try {
        Native.argon2("argon2id", {
          message: Redacted.value(password).normalize("NFC"),
          nonce: salt,
          parallelism: cost.parallelism,
          memory: cost.memoryKiB,
          passes: cost.passes,
          tagLength: 32
        }, (error, key) => error === null ? resume(Effect.succeed(own(key))) : refuse(error))
      } catch (cause) {
        refuse(cause) // parameters out of range are thrown at once
      }
    })
})

export const layer: Layer.Layer<Crypto | PasswordHash> = Layer.mergeAll(layerCrypto, layerPasswordHash)
