/** Messages from others: opened, and what signs them judged. */
import * as openpgp from "openpgp"
import type { Opened, SignatureCheck } from "../../ports/OpenPgp.ts"
import "./Compressed.ts"
import type { Certificate } from "./Certificate.ts"
import { binary, bounded } from "./Input.ts"
import { dateOf, type Signature } from "./Packets.ts"
import { MAX_CERTIFICATE_BYTES, MAX_MESSAGE_BYTES, policy } from "./Policy.ts"
import type { SecretKey } from "./SecretKey.ts"
import { check } from "./Verification.ts"

type Literal = openpgp.LiteralDataPacket

const literalOf = (message: openpgp.Message<openpgp.MaybeStream<string | Uint8Array>>): Literal => {
  const [literal] = message.packets.filterByTag(openpgp.enums.packet.literalData)
  if (!(literal instanceof openpgp.LiteralDataPacket)) throw new Error("there is no content in it")
  return literal
}

const open = async (
  message: openpgp.Message<openpgp.MaybeStream<string | Uint8Array>>,
  certificates: ReadonlyArray<Certificate>,
  now: number
): Promise<Opened> => {
  const content = message.unwrapCompressed()
  // Without keys it verifies nothing, but finds the packets.
  const found = await content.verify([], dateOf(now), policy)
  const signatures: Array<Signature> = []
  for (const { signature } of found) signatures.push(...(await signature).packets)
  const data = content.getLiteralData()
  if (!(data instanceof Uint8Array)) throw new Error("there is no content in it")
  return { data, signatures: await check(signatures, literalOf(content), certificates, { isDetached: false, now }) }
}

export const readMessage = async (data: Uint8Array): Promise<openpgp.Message<Uint8Array>> =>
  openpgp.readMessage({
    binaryMessage: await binary(bounded(data, MAX_MESSAGE_BYTES, "message")),
    config: policy
  })

export const decrypt = async (
  data: Uint8Array,
  { now, secretKeys, verifyWith }: {
    readonly secretKeys: ReadonlyArray<SecretKey>
    readonly verifyWith: ReadonlyArray<Certificate>
    readonly now: number
  }
): Promise<Opened> => {
  const message = await readMessage(data)
  const keys = secretKeys.map(({ key }) => key)
  return open(await message.decrypt(keys, undefined, undefined, dateOf(now), policy), verifyWith, now)
}

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
  const message = await openpgp.createMessage({ binary: data })
  const signatures = packets.filter((packet) => packet instanceof openpgp.SignaturePacket)
  return check(signatures, literalOf(message), verifyWith, { isDetached: true, now })
}
