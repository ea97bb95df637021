/** How openpgp.js is set, and keys as it reads them. */
import { Effect, Redacted } from "effect"
import * as openpgp from "openpgp"
import { OpenPgpError } from "../../ports/OpenPgp.ts"

/** Past these, input is hostile or cannot be worked on in memory. */
export const MAX_CERTIFICATE_BYTES = 4 * 1024 * 1024
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
export const MAX_PLAIN_BYTES = 256 * 1024 * 1024

export const config: openpgp.Config = {
  ...openpgp.config,
  // Never advertised by our keys: GnuPG and RNP cannot read the newer packets yet.
  aeadProtect: false,
  allowUnauthenticatedMessages: false,
  allowUnauthenticatedStream: false,
  maxDecompressedMessageSize: MAX_PLAIN_BYTES,
  preferredHashAlgorithm: openpgp.enums.hash.sha512,
  showVersion: false,
  showComment: false
}

export const reasonOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

export const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, OpenPgpError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new OpenPgpError({ operation, reason: reasonOf(cause) })
  })

export const bounded = (bytes: Uint8Array, limit: number, what: string): Uint8Array => {
  if (bytes.length > limit) throw new RangeError(`the ${what} is larger than ${limit} bytes`)
  return bytes
}

/** Every packet starts with the high bit set (RFC 9580 §4.2); armor is ASCII. */
export const isBinary = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

// Parsing a key costs more than using it; callers hand in the same array again and again.
const certificates = new WeakMap<Uint8Array, Promise<openpgp.PublicKey>>()
const secretKeys = new WeakMap<Uint8Array, Promise<openpgp.PrivateKey>>()

export const readCertificate = (bytes: Uint8Array): Promise<openpgp.PublicKey> => {
  const known = certificates.get(bytes)
  if (known !== undefined) return known
  const read = Promise.resolve().then(async () => {
    bounded(bytes, MAX_CERTIFICATE_BYTES, "certificate")
    const key = isBinary(bytes)
      ? await openpgp.readKey({ binaryKey: bytes, config })
      : await openpgp.readKey({ armoredKey: text(bytes), config })
    return key.toPublic()
  })
  certificates.set(bytes, read)
  return read
}

export const readSecretKey = (secret: Redacted.Redacted<Uint8Array>): Promise<openpgp.PrivateKey> => {
  const bytes = Redacted.value(secret)
  const known = secretKeys.get(bytes)
  if (known !== undefined) return known
  const read = openpgp.readPrivateKey({ binaryKey: bytes, config })
  secretKeys.set(bytes, read)
  return read
}
