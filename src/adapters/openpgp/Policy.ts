/** What is taken and what is refused: the limits of input, and the strength of keys and digests. */
import * as openpgp from "openpgp"

/** Past these, input is hostile or cannot be worked on in memory. */
export const MAX_CERTIFICATE_BYTES = 4 * 1024 * 1024
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

/** Argon2 takes 2^this KiB for each password tried: a stranger's message must not take more. */
const MAX_ARGON2_EXPONENT = 18

export const policy: openpgp.Config = {
  ...openpgp.config,
  // Our default keys do not advertise what GnuPG and RNP cannot read yet.
  aeadProtect: false,
  allowUnauthenticatedMessages: false,
  allowUnauthenticatedStream: false,
  maxDecompressedMessageSize: MAX_MESSAGE_BYTES,
  maxArgon2MemoryExponent: MAX_ARGON2_EXPONENT,
  preferredHashAlgorithm: openpgp.enums.hash.sha512,
  showVersion: false,
  showComment: false
}

/** Collisions of SHA-1 are made for money: fine under what only its maker wrote, not under what others may have shaped. */
export const strangersPolicy: openpgp.Config = {
  ...policy,
  rejectHashAlgorithms: new Set([...policy.rejectHashAlgorithms, openpgp.enums.hash.sha1])
}

const CURVES: Partial<Record<string, string>> = {
  ed25519Legacy: "Ed25519",
  curve25519Legacy: "X25519",
  nistP256: "NIST P-256",
  nistP384: "NIST P-384",
  nistP521: "NIST P-521"
}

const ALGORITHMS: Partial<Record<openpgp.enums.publicKeyNames, string>> = {
  rsaEncryptSign: "RSA",
  rsaEncrypt: "RSA",
  rsaSign: "RSA",
  elgamal: "Elgamal",
  dsa: "DSA",
  ed25519: "Ed25519",
  x25519: "X25519",
  ed448: "Ed448",
  x448: "X448"
}

type KeyPacket = Pick<openpgp.PublicKeyPacket, "algorithm" | "getAlgorithmInfo">

export const algorithmName = (key: KeyPacket): string => {
  const { algorithm, bits, curve } = key.getAlgorithmInfo()
  const name = ALGORITHMS[algorithm]
  if (curve !== undefined) return CURVES[curve] ?? curve
  return [name ?? algorithm, bits].filter((part) => part !== undefined).join(" ")
}

/** Why a key is too weak to be encrypted to or believed. What was encrypted to it is still decrypted. */
export const weakness = (key: KeyPacket): string | undefined => {
  const { bits, curve } = key.getAlgorithmInfo()
  if (policy.rejectPublicKeyAlgorithms.has(key.algorithm)) return `${algorithmName(key)} keys are too weak`
  if (curve !== undefined && [...policy.rejectCurves].some((rejected) => rejected === curve)) {
    return `keys on the curve ${curve} are not taken`
  }
  return bits !== undefined && bits < policy.minRSABits ? `${algorithmName(key)} keys are too weak` : undefined
}
