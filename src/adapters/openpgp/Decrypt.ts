/** Messages from others: opened, and what signs them judged. */
import * as openpgp from "openpgp"
import type { Opened, SignatureCheck } from "../../ports/OpenPgp.ts"
import "./Compressed.ts"
import type { Certificate } from "./Certificate.ts"
import { binary, bounded, readily } from "./Input.ts"
import { type Content, openNatively } from "./NativeOpen.ts"
import type { isGoodNatively } from "./NativeVerify.ts"
import { dateOf, type Signature } from "./Packets.ts"
import { MAX_CERTIFICATE_BYTES, MAX_MESSAGE_BYTES, policy } from "./Policy.ts"
import type { SecretKey } from "./SecretKey.ts"
import { check } from "./Verification.ts"

export interface Decryption {
  readonly secretKeys: ReadonlyArray<SecretKey>
  readonly verifyWith: ReadonlyArray<Certificate>
  readonly now: number
  /** As of `check`. */
  readonly isGood?: typeof isGoodNatively | undefined
}

const open = async (
  message: openpgp.Message<openpgp.MaybeStream<string | Uint8Array>>,
  { isGood, now, verifyWith }: Decryption
): Promise<Opened> => {
  const content = message.unwrapCompressed()
  // Without keys it verifies nothing, but finds the packets.
  const found = await content.verify([], dateOf(now), policy)
  const signatures: Array<Signature> = []
  for (const { signature } of found) signatures.push(...(await signature).packets)
  const data = content.getLiteralData()
  if (!(data instanceof Uint8Array)) throw new Error("there is no content in it")
  return { data, signatures: await check(signatures, data, verifyWith, { isDetached: false, isGood, now }) }
}

export const readMessage = async (data: Uint8Array): Promise<openpgp.Message<Uint8Array>> =>
  openpgp.readMessage({
    binaryMessage: await binary(bounded(data, MAX_MESSAGE_BYTES, "message")),
    config: policy
  })

const judged = async (
  content: Content | undefined,
  { isGood, now, verifyWith }: Decryption
): Promise<Opened | undefined> =>
  content && {
    data: content.data,
    signatures: await check(content.signatures, content.data, verifyWith, { isDetached: false, isGood, now })
  }

/** As `decrypt`, where the message is a usual one, and `limit` octets at the most if it is compressed; else undefined. */
export const decryptQuickly = async (
  data: Uint8Array,
  decryption: Decryption,
  limit = MAX_MESSAGE_BYTES
): Promise<Opened | undefined> => {
  // What nobody's program writes takes the library seconds.
  const packets = await readily(bounded(data, MAX_MESSAGE_BYTES, "message"))
  if (packets === undefined) return undefined
  const { secretKeys } = decryption
  // What had an armor is in octets of our own now.
  return judged(await openNatively(packets, { secretKeys, limit, isOurs: packets !== data }), decryption)
}

/** `decrypt` without its quick path. */
export const decryptByLibrary = async (data: Uint8Array, decryption: Decryption): Promise<Opened> => {
  const { now, secretKeys } = decryption
  const keys = secretKeys.map(({ key }) => key)
  const message = await readMessage(data)
  return open(await message.decrypt(keys, undefined, undefined, dateOf(now), policy), decryption)
}

export const decrypt = async (data: Uint8Array, decryption: Decryption): Promise<Opened> =>
  await decryptQuickly(data, decryption) ?? decryptByLibrary(data, decryption)

export const verify = async (
  data: Uint8Array,
  { now, signature, verifyWith }: {
    readonly signature: Uint8Array
    readonly verifyWith: ReadonlyArray<Certificate>
    readonly now: number
  }
): Promise<ReadonlyArray<SignatureCheck>> => {
  const { packets } = await openpgp.readSignature({
    binarySignature: await binary(bounded(signature, MAX_CERTIFICATE_BYTES, "signature")),
    config: policy
  })
  const signatures = packets.filter((packet) => packet instanceof openpgp.SignaturePacket)
  return check(signatures, data, verifyWith, { isDetached: true, now })
}
