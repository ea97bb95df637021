/** The OpenPgp port on openpgp.js: v4 Curve25519 keys, SEIPDv1, nothing decrypted that lacks integrity protection. */
import { Effect, Layer, Redacted } from "effect"
import * as openpgp from "openpgp"
import { OpenPgp, type SignatureCheck } from "../../ports/OpenPgp.ts"
import * as KeyMaking from "./KeyMaking.ts"
import {
  attempt,
  bounded,
  config,
  isBinary,
  MAX_CERTIFICATE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_PLAIN_BYTES,
  readCertificate,
  readSecretKey,
  reasonOf,
  text
} from "./ReadKeys.ts"

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

const readMessage = (bytes: Uint8Array): Promise<openpgp.Message<Uint8Array>> => {
  bounded(bytes, MAX_MESSAGE_BYTES, "message")
  return isBinary(bytes)
    ? openpgp.readMessage({ binaryMessage: bytes, config })
    : openpgp.readMessage({ armoredMessage: text(bytes), config }) as Promise<openpgp.Message<Uint8Array>>
}

const time = (at: Date | number | null): number | undefined => at instanceof Date ? at.getTime() : undefined

const ARMOR = {
  message: openpgp.enums.armor.message,
  signature: openpgp.enums.armor.signature,
  "public key": openpgp.enums.armor.publicKey,
  "secret key": openpgp.enums.armor.privateKey
} as const

const SOFT: ReadonlyArray<number | null> = [
  openpgp.enums.reasonForRevocation.keySuperseded,
  openpgp.enums.reasonForRevocation.keyRetired
]

const isCompromised = async (key: openpgp.PublicKey): Promise<boolean> => {
  const hard = key.revocationSignatures.filter(({ reasonForRevocationFlag }) => !SOFT.includes(reasonForRevocationFlag))
  const data = { key: key.keyPacket }
  const checked = await Promise.allSettled(
    hard.map((one) => one.verify(key.keyPacket, openpgp.enums.signature.keyRevocation, data, undefined, false, config))
  )
  return checked.some(({ status }) => status === "fulfilled")
}

const service = OpenPgp.of({
  ...KeyMaking,

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
        compromised: await isCompromised(key),
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
      const message = await readMessage(input.data)
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

  encryptWithPassphrase: Effect.fn("OpenPgpJs.encryptWithPassphrase")(function*(data, passphrase) {
    return yield* attempt("encrypt", async () =>
      openpgp.encrypt({
        message: await openpgp.createMessage({ binary: bounded(data, MAX_PLAIN_BYTES, "message") }),
        passwords: Redacted.value(passphrase),
        format: "binary",
        config
      }))
  }),

  decryptWithPassphrase: Effect.fn("OpenPgpJs.decryptWithPassphrase")(function*(data, passphrase) {
    return yield* attempt("decrypt", async () => {
      const { data: opened } = await openpgp.decrypt({
        message: await readMessage(data),
        passwords: Redacted.value(passphrase),
        format: "binary",
        config
      })
      return opened
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
