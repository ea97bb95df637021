/** Another expiry for a key: all that its primary key says of it is said again, with the new date. */
import * as openpgp from "openpgp"
import { assemble, type Certificate, type SubkeyPart, type UserPart } from "./Certificate.ts"
import { makeSignature, packetList, type Signature, type Signed } from "./Packets.ts"
import { policy } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"

/** What a signature says of a key, without its date, its digest and the expiry. */
const said = (signature: Signature) => ({
  signatureType: signature.signatureType,
  keyFlags: signature.keyFlags,
  features: signature.features,
  isPrimaryUserID: signature.isPrimaryUserID,
  preferredSymmetricAlgorithms: signature.preferredSymmetricAlgorithms,
  preferredHashAlgorithms: signature.preferredHashAlgorithms,
  preferredCompressionAlgorithms: signature.preferredCompressionAlgorithms,
  preferredAEADAlgorithms: signature.preferredAEADAlgorithms,
  ...preferredCipherSuites(signature),
  preferredKeyServer: signature.preferredKeyServer,
  keyServerPreferences: signature.keyServerPreferences,
  policyURI: signature.policyURI,
  embeddedSignature: signature.embeddedSignature
})

/** RFC 9580 §5.2.3.15; the library's types do not name it. */
const preferredCipherSuites = (signature: Signature): object => {
  const { preferredCipherSuites: suites } = signature as Signature & { readonly preferredCipherSuites?: unknown }
  return { preferredCipherSuites: suites ?? null }
}

const withSecrets = (certificate: Certificate, secret: SecretKey): Uint8Array => {
  const packets = assemble(certificate).toPacketList().map((packet) =>
    packet instanceof openpgp.PublicKeyPacket || packet instanceof openpgp.PublicSubkeyPacket
      ? secretOf(secret, packet.getKeyID())
      : packet
  )
  return packetList(packets).write()
}

export const extend = async (
  secret: SecretKey,
  { expiresAt, now }: { readonly expiresAt: number | undefined; readonly now: number }
): Promise<{ readonly certificate: Uint8Array; readonly secretKey: Uint8Array }> => {
  const { certificate } = secret
  const { packet: primary } = certificate.primary
  const signer = secretOf(secret, primary.getKeyID())

  const again = async (
    signatures: ReadonlyArray<Signature>,
    data: Signed,
    expiring: openpgp.AnyKeyPacket | undefined
  ): Promise<ReadonlyArray<Signature>> => {
    const [latest] = signatures
    if (latest === undefined) return signatures
    const seconds = expiresAt === undefined || expiring === undefined
      ? undefined
      : Math.floor((expiresAt - expiring.created.getTime()) / 1000)
    if (seconds !== undefined && seconds <= 0) throw new RangeError("that would expire the key before it was made")
    const expiry = seconds === undefined ? {} : { keyExpirationTime: seconds, keyNeverExpires: false }
    return [await makeSignature({ ...said(latest), ...expiry }, signer, data, now, policy), ...signatures]
  }

  const ofUser = async (part: UserPart): Promise<UserPart> => {
    const data: Signed = { key: primary, userID: part.user.userID, userAttribute: part.user.userAttribute }
    // In a v6 key the direct signature speaks for the key (RFC 9580 §5.2.3.10), not those on user ids.
    const expiring = primary.version === 6 ? undefined : primary
    return { ...part, signatures: await again(part.signatures, data, expiring) }
  }

  const ofSubkey = async (part: SubkeyPart): Promise<SubkeyPart> =>
    part.revocations.length > 0
      ? part
      : { ...part, signatures: await again(part.signatures, { key: primary, bind: part.packet }, part.packet) }

  const extended: Certificate = {
    ...certificate,
    primary: {
      ...certificate.primary,
      signatures: await again(certificate.primary.signatures, { key: primary }, primary)
    },
    users: await Promise.all(certificate.users.map(ofUser)),
    subkeys: await Promise.all(certificate.subkeys.map(ofSubkey))
  }
  return { certificate: assemble(extended).write(), secretKey: withSecrets(extended, secret) }
}
