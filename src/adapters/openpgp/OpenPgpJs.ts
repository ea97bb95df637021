/** The OpenPgp port on openpgp.js: v4 Curve25519 keys, SEIPDv1, nothing decrypted that lacks integrity protection. */
import { Effect, Layer, Redacted } from "effect"
import * as openpgp from "openpgp"
import { OpenPgp, OpenPgpError, type SignatureCheck } from "../../ports/OpenPgp.ts"

/** Past these, input is hostile or cannot be worked on in memory. */
export const MAX_CERTIFICATE_BYTES = 4 * 1024 * 1024
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024
const MAX_PLAIN_BYTES = 256 * 1024 * 1024

const config: openpgp.Config = {
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

const reasonOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, OpenPgpError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new OpenPgpError({ operation, reason: reasonOf(cause) })
  })

const bounded = (bytes: Uint8Array, limit: number, what: string): Uint8Array => {
  if (bytes.length > limit) throw new RangeError(`the ${what} is larger than ${limit} bytes`)
  return bytes
}

/** Every packet starts with the high bit set (RFC 9580 §4.2); armor is ASCII. */
const isBinary = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

// Parsing a key costs more than using it; callers hand in the same array again and again.
const certificates = new WeakMap<Uint8Array, Promise<openpgp.PublicKey>>()
const secretKeys = new WeakMap<Uint8Array, Promise<openpgp.PrivateKey>>()

const readCertificate = (bytes: Uint8Array): Promise<openpgp.PublicKey> => {
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

const readSecretKey = (secret: Redacted.Redacted<Uint8Array>): Promise<openpgp.PrivateKey> => {
  const bytes = Redacted.value(secret)
  const known = secretKeys.get(bytes)
  if (known !== undefined) return known
  const read = openpgp.readPrivateKey({ binaryKey: bytes, config })
  secretKeys.set(bytes, read)
  return read
}

/** A certificate that cannot be read must not keep the others from verifying. */
const readable = async (all: ReadonlyArray<Uint8Array>): Promise<Array<openpgp.PublicKey>> => {
  const read = await Promise.allSettled(all.map(readCertificate))
  return read.flatMap((one) => one.status === "fulfilled" ? [one.value] : [])
}

type Verification = openpgp.DecryptMessageResult["signatures"][number]

const check = async (
  result: Verification,
  keys: ReadonlyArray<openpgp.PublicKey>
): Promise<SignatureCheck> => {
  const keyId = result.keyID.toHex().toUpperCase()
  const key = keys.find((one) => one.getKeys(result.keyID).length > 0)
  const fingerprint = key?.getFingerprint().toUpperCase()
  const [verified] = await Promise.allSettled([result.verified])
  if (key === undefined) return { keyId, status: "unknown", fingerprint: undefined, reason: "no certificate for it" }
  return verified.status === "fulfilled"
    ? { keyId, status: "valid", fingerprint, reason: undefined }
    : { keyId, status: "invalid", fingerprint, reason: reasonOf(verified.reason) }
}

const readSignature = (bytes: Uint8Array): Promise<openpgp.Signature> =>
  isBinary(bytes)
    ? openpgp.readSignature({ binarySignature: bytes, config })
    : openpgp.readSignature({ armoredSignature: text(bytes), config })

const time = (at: Date | number | null): number | undefined => at instanceof Date ? at.getTime() : undefined

const ARMOR = {
  message: openpgp.enums.armor.message,
  signature: openpgp.enums.armor.signature,
  "public key": openpgp.enums.armor.publicKey
} as const

const service = OpenPgp.of({
  generate: Effect.fn("OpenPgpJs.generate")(function*(userId, options) {
    return yield* attempt("generate a key", async () => {
      const { privateKey, publicKey } = await openpgp.generateKey({
        type: "ecc",
        curve: "curve25519Legacy",
        userIDs: [userId.name === "" ? { email: userId.email } : userId],
        keyExpirationTime: options.expiresInSeconds ?? 0,
        format: "binary",
        config
      })
      return { certificate: publicKey, secretKey: Redacted.make(privateKey) }
    })
  }),

  inspect: Effect.fn("OpenPgpJs.inspect")(function*(certificate) {
    return yield* attempt("read the certificate", async () => {
      const key = await readCertificate(certificate)
      const [encryption, signing, revoked, expires] = await Promise.allSettled([
        key.getEncryptionKey(undefined, undefined, undefined, config),
        key.getSigningKey(undefined, undefined, undefined, config),
        key.isRevoked(undefined, undefined, undefined, config),
        key.getExpirationTime(undefined, config)
      ])
      return {
        fingerprint: key.getFingerprint().toUpperCase(),
        keyIds: key.getKeyIDs().map((id) => id.toHex().toUpperCase()),
        userIds: key.getUserIDs(),
        createdAt: key.getCreationTime().getTime(),
        expiresAt: expires.status === "fulfilled" ? time(expires.value) : undefined,
        // What cannot be checked must not be trusted.
        revoked: revoked.status === "rejected" || revoked.value,
        canEncrypt: encryption.status === "fulfilled",
        canSign: signing.status === "fulfilled"
      }
    })
  }),

  encrypt: Effect.fn("OpenPgpJs.encrypt")(function*({ anonymous, data, recipients, signWith }) {
    return yield* attempt("encrypt", async () => {
      if (recipients.length === 0) throw new RangeError("nobody to encrypt to")
      const encryptionKeys = await Promise.all(recipients.map(readCertificate))
      return openpgp.encrypt({
        message: await openpgp.createMessage({ binary: bounded(data, MAX_PLAIN_BYTES, "message") }),
        encryptionKeys,
        ...(signWith === undefined ? {} : { signingKeys: await readSecretKey(signWith) }),
        wildcard: anonymous,
        format: "binary",
        config
      })
    })
  }),

  decrypt: Effect.fn("OpenPgpJs.decrypt")(function*(input) {
    return yield* attempt("decrypt", async () => {
      bounded(input.data, MAX_MESSAGE_BYTES, "message")
      const message = isBinary(input.data)
        ? await openpgp.readMessage({ binaryMessage: input.data, config })
        : await openpgp.readMessage({ armoredMessage: text(input.data), config })
      const verificationKeys = await readable(input.verifyWith)
      const { data, signatures } = await openpgp.decrypt({
        message,
        decryptionKeys: await Promise.all(input.secretKeys.map(readSecretKey)),
        verificationKeys,
        format: "binary",
        config
      })
      return { data, signatures: await Promise.all(signatures.map((one) => check(one, verificationKeys))) }
    })
  }),

  sign: Effect.fn("OpenPgpJs.sign")(function*(data, secretKey) {
    return yield* attempt("sign", async () =>
      openpgp.sign({
        message: await openpgp.createMessage({ binary: data }),
        signingKeys: await readSecretKey(secretKey),
        detached: true,
        format: "binary",
        config
      }))
  }),

  verify: Effect.fn("OpenPgpJs.verify")(function*({ data, signature, verifyWith }) {
    return yield* attempt("verify", async () => {
      const verificationKeys = await readable(verifyWith)
      const { signatures } = await openpgp.verify({
        message: await openpgp.createMessage({ binary: data }),
        signature: await readSignature(bounded(signature, MAX_CERTIFICATE_BYTES, "signature")),
        verificationKeys,
        format: "binary",
        config
      })
      return await Promise.all(signatures.map((one) => check(one, verificationKeys)))
    })
  }),

  armor: Effect.fn("OpenPgpJs.armor")(function*(kind, data) {
    return yield* attempt(
      "armor",
      // With the checksum that RFC 9580 §6.1 allows for: where the Base64 ends without "=", GnuPG before 2.4 takes the
      // closing line for more of it.
      async () => openpgp.armor(ARMOR[kind], data, undefined, undefined, undefined, true, config)
    )
  }),

  dearmor: Effect.fn("OpenPgpJs.dearmor")(function*(data) {
    if (isBinary(data)) return data
    return yield* attempt("read the armor", async () => {
      const { data: binary } = await openpgp.unarmor(text(bounded(data, MAX_MESSAGE_BYTES, "armor")), config)
      return binary as Uint8Array
    })
  })
})

export const layer: Layer.Layer<OpenPgp> = Layer.succeed(OpenPgp, service)
