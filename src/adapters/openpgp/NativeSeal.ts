/**
 * The usual message made by the runtime's own cryptography: SEIPD version 1 with AES-256, to keys on Curve25519. For all
 * other recipients the library makes it.
 */
import { createHash, diffieHellman, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto"
import * as openpgp from "openpgp"
import { BLOCK, cipherOf, encrypter, wiping, wrapped } from "./NativeCiphers.ts"
import { correspondentKey, type Derivation, derivation, POINT } from "./NativeKeys.ts"
import type { AnyKey, Signature } from "./Packets.ts"
import { fit, mayEncrypt, readsSeipdV2, type Standing } from "./Standing.ts"
import { inTurns } from "./Turns.ts"

const { packet: TAG } = openpgp.enums

const CIPHER = openpgp.enums.symmetric.aes256

const uint32 = (number: number): Buffer => {
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(number)
  return octets
}

/** RFC 9580 §4.2.1; five octets of length where the packet may be long. */
const header = (tag: number, length: number): Buffer =>
  length < 192 ? Buffer.of(0xc0 | tag, length) : Buffer.concat([Buffer.of(0xc0 | tag, 255), uint32(length)])

const packet = (tag: number, body: Uint8Array): Buffer => Buffer.concat([header(tag, body.length), body])

interface Recipient extends Derivation {
  readonly packet: AnyKey
  readonly key: KeyObject
}

/** undefined: it reads newer packets, wishes for another cipher, or leaves a choice of keys. */
const recipientOf = (standing: Standing): Recipient | undefined => {
  const [one, another] = fit(standing, mayEncrypt)
  const prefers = standing.self?.preferredSymmetricAlgorithms ?? []
  if (one === undefined || another !== undefined || readsSeipdV2(standing) || !prefers.includes(CIPHER)) {
    return undefined
  }
  const [key, kdf] = [correspondentKey(one.packet), derivation(one.packet)]
  return key && kdf && { packet: one.packet, key, ...kdf }
}

/** undefined: for some of them the library has to make the message. */
export const usualRecipients = (standings: ReadonlyArray<Standing>): ReadonlyArray<Recipient> | undefined => {
  const known = standings.flatMap((standing) => recipientOf(standing) ?? [])
  return known.length < standings.length ? undefined : known
}

/** RFC 9580 §5.1.3: filled up to blocks of eight octets. */
const encoded = (key: Uint8Array): Buffer => {
  const sum = key.reduce((total, octet) => (total + octet) & 0xffff, 0)
  const fill = 8 - (1 + key.length + 2) % 8
  return Buffer.concat([Uint8Array.of(CIPHER), key, Uint8Array.of(sum >> 8, sum & 0xff), Buffer.alloc(fill, fill)])
}

const NOBODY = Buffer.alloc(8)
/** Of the DER that holds it. */
const POINT_OCTETS = 32

/** Version 3 (RFC 9580 §5.1.2, §5.1.6). */
const sessionKeyPacket = (recipient: Recipient, key: Uint8Array, isHidden: boolean): Uint8Array => {
  const { privateKey, publicKey } = generateKeyPairSync("x25519", {
    publicKeyEncoding: { type: "spki", format: "der" }
  })
  const agreed = diffieHellman({ privateKey, publicKey: recipient.key })
  const point = publicKey.subarray(-POINT_OCTETS)
  const wrappedKey = wiping(
    [agreed, recipient.derive(agreed), encoded(key)],
    ([, wrapping, clear]) => wrapped(recipient.cipher, wrapping, clear)
  )
  return packet(
    TAG.publicKeyEncryptedSessionKey,
    Buffer.concat([
      Uint8Array.of(3),
      isHidden ? NOBODY : Buffer.from(recipient.packet.getKeyID().toHex(), "hex"),
      Uint8Array.of(recipient.packet.algorithm),
      POINT,
      point,
      Uint8Array.of(wrappedKey.length),
      wrappedKey
    ])
  )
}

/** Binary, without a name (RFC 9580 §5.9): what stands before the data. */
const literalHeader = (length: number, now: number): Buffer =>
  Buffer.concat([
    header(TAG.literalData, 6 + length),
    Uint8Array.of(openpgp.enums.literal.binary, 0),
    uint32(Math.floor(now / 1000))
  ])

const onePass = (signature: Signature): Buffer =>
  packet(
    TAG.onePassSignature,
    Buffer.concat([
      Uint8Array.of(3, signature.signatureType ?? 0, signature.hashAlgorithm ?? 0, signature.publicKeyAlgorithm ?? 0),
      Buffer.from(signature.issuerKeyID.toHex(), "hex"),
      Uint8Array.of(1)
    ])
  )

const MDC = Buffer.of(0xd3, 0x14)
const SHA1_OCTETS = 20

/** Version 1 (RFC 9580 §5.13.1), of these one behind the other, after what `before` holds. */
const sealed = async (
  before: Uint8Array,
  clear: ReadonlyArray<Uint8Array>,
  key: Uint8Array
): Promise<Uint8Array | undefined> => {
  const cipher = cipherOf(CIPHER)
  if (cipher === undefined) return undefined
  const random = randomBytes(BLOCK)
  const pieces = [random, random.subarray(-2), ...clear, MDC]
  const octets = pieces.reduce((sum, { length }) => sum + length, SHA1_OCTETS)
  const start = Buffer.concat([before, header(TAG.symEncryptedIntegrityProtectedData, 1 + octets), Uint8Array.of(1)])
  const out = new Uint8Array(start.length + octets)
  out.set(start)
  const [sum, encrypt] = [createHash("sha1"), encrypter(cipher, key)]
  let at = start.length
  const put = (piece: Uint8Array): void => {
    out.set(encrypt.update(piece), at)
    at += piece.length
  }
  for (const piece of pieces) {
    await inTurns(piece, (step) => {
      sum.update(step)
      put(step)
    })
  }
  put(sum.digest())
  return out
}

export interface Sealing {
  readonly recipients: ReadonlyArray<Recipient>
  readonly signature: Signature | undefined
  readonly isHidden: boolean
  readonly now: number
}

/** undefined: for the library to make. */
export const sealNatively = async (
  data: Uint8Array,
  { isHidden, now, recipients, signature }: Sealing
): Promise<Uint8Array | undefined> => {
  if (signature !== undefined && signature.version !== 4) return undefined
  const key = randomBytes(32)
  const sessionKeys = recipients.map((recipient) => sessionKeyPacket(recipient, key, isHidden))
  const literal = [literalHeader(data.length, now), data]
  const written = signature?.write()
  const clear = signature === undefined || written === undefined
    ? literal
    : [onePass(signature), ...literal, packet(TAG.signature, written)]
  const message = await sealed(Buffer.concat(sessionKeys), clear, key)
  key.fill(0)
  return message
}
