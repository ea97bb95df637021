/** The Crypto port over the Web Crypto API, for platforms without node:crypto. It has no Argon2, so no PasswordHash. */
import { Effect, Layer } from "effect"
import { Crypto, CryptoError, KEY_BYTES, NONCE_BYTES } from "../../ports/Crypto.ts"

type Bytes = Uint8Array<ArrayBuffer>

const subtle = globalThis.crypto.subtle
const GET_RANDOM_LIMIT = 65_536 // of the API, for each call

/** The API's types refuse shared memory; ours never is. */
const plainMemory = (bytes: Uint8Array): Bytes => bytes as Bytes

const refused = (operation: "aeadSeal" | "aeadOpen", reason: string) => new CryptoError({ operation, reason })

const aead = (operation: "aeadSeal" | "aeadOpen") =>
  Effect.fnUntraced(function*(key: Uint8Array, nonce: Uint8Array, input: Uint8Array, associated: Uint8Array) {
    if (key.length !== KEY_BYTES || nonce.length !== NONCE_BYTES) {
      return yield* refused(operation, `the key has ${KEY_BYTES} bytes and the nonce ${NONCE_BYTES}`)
    }
    const parameters = { name: "AES-GCM", iv: plainMemory(nonce), additionalData: plainMemory(associated) }
    const usage = operation === "aeadSeal" ? "encrypt" : "decrypt"
    const imported = yield* Effect.promise(() => subtle.importKey("raw", plainMemory(key), "AES-GCM", false, [usage]))
    const output = yield* Effect.tryPromise({
      try: () => subtle[usage](parameters, imported, plainMemory(input)),
      catch: () => refused(operation, "the key is another one or the bytes were changed")
    })
    return new Uint8Array(output)
  })

export const layer: Layer.Layer<Crypto> = Layer.succeed(Crypto, {
  randomBytes: (length) =>
    Effect.sync(() => {
      const bytes = new Uint8Array(length)
      for (let at = 0; at < length; at += GET_RANDOM_LIMIT) {
        globalThis.crypto.getRandomValues(bytes.subarray(at, at + GET_RANDOM_LIMIT))
      }
      return bytes
    }),
  sha256: (bytes) => Effect.promise(async () => new Uint8Array(await subtle.digest("SHA-256", plainMemory(bytes)))),
  sha1: (bytes) => Effect.promise(async () => new Uint8Array(await subtle.digest("SHA-1", plainMemory(bytes)))),
  hmacSha256: (key, bytes) =>
    Effect.promise(async () => {
      const algorithm = { name: "HMAC", hash: "SHA-256" }
      const imported = await subtle.importKey("raw", plainMemory(key), algorithm, false, ["sign"])
      return new Uint8Array(await subtle.sign("HMAC", imported, plainMemory(bytes)))
    }),
  hkdfSha256: (secret, info, length) =>
    Effect.promise(async () => {
      const imported = await subtle.importKey("raw", plainMemory(secret), "HKDF", false, ["deriveBits"])
      const parameters = {
        name: "HKDF",
        hash: "SHA-256",
        salt: new Uint8Array(0),
        info: new TextEncoder().encode(info)
      }
      return new Uint8Array(await subtle.deriveBits(parameters, imported, length * 8))
    }),
  aeadSeal: aead("aeadSeal"),
  aeadOpen: aead("aeadOpen"),
  timingSafeEqual: (a, b) =>
    Effect.sync(() => {
      if (a.length !== b.length) return false
      let difference = 0
      for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
      return difference === 0
    })
})
