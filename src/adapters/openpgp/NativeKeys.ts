/**
 * Keys on Curve25519 as the runtime's own cryptography takes them, made once of each packet of the library: those that
 * GnuPG, Thunderbird and we make by default.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import * as openpgp from "openpgp"
import { type Cipher, cipherOf, derivedKey, digestName } from "./NativeCiphers.ts"
import type { AnyKey } from "./Packets.ts"

const { publicKey: ALGORITHM } = openpgp.enums

const hex = (text: string): Buffer => Buffer.from(text, "hex")

/** What RFC 8410 §7 and §4 put in front of 32 octets. */
const PREFIX = {
  X25519: { secret: hex("302e020100300506032b656e04220420"), public: hex("302a300506032b656e032100") },
  Ed25519: { secret: hex("302e020100300506032b657004220420"), public: hex("302a300506032b6570032100") }
} as const

type Curve = keyof typeof PREFIX

const OCTETS = 32

export const publicKeyOf = (curve: Curve, octets: Uint8Array): KeyObject =>
  createPublicKey({
    key: Buffer.concat([PREFIX[curve].public, octets]),
    format: "der",
    type: "spki"
  })

const privateKeyOf = (curve: Curve, octets: Uint8Array): KeyObject => {
  const key = Buffer.concat([PREFIX[curve].secret, octets])
  const made = createPrivateKey({ key, format: "der", type: "pkcs8" })
  key.fill(0)
  return made
}

interface KdfParams {
  readonly hash: openpgp.enums.hash
  readonly cipher: openpgp.enums.symmetric
  write(): Uint8Array
}

/** Of the library's packets, what its types leave out. */
interface Internals {
  readonly publicParams: {
    readonly oid?: { getName(): string; write(): Uint8Array }
    readonly Q?: Uint8Array
    readonly A?: Uint8Array
    readonly kdfParams?: KdfParams
  }
  readonly privateParams: { readonly d?: Uint8Array; readonly seed?: Uint8Array } | null
}

const internals = (packet: AnyKey): Internals => packet as unknown as Internals

/** 0x40, then its octets (RFC 9580 §11.2.2). */
const pointOf = (packet: AnyKey, algorithm: openpgp.enums.publicKey, curve: string): Uint8Array | undefined => {
  const { Q, oid } = internals(packet).publicParams
  const isMeant = packet.version === 4 && packet.algorithm === algorithm && oid?.getName() === curve
  return isMeant && Q?.length === OCTETS + 1 && Q[0] === 0x40 ? Q.subarray(1) : undefined
}

const agreementPoint = (packet: AnyKey): Uint8Array | undefined => pointOf(packet, ALGORITHM.ecdh, "curve25519Legacy")

const signingPoint = (packet: AnyKey): Uint8Array | undefined => {
  const { A } = internals(packet).publicParams
  if (packet.algorithm === ALGORITHM.ed25519) return A?.length === OCTETS ? A : undefined
  return pointOf(packet, ALGORITHM.eddsaLegacy, "ed25519Legacy")
}

/** Made once, for as long as that lives which it is made of. */
export const kept = <Of extends object, A>(make: (of: Of) => A): (of: Of) => A => {
  const made = new WeakMap<Of, { readonly of: A }>()
  return (of) => {
    const known = made.get(of) ?? { of: make(of) }
    made.set(of, known)
    return known.of
  }
}

/** X25519, secret. */
export const agreementKey = kept((packet: AnyKey) => {
  const { d } = internals(packet).privateParams ?? {}
  if (agreementPoint(packet) === undefined || d === undefined || d.length > OCTETS) return undefined
  // The format writes a number, perhaps without its leading zeros; the curve has its octets the other way round
  // (RFC 9580 §11.2.2).
  const octets = new Uint8Array(OCTETS)
  octets.set(d, OCTETS - d.length)
  octets.reverse()
  const key = privateKeyOf("X25519", octets)
  octets.fill(0)
  return key
})

/** X25519, of somebody who is written to. */
export const correspondentKey = kept((packet: AnyKey) => {
  const point = agreementPoint(packet)
  return point && publicKeyOf("X25519", point)
})

/** Ed25519, secret. */
export const signingKey = kept((packet: AnyKey) => {
  const { seed } = internals(packet).privateParams ?? {}
  return signingPoint(packet) === undefined || seed?.length !== OCTETS ? undefined : privateKeyOf("Ed25519", seed)
})

/** Ed25519. */
export const verifyingKey = kept((packet: AnyKey) => {
  const point = signingPoint(packet)
  return point && publicKeyOf("Ed25519", point)
})

/** As an MPI (RFC 9580 §3.2), what stands before a point of X25519: 0x40 and 32 octets are 263 bits. */
export const POINT = Uint8Array.of(0x01, 0x07, 0x40)

export interface Derivation {
  /** Wraps session keys. */
  readonly cipher: Cipher
  readonly derive: (agreed: Uint8Array) => Uint8Array
}

/** How what is agreed with a key becomes a key itself (RFC 9580 §11.5). */
export const derivation = kept((packet: AnyKey): Derivation | undefined => {
  const { kdfParams, oid } = internals(packet).publicParams
  const fingerprint = packet.getFingerprintBytes()
  if (packet.algorithm !== ALGORITHM.ecdh || !kdfParams || oid === undefined || fingerprint === null) return undefined
  const [digest, cipher] = [digestName(kdfParams.hash), cipherOf(kdfParams.cipher)]
  if (digest === undefined || cipher === undefined) return undefined
  const text = Buffer.concat([
    oid.write(),
    Uint8Array.of(packet.algorithm),
    kdfParams.write(),
    Buffer.from("Anonymous Sender    "),
    fingerprint
  ])
  return { cipher, derive: (agreed) => derivedKey(digest, agreed, text, cipher.octets) }
})
