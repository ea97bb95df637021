/** Messages to others: encrypted, signed, or both. */
import * as openpgp from "openpgp"
import type { Certificate } from "./Certificate.ts"
import { bounded } from "./Input.ts"
import { fingerprintOf } from "./Inspect.ts"
import { dateOf, makeSignature, packetList, type Signature } from "./Packets.ts"
import { MAX_MESSAGE_BYTES, policy } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"
import { encryptionFault, fit, maySign, primaryFault, standingAt } from "./Standing.ts"

const { binary } = openpgp.enums.signature

export const messageOf = (data: Uint8Array, now: number) =>
  openpgp.createMessage({ binary: bounded(data, MAX_MESSAGE_BYTES, "message"), date: dateOf(now) })

/** By the newest key that may sign. */
const signature = async (
  secret: SecretKey,
  message: openpgp.Message<Uint8Array>,
  now: number,
  isDetached: boolean
): Promise<Signature> => {
  const standing = standingAt(secret.certificate, now)
  const [key] = fit(standing, maySign).toSorted((a, b) => b.createdAt - a.createdAt)
  if (key === undefined) throw new Error(primaryFault(standing) ?? "the key has no part that may sign")
  const [literal] = message.packets.filterByTag(openpgp.enums.packet.literalData)
  if (literal === undefined) throw new Error("there is nothing to sign")
  const signer = secretOf(secret, key.packet.getKeyID())
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

export const encrypt = async (
  data: Uint8Array,
  { anonymous, now, recipients, signWith }: Encryption
): Promise<Uint8Array> => {
  if (recipients.length === 0) throw new RangeError("nobody to encrypt to")
  for (const recipient of recipients) {
    const fault = encryptionFault(standingAt(recipient, now))
    if (fault !== undefined) throw new Error(`the certificate of ${named(recipient)} is not fit: ${fault}`)
  }
  const message = await messageOf(data, now)
  const signed = signWith === undefined
    ? {}
    : { signature: new openpgp.Signature(signatureList(await signature(signWith, message, now, false))) }
  return openpgp.encrypt({
    message,
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

export const sign = async (data: Uint8Array, secret: SecretKey, now: number): Promise<Uint8Array> =>
  packetList([await signature(secret, await messageOf(data, now), now, true)]).write()
