/** Certifications of a user id by other keys (RFC 9580 §5.2.1.3): made, and believed only where they hold. */
import * as openpgp from "openpgp"
import { assemble, type Certificate, newestFirst, type UserPart } from "./Certificate.ts"
import { fault, makeSignature, type Signature, type Signed } from "./Packets.ts"
import { strangersPolicy } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"
import { fit, holds, mayCertify, primaryFault, standingAt } from "./Standing.ts"

const { certGeneric, certRevocation } = openpgp.enums.signature

/** A stranger made the certificate, and each costs a verification. */
const MAX_CHECKED = 50

const signedOf = ({ primary }: Certificate, { user }: UserPart): Signed => ({
  key: primary.packet,
  userID: user.userID,
  userAttribute: user.userAttribute
})

/** Of those that hold now. */
const partsFor = (certificate: Certificate, email: string, now: number): ReadonlyArray<UserPart> =>
  standingAt(certificate, now).users.map(({ part }) => part)
    .filter(({ user }) => user.userID?.email.toLowerCase() === email.toLowerCase())

export const certify = async (
  certificate: Certificate,
  secret: SecretKey,
  { email, now }: { readonly email: string; readonly now: number }
): Promise<Uint8Array> => {
  const { packet } = secret.certificate.primary
  const certifier = standingAt(secret.certificate, now)
  if (!fit(certifier, mayCertify).some((key) => key.packet === packet)) {
    throw new Error(primaryFault(certifier) ?? "the key may not certify others")
  }
  const meant = partsFor(certificate, email, now)
  if (meant.length === 0) throw new Error(`it does not carry the address ${email}`)
  const signer = secretOf(secret, packet.getKeyID())
  const users = await Promise.all(certificate.users.map(async (part): Promise<UserPart> => {
    if (!meant.includes(part)) return part
    const data = signedOf(certificate, part)
    const made = await makeSignature({ signatureType: certGeneric }, signer, data, now, strangersPolicy)
    return { ...part, foreign: [made, ...part.foreign] }
  }))
  return assemble({ ...certificate, users }).write()
}

/** The newest word of the certifier on this user id, where that is a certification and not its revocation. */
const latestBy = async (
  certificate: Certificate,
  part: UserPart,
  by: Certificate,
  now: number
): Promise<Signature | undefined> => {
  const { packet } = by.primary
  const meant = newestFirst(part.foreign.filter((one) => one.issuerKeyID.equals(packet.getKeyID())))
  for (const signature of meant.slice(0, MAX_CHECKED)) {
    const isRevocation = signature.signatureType === certRevocation
    const type = isRevocation ? certRevocation : certGeneric
    if (
      holds(signature, now) &&
      await fault(signature, packet, type, signedOf(certificate, part), strangersPolicy) === undefined
    ) {
      return isRevocation ? undefined : signature
    }
  }
  return undefined
}

/** Made while the certifying key was good: a hard revocation undoes it, the end of that key does not. */
export const isCertified = async (
  certificate: Certificate,
  by: Certificate,
  { email, now }: { readonly email: string; readonly now: number }
): Promise<boolean> => {
  for (const part of partsFor(certificate, email, now)) {
    const createdAt = (await latestBy(certificate, part, by, now))?.created?.getTime()
    if (createdAt === undefined) continue
    const then = standingAt(by, createdAt)
    if (fit(then, mayCertify).includes(then.primary)) return true
  }
  return false
}
