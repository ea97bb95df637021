/** Signatures of messages, each judged by what its key was worth when it says it was made. */
import * as openpgp from "openpgp"
import type { SignatureCheck } from "../../ports/OpenPgp.ts"
import type { Certificate } from "./Certificate.ts"
import { fingerprintOf } from "./Inspect.ts"
import { isGoodNatively } from "./NativeVerify.ts"
import { dateOf, fault, type Signature } from "./Packets.ts"
import { policy } from "./Policy.ts"
import { keyFault, keysOf, type KeyStanding, maySign, primaryFault, type Standing, standingAt } from "./Standing.ts"

/** Each digests the message once more: people sign with one key or two. */
const MAX_VERIFIED = 16

/** A sender's clock may be that much ahead. */
const MAX_SKEW = 10 * 60 * 1000

/** For the library, which wants a packet of what was signed. */
const literalOf = async (data: Uint8Array): Promise<openpgp.AnyPacket> => {
  const { packets } = await openpgp.createMessage({ binary: data })
  const [literal] = packets
  if (literal === undefined) throw new Error("there is no content in it")
  return literal
}

interface Issuer {
  readonly certificate: Certificate
  readonly packet: KeyStanding["packet"]
}

const issuersOf = ({ issuerKeyID }: Signature, certificates: ReadonlyArray<Certificate>): ReadonlyArray<Issuer> =>
  certificates.flatMap((certificate) =>
    [certificate.primary, ...certificate.subkeys].filter(({ packet }) => packet.getKeyID().equals(issuerKeyID))
      .map(({ packet }) => ({ certificate, packet }))
  )

const keyIn = (standing: Standing, packet: KeyStanding["packet"]): KeyStanding | undefined =>
  keysOf(standing).find((key) => key.packet === packet)

const faultOfKey = ({ certificate, packet }: Issuer, at: number): string | undefined => {
  const standing = standingAt(certificate, at)
  const key = keyIn(standing, packet)
  const why = primaryFault(standing) ?? (key === undefined ? "the key did not belong to it" : keyFault(key, at))
  if (why !== undefined) return `when it was made: ${why}`
  return key !== undefined && maySign(key) ? undefined : "the key is not one for signing"
}

const keyNow = ({ certificate, packet }: Issuer, now: number): SignatureCheck["keyNow"] => {
  const standing = standingAt(certificate, now)
  const keys = [standing.primary, keyIn(standing, packet)].filter((key) => key !== undefined)
  if (keys.some(({ revocation }) => revocation !== undefined)) return "revoked"
  return keys.some(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now) ? "expired" : "good"
}

/** Of the library's packets, what its types leave out: only what is signed is among them. */
interface Internals {
  readonly unknownSubpackets: ReadonlyArray<{ readonly type: number; readonly body: Uint8Array }>
}

/** RFC 9580 §5.2.3.36: a version, a fingerprint. */
const INTENDED_RECIPIENT = 35

const intendedFor = (signature: Signature): ReadonlyArray<string> =>
  (signature as unknown as Internals).unknownSubpackets.flatMap(({ body, type }) =>
    type === INTENDED_RECIPIENT ? [Buffer.from(body.subarray(1)).toString("hex").toUpperCase()] : []
  )

interface Judging {
  readonly isDetached: boolean
  readonly now: number
  /** What says quickly that one is good; the library is asked of all others. */
  readonly isGood?: typeof isGoodNatively | undefined
}

const faultOf = async (
  signature: Signature,
  issuer: Issuer,
  data: Uint8Array,
  { isDetached, isGood = isGoodNatively, now }: Judging
): Promise<string | undefined> => {
  const createdAt = signature.created?.getTime() ?? 0
  const type = signature.signatureType
  if (type !== openpgp.enums.signature.binary && type !== openpgp.enums.signature.text) {
    return "it is not a signature of a message"
  }
  if (createdAt > now + MAX_SKEW) return "it claims to be made in the future"
  if (signature.isExpired(dateOf(Math.max(now, createdAt)))) return "it has expired"
  const why = faultOfKey(issuer, createdAt)
  if (why !== undefined || await isGood(signature, issuer.packet, data)) return why
  return await fault(signature, issuer.packet, type, await literalOf(data), policy, isDetached)
}

const checkOne = async (
  signature: Signature,
  data: Uint8Array,
  certificates: ReadonlyArray<Certificate>,
  judging: Judging
): Promise<SignatureCheck> => {
  const found = {
    keyId: signature.issuerKeyID.toHex().toUpperCase(),
    intendedFor: intendedFor(signature),
    createdAt: signature.created?.getTime() ?? 0
  }
  let refused: SignatureCheck = {
    ...found,
    status: "unknown",
    fingerprint: undefined,
    reason: "no certificate for it",
    keyNow: undefined
  }
  for (const issuer of issuersOf(signature, certificates)) {
    const reason = await faultOf(signature, issuer, data, judging)
    const check: SignatureCheck = {
      ...found,
      status: reason === undefined ? "valid" : "invalid",
      fingerprint: fingerprintOf(issuer.certificate.primary.packet),
      reason,
      keyNow: keyNow(issuer, judging.now)
    }
    if (reason === undefined) return check
    refused = check
  }
  return refused
}

export const check = async (
  signatures: ReadonlyArray<Signature>,
  data: Uint8Array,
  certificates: ReadonlyArray<Certificate>,
  judging: Judging
): Promise<ReadonlyArray<SignatureCheck>> => {
  const checks: Array<SignatureCheck> = []
  for (const [index, signature] of signatures.entries()) {
    const known = index < MAX_VERIFIED ? certificates : []
    checks.push(await checkOne(signature, data, known, judging))
  }
  return checks
}
