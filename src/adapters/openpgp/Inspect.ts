/** The facts of a certificate at a time, for those who know no packets. */
import type { CertificateFacts, KeyFacts, RevocationFacts } from "../../ports/OpenPgp.ts"
import type { Certificate } from "./Certificate.ts"
import { algorithmName } from "./Policy.ts"
import {
  encryptionFault,
  fit,
  keysOf,
  type KeyStanding,
  mayCertify,
  mayEncrypt,
  maySign,
  readsSeipdV2,
  type Revocation,
  type Standing,
  standingAt
} from "./Standing.ts"

type KeyPacket = KeyStanding["packet"]

export const fingerprintOf = (key: Pick<KeyPacket, "getFingerprint">): string => key.getFingerprint().toUpperCase()
export const keyIdOf = (key: Pick<KeyPacket, "getKeyID">): string => key.getKeyID().toHex().toUpperCase()

const revocationFacts = (revocation: Revocation | undefined): RevocationFacts | undefined =>
  revocation === undefined ? undefined : { reason: revocation.reason, text: revocation.text, at: revocation.at }

const keyFacts = (standing: Standing) => {
  const certifying = fit(standing, mayCertify)
  const signing = fit(standing, maySign)
  const encrypting = fit(standing, mayEncrypt)
  return (key: KeyStanding): KeyFacts => ({
    fingerprint: fingerprintOf(key.packet),
    keyId: keyIdOf(key.packet),
    algorithm: algorithmName(key.packet),
    weakness: key.weakness,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    revocation: revocationFacts(key.revocation),
    canCertify: certifying.includes(key),
    canSign: signing.includes(key),
    canEncrypt: encrypting.includes(key)
  })
}

export const inspect = (certificate: Certificate, at: number): CertificateFacts => {
  const standing = standingAt(certificate, at)
  const [primary, ...subkeys] = keysOf(standing)
  const facts = keyFacts(standing)
  const keys = [facts(primary), ...subkeys.map(facts)] as const
  const unfit = encryptionFault(standing)
  return {
    fingerprint: fingerprintOf(primary.packet),
    version: primary.packet.version,
    keyIds: keys.map(({ keyId }) => keyId),
    userIds: standing.users.flatMap(({ part: { userId } }) => userId ?? []),
    createdAt: primary.createdAt,
    expiresAt: primary.expiresAt,
    revoked: primary.revocation !== undefined,
    compromised: primary.revocation?.isHard === true,
    revocation: revocationFacts(primary.revocation),
    canEncrypt: unfit === undefined,
    canSign: keys.some(({ canSign }) => canSign),
    unfit,
    readsSeipdV2: readsSeipdV2(standing),
    keys
  }
}
