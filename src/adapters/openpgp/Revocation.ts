/** Key revocations (RFC 9580 §5.2.1.11), made and applied. */
import * as openpgp from "openpgp"
import type { RevocationReason } from "../../ports/OpenPgp.ts"
import { assemble, type Certificate } from "./Certificate.ts"
import { binary, bounded } from "./Input.ts"
import { fault, makeSignature, packetList } from "./Packets.ts"
import { MAX_CERTIFICATE_BYTES, policy } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"

const { keyRevocation } = openpgp.enums.signature

const FLAGS = {
  unspecified: openpgp.enums.reasonForRevocation.noReason,
  superseded: openpgp.enums.reasonForRevocation.keySuperseded,
  compromised: openpgp.enums.reasonForRevocation.keyCompromised,
  retired: openpgp.enums.reasonForRevocation.keyRetired
} satisfies Record<RevocationReason, openpgp.enums.reasonForRevocation>

export const makeRevocation = async (
  secret: SecretKey,
  { now, reason }: { readonly reason: RevocationReason; readonly now: number }
): Promise<Uint8Array> => {
  const { packet } = secret.certificate.primary
  const signature = await makeSignature(
    { signatureType: keyRevocation, reasonForRevocationFlag: FLAGS[reason], reasonForRevocationString: "" },
    secretOf(secret, packet.getKeyID()),
    { key: packet },
    now,
    policy
  )
  return packetList([signature]).write()
}

/** A certificate with the revocation in it; fails where that is of another key. */
export const revoke = async (certificate: Certificate, revocation: Uint8Array): Promise<Uint8Array> => {
  const { primary } = certificate
  const { packets } = await openpgp.readSignature({
    binarySignature: await binary(bounded(revocation, MAX_CERTIFICATE_BYTES, "revocation")),
    config: policy
  })
  for (const signature of packets) {
    if (
      signature.signatureType === keyRevocation &&
      await fault(signature, primary.packet, keyRevocation, { key: primary.packet }, policy) === undefined
    ) {
      return assemble({ ...certificate, primary: { ...primary, revocations: [signature, ...primary.revocations] } })
        .write()
    }
  }
  throw new Error("this revokes another key, or is no revocation")
}
