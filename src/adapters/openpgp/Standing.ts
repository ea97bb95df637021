/** What a certificate is worth at a time: which signatures held then, what had expired, what was revoked. */
import * as openpgp from "openpgp"
import type { RevocationFacts, RevocationReason } from "../../ports/OpenPgp.ts"
import type { Certificate, SignedBy, UserPart } from "./Certificate.ts"
import type { AnyKey, Signature } from "./Packets.ts"
import { weakness } from "./Policy.ts"

const { keyFlags, reasonForRevocation } = openpgp.enums

/** RFC 9580 §5.2.3.32 */
const SEIPD_V2 = 0x08

const timeOf = ({ created }: Signature): number => created?.getTime() ?? 0

const isOver = (expiresAt: number | undefined, at: number): boolean => expiresAt !== undefined && expiresAt <= at

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? a ?? b : Math.min(a, b)

const signatureExpiry = (signature: Signature): number | undefined => {
  const expiry = signature.getExpirationTime()
  return expiry instanceof Date ? expiry.getTime() : undefined
}

export const holds = (signature: Signature, at: number): boolean =>
  timeOf(signature) <= at && !isOver(signatureExpiry(signature), at)

/**
 * The newest that held then. Where a program replaced all of them later (GnuPG does, extending an expiry), the oldest:
 * else everything signed before would be refused.
 */
const effective = (signatures: ReadonlyArray<Signature>, at: number): Signature | undefined => {
  const isAllLater = signatures.every((one) => timeOf(one) > at)
  return isAllLater ? signatures.at(-1) : signatures.find((one) => holds(one, at))
}

const REASONS = new Map<number | null, RevocationReason>([
  [reasonForRevocation.keySuperseded, "superseded"],
  [reasonForRevocation.keyCompromised, "compromised"],
  [reasonForRevocation.keyRetired, "retired"]
])

const SOFT: ReadonlyArray<number | null> = [
  reasonForRevocation.keySuperseded,
  reasonForRevocation.keyRetired,
  reasonForRevocation.userIDInvalid
]

/** Hard: as good as made before the key was (RFC 9580 §5.2.3.31). */
export interface Revocation extends RevocationFacts {
  readonly isHard: boolean
}

const revocationOf = (signature: Signature): Revocation => ({
  reason: REASONS.get(signature.reasonForRevocationFlag) ?? "unspecified",
  text: signature.reasonForRevocationString ?? "",
  at: timeOf(signature),
  isHard: !SOFT.includes(signature.reasonForRevocationFlag)
})

const revocationAt = ({ revocations }: SignedBy, at: number): Revocation | undefined => {
  const all = revocations.map(revocationOf)
  return all.find(({ isHard }) => isHard) ?? all.find((one) => one.at <= at)
}

export interface KeyStanding {
  readonly packet: AnyKey
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revocation: Revocation | undefined
  readonly weakness: string | undefined
  /** RFC 9580 §5.2.3.29 */
  readonly flags: number
}

const standing = (packet: AnyKey, part: SignedBy, by: ReadonlyArray<Signature>, at: number): KeyStanding => {
  const createdAt = packet.created.getTime()
  const expiries = by.map((signature) =>
    earlier(
      signature.keyExpirationTime === null || signature.keyExpirationTime === 0
        ? undefined
        : createdAt + signature.keyExpirationTime * 1000,
      signatureExpiry(signature)
    )
  )
  return {
    packet,
    createdAt,
    expiresAt: expiries.reduce(earlier, undefined),
    revocation: revocationAt(part, at),
    weakness: weakness(packet),
    flags: by.find((signature) => signature.keyFlags !== null)?.keyFlags?.[0] ?? 0
  }
}

interface UserStanding {
  readonly part: UserPart
  readonly signature: Signature
}

export interface Standing {
  readonly at: number
  readonly primary: KeyStanding
  readonly subkeys: ReadonlyArray<KeyStanding>
  /** The primary one first, none that is revoked. */
  readonly users: ReadonlyArray<UserStanding>
  /** That which speaks for the key (RFC 9580 §5.2.3.10); undefined where none held then. */
  readonly self: Signature | undefined
}

const usersAt = ({ users }: Certificate, at: number): ReadonlyArray<UserStanding> =>
  users.flatMap((part): ReadonlyArray<UserStanding> => {
    const signature = effective(part.signatures, at)
    return signature === undefined || revocationAt(part, at) !== undefined ? [] : [{ part, signature }]
  }).toSorted((a, b) =>
    Number(b.signature.isPrimaryUserID === true) - Number(a.signature.isPrimaryUserID === true) ||
    timeOf(b.signature) - timeOf(a.signature)
  )

export const standingAt = (certificate: Certificate, at: number): Standing => {
  const { primary, subkeys } = certificate
  const users = usersAt(certificate, at)
  const direct = effective(primary.signatures, at)
  const named = users.find(({ part }) => part.userId !== undefined)?.signature
  const speaking = primary.packet.version === 6 ? [direct] : [named, direct]
  const by = speaking.filter((signature) => signature !== undefined)
  return {
    at,
    primary: standing(primary.packet, primary, by, at),
    subkeys: subkeys.flatMap((part) => {
      const signature = effective(part.signatures, at)
      return signature === undefined ? [] : [standing(part.packet, part, [signature], at)]
    }),
    users,
    self: by[0]
  }
}

/** Why the key as such cannot be used then; undefined where it can. */
export const keyFault = (key: KeyStanding, at: number): string | undefined => {
  if (key.revocation !== undefined) return "the key is revoked"
  if (isOver(key.expiresAt, at)) return "the key has expired"
  if (key.createdAt > at) return "the key is newer than that"
  return key.weakness
}

/** Why nothing in the certificate can be used then. */
export const primaryFault = ({ at, primary, self }: Standing): string | undefined =>
  self === undefined ? "the certificate carries no signature of its own that holds" : keyFault(primary, at)

export const mayCertify = ({ flags }: KeyStanding): boolean => (flags & keyFlags.certifyKeys) !== 0
export const maySign = ({ flags }: KeyStanding): boolean => (flags & keyFlags.signData) !== 0

const DECRYPTING: ReadonlySet<openpgp.enums.publicKey> = new Set([
  openpgp.enums.publicKey.rsaEncryptSign,
  openpgp.enums.publicKey.rsaEncrypt,
  openpgp.enums.publicKey.elgamal,
  openpgp.enums.publicKey.ecdh,
  openpgp.enums.publicKey.x25519,
  openpgp.enums.publicKey.x448
])

export const mayEncrypt = ({ flags, packet }: KeyStanding): boolean =>
  DECRYPTING.has(packet.algorithm) && (flags & (keyFlags.encryptCommunication | keyFlags.encryptStorage)) !== 0

export const keysOf = ({ primary, subkeys }: Standing): readonly [KeyStanding, ...ReadonlyArray<KeyStanding>] => [
  primary,
  ...subkeys
]

/** Those fit for a use then: one that may, in a certificate that may. */
export const fit = (standing: Standing, may: (key: KeyStanding) => boolean): ReadonlyArray<KeyStanding> =>
  primaryFault(standing) === undefined
    ? keysOf(standing).filter((key) => may(key) && keyFault(key, standing.at) === undefined)
    : []

/** Why nothing may be encrypted to the certificate then. */
export const encryptionFault = (standing: Standing): string | undefined => {
  const fault = primaryFault(standing)
  if (fault !== undefined) return fault
  const meant = keysOf(standing).filter(mayEncrypt)
  if (meant.some((key) => keyFault(key, standing.at) === undefined)) return undefined
  const [first] = meant
  return first === undefined
    ? "the certificate has no key to encrypt to"
    : `of the key to encrypt to: ${keyFault(first, standing.at)}`
}

export const readsSeipdV2 = ({ self }: Standing): boolean => ((self?.features?.[0] ?? 0) & SEIPD_V2) !== 0
