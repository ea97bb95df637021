/** Signatures of data by Ed25519, made by the runtime's own cryptography and written by the library. */
import { randomBytes, sign } from "node:crypto"
import * as openpgp from "openpgp"
import { signingKey } from "./NativeKeys.ts"
import { signedDigest } from "./NativeVerify.ts"
import { dateOf, type Signature } from "./Packets.ts"

/** Of the library's packets, what its types leave out. */
interface Internals {
  rawNotations: ReadonlyArray<object>
  signatureData: Uint8Array
  signedHashValue: Uint8Array
  params: object
  writeHashedSubPackets(): Uint8Array
}

/** The library's own: no two signatures are alike, so that a fault of the machine tells nothing of the key. */
const SALT = "salt@notations.openpgpjs.org"
const SALT_OCTETS = 32

const HALF = 32

/** SHA-512 over binary data, as `makeSignature` has it; undefined: by another kind of key. */
export const signNatively = async (
  data: Uint8Array,
  key: openpgp.AnySecretKeyPacket,
  now: number
): Promise<Signature | undefined> => {
  const secret = signingKey(key)
  const fingerprint = key.getFingerprintBytes()
  if (secret === undefined || key.version !== 4 || fingerprint === null) return undefined
  const { hash: { sha512 }, signature: { binary } } = openpgp.enums
  const signature = Object.assign(new openpgp.SignaturePacket(), {
    version: key.version,
    signatureType: binary,
    publicKeyAlgorithm: key.algorithm,
    hashAlgorithm: sha512,
    created: dateOf(Math.floor(now / 1000) * 1000),
    issuerKeyVersion: key.version,
    issuerFingerprint: fingerprint,
    issuerKeyID: key.getKeyID()
  })
  const internals = signature as unknown as Internals
  internals.rawNotations = [{
    name: SALT,
    value: new Uint8Array(randomBytes(SALT_OCTETS)),
    humanReadable: false,
    critical: false
  }]
  const { signatureData } = Object.assign(internals, {
    signatureData: Buffer.concat([
      Uint8Array.of(key.version, binary, key.algorithm, sha512),
      internals.writeHashedSubPackets()
    ])
  })
  const hashed = await signedDigest("sha512", data, signatureData)
  internals.signedHashValue = hashed.subarray(0, 2)
  const raw = new Uint8Array(sign(null, hashed, secret))
  internals.params = key.algorithm === openpgp.enums.publicKey.ed25519
    ? { RS: raw }
    : { r: raw.subarray(0, HALF), s: raw.subarray(HALF) }
  return signature
}
