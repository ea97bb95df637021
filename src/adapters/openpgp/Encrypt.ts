/** Messages to others: encrypted, signed, or both. */
import * as openpgp from "openpgp"
import type { Certificate } from "./Certificate.ts"
import { bounded } from "./Input.ts"
import { fingerprintOf } from "./Inspect.ts"
import { sealNatively, usualRecipients } from "./NativeSeal.ts"
import { signNatively } from "./NativeSign.ts"
import { dateOf, makeSignature, packetList, type Signature } from "./Packets.ts"
import { MAX_MESSAGE_BYTES, policy } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"
import { encryptionFault, fit, maySign, primaryFault, type Standing, standingAt } from "./Standing.ts"

const { binary } = openpgp.enums.signature

export const messageOf = (data: Uint8Array, now: number) =>
  openpgp.createMessage({ binary: bounded(data, MAX_MESSAGE_BYTES, "message"), date: dateOf(now) })

/** The newest key that may sign. */
const signerOf = (secret: SecretKey, now: number): openpgp.AnySecretKeyPacket => {
  const standing = standingAt(secret.certificate, now)
  const [key] = fit(standing, maySign).toSorted((a, b) => b.createdAt - a.createdAt)
  if (key === undefined) throw new Error(primaryFault(standing) ?? "the key has no part that may sign")
  return secretOf(secret, key.packet.getKeyID())
}

const signature = async (
  secret: SecretKey,
  data: Uint8Array,
  now: number,
  isDetached: boolean
): Promise<Signature> => {
  const signer = signerOf(secret, now)
  const native = await signNatively(data, signer, now)
  if (native !== undefined) return native
  const { packets: [literal] } = await messageOf(data, now)
  if (literal === undefined) throw new Error("there is nothing to sign")
  return makeSignature({ signatureType: binary }, signer, literal, now, policy, isDetached)
}

const named = ({ primary, users }: Certificate): string =>
  users.find(({ userId }) => userId !== undefined)?.userId ?? fingerprintOf(primary.packet)

export interface Encryption {
  readonly recipients: ReadonlyArray<Certificate>
  readonly signWith: SecretKey | undefined
  readonly anonymous: boolean
  readonly now: number
}

/** As they are now; it fails for one that nothing may be encrypted to. */
const standings = ({ now, recipients }: Encryption): ReadonlyArray<Standing> => {
  if (recipients.length === 0) throw new RangeError("nobody to encrypt to")
  return recipients.map((recipient) => {
    const standing = standingAt(recipient, now)
    const fault = encryptionFault(standing)
    if (fault !== undefined) throw new Error(`the certificate of ${named(recipient)} is not fit: ${fault}`)
    return standing
  })
}

/** As `encrypt`, where all keys are usual ones; else undefined. */
export const encryptQuickly = async (data: Uint8Array, encryption: Encryption): Promise<Uint8Array | undefined> => {
  bounded(data, MAX_MESSAGE_BYTES, "message")
  const { anonymous: isHidden, now, signWith } = encryption
  const recipients = usualRecipients(standings(encryption))
  if (recipients === undefined) return undefined
  const one = signWith && await signNatively(data, signerOf(signWith, now), now)
  return signWith !== undefined && one === undefined
    ? undefined
    : sealNatively(data, { recipients, signature: one, isHidden, now })
}

export const encrypt = async (data: Uint8Array, encryption: Encryption): Promise<Uint8Array> => {
  const { anonymous, now, recipients, signWith } = encryption
  const usual = await encryptQuickly(data, encryption)
  if (usual !== undefined) return usual
  const signed = signWith === undefined
    ? {}
    : { signature: new openpgp.Signature(signatureList(await signature(signWith, data, now, false))) }
  return openpgp.encrypt({
    message: await messageOf(data, now),
    encryptionKeys: recipients.map(({ key }) => key),
    ...signed,
    wildcard: anonymous,
    date: dateOf(now),
    format: "binary",
    config: policy
  })
}

const signatureList = (one: Signature): openpgp.PacketList<Signature> => {
  const list: openpgp.PacketList<Signature> = new openpgp.PacketList()
  list.push(one)
  return list
}

/** As `sign`, with a usual key; else undefined. */
export const signQuickly = async (
  data: Uint8Array,
  secret: SecretKey,
  now: number
): Promise<Uint8Array | undefined> => {
  const one = await signNatively(data, signerOf(secret, now), now)
  return one && packetList([one]).write()
}

export const sign = async (data: Uint8Array, secret: SecretKey, now: number): Promise<Uint8Array> =>
  packetList([await signature(secret, bounded(data, MAX_MESSAGE_BYTES, "message"), now, true)]).write()
