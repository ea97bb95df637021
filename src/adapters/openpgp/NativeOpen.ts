/**
 * The usual message (SEIPD version 1, AES, to a key on Curve25519) opened by the runtime's own cryptography, in a tenth
 * of the library's time. It says yes or nothing: all that is unusual, broken or refused is left to the library, whose
 * rules and whose reasons hold.
 */
import { createHash, diffieHellman, type KeyObject, timingSafeEqual } from "node:crypto"
import * as openpgp from "openpgp"
import { inflated } from "./Compressed.ts"
import { type Framed, framed } from "./Framing.ts"
import { BLOCK, cipherOf, decrypter, unwrapped, wiping } from "./NativeCiphers.ts"
import { agreementKey, type Derivation, derivation, kept, POINT, publicKeyOf } from "./NativeKeys.ts"
import type { Signature } from "./Packets.ts"
import { MAX_MESSAGE_BYTES } from "./Policy.ts"
import { type SecretKey, secretOf } from "./SecretKey.ts"
import { inTurns } from "./Turns.ts"

const { packet: TAG } = openpgp.enums

export interface Content {
  readonly data: Uint8Array
  readonly signatures: ReadonlyArray<Signature>
}

interface SessionKey {
  readonly algorithm: openpgp.enums.symmetric
  readonly key: Uint8Array
}

/** RFC 9580 §5.2.3.29 */
const ENCRYPTS = openpgp.enums.keyFlags.encryptCommunication | openpgp.enums.keyFlags.encryptStorage

const KEY_ID = 8
/** Version, key id, algorithm. */
const BEFORE_POINT = 1 + KEY_ID + 1

const sameOctets = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)

/** RFC 9580 §5.1.3: the cipher, the key, its checksum, and octets that tell how many they are. */
const decoded = (encoded: Uint8Array): SessionKey | undefined => {
  const fill = encoded.at(-1) ?? 0
  const end = encoded.length - fill
  if (fill === 0 || fill > 8 || end < 4 || encoded.subarray(end).some((octet) => octet !== fill)) return undefined
  const algorithm: openpgp.enums.symmetric | undefined = encoded[0]
  const key = encoded.subarray(1, end - 2)
  const sum = key.reduce((total, octet) => (total + octet) & 0xffff, 0)
  const said = ((encoded[end - 2] ?? 0) << 8) + (encoded[end - 1] ?? 0)
  return algorithm !== undefined && sum === said && cipherOf(algorithm)?.octets === key.length
    ? { algorithm, key }
    : undefined
}

/** A key of ours that messages are encrypted to. */
interface Own extends Derivation {
  readonly id: Uint8Array
  readonly key: KeyObject
}

/** Whenever it was meant for that: what was sent to it then is still opened. */
const ownKeys = kept((secret: SecretKey): ReadonlyArray<Own> =>
  secret.certificate.subkeys.flatMap(({ packet, signatures }): ReadonlyArray<Own> => {
    if (!signatures.some(({ keyFlags }) => ((keyFlags?.[0] ?? 0) & ENCRYPTS) !== 0)) return []
    const secretPacket = secretOf(secret, packet.getKeyID())
    const [key, kdf] = [agreementKey(secretPacket), derivation(secretPacket)]
    if (key === undefined || kdf === undefined) return []
    return [{ id: Buffer.from(packet.getKeyID().toHex(), "hex"), key, ...kdf }]
  })
)

/** Version 3, to a key named in it (RFC 9580 §5.1.2, §5.1.6). */
const sessionKey = (body: Uint8Array, secret: SecretKey): SessionKey | undefined => {
  const { ecdh } = openpgp.enums.publicKey
  if (body[0] !== 3 || body[BEFORE_POINT - 1] !== ecdh) return undefined
  const pointStart = BEFORE_POINT + POINT.length
  const pointEnd = pointStart + 32
  const isWhole = body.length === pointEnd + 1 + (body[pointEnd] ?? 0)
  if (!isWhole || !sameOctets(body.subarray(BEFORE_POINT, pointStart), POINT)) return undefined
  const id = body.subarray(1, 1 + KEY_ID)
  const own = ownKeys(secret).find((one) => sameOctets(one.id, id))
  if (own === undefined) return undefined
  const publicKey = publicKeyOf("X25519", body.subarray(pointStart, pointEnd))
  const agreed = diffieHellman({ privateKey: own.key, publicKey })
  return wiping(
    [agreed, own.derive(agreed)],
    ([, wrapping]) => decoded(unwrapped(own.cipher, wrapping, body.subarray(pointEnd + 1)))
  )
}

/** The modification detection code: its header and a SHA-1 (RFC 9580 §5.13.1). */
const SHA1_OCTETS = 20
const MDC = 2 + SHA1_OCTETS
const PREFIX = BLOCK + 2

/** What is in a packet of version 1, in its place where `isOurs`; undefined where it was changed on its way. */
const openedSeipd = async (
  body: Uint8Array,
  { algorithm, key }: SessionKey,
  isOurs: boolean
): Promise<Uint8Array | undefined> => {
  const cipher = cipherOf(algorithm)
  if (cipher === undefined || body[0] !== 1 || body.length < 1 + PREFIX + MDC) return undefined
  const sealed = body.subarray(1)
  const clear = isOurs ? sealed : new Uint8Array(sealed.length)
  const [decrypt, sum] = [decrypter(cipher, key), createHash("sha1")]
  const end = clear.length - SHA1_OCTETS
  await inTurns(sealed, (piece, at) => {
    decrypt(piece, clear.subarray(at))
    sum.update(clear.subarray(at, Math.min(at + piece.length, end)))
  })
  const mdc = clear.subarray(-MDC)
  return mdc[0] === 0xd3 && mdc[1] === 0x14 && sameOctets(clear.subarray(end), sum.digest())
    ? clear.subarray(PREFIX, -MDC)
    : undefined
}

/** Of binary data (RFC 9580 §5.9): the format, a name, a date. */
const literalData = (body: Uint8Array): Uint8Array | undefined => {
  const [format, nameLength = 0] = body
  const start = 2 + nameLength + 4
  return format === openpgp.enums.literal.binary && body.length >= start ? body.subarray(start) : undefined
}

/** Version 3: of a signature that follows (RFC 9580 §5.4). */
const isOnePass = ({ body, tag }: Framed): boolean =>
  tag === TAG.onePassSignature && body.length === 13 && body[0] === 3

/** Of megabytes the library makes lists of numbers, for seconds. Those of programs have a few hundred octets. */
const MAX_SIGNATURE_BYTES = 16 * 1024

/** Of a message: the library leaves others out, or fails. */
const signatureOf = async (body: Uint8Array): Promise<Signature | undefined> => {
  if (body.length > MAX_SIGNATURE_BYTES) return undefined
  const signature = new openpgp.SignaturePacket()
  await signature.read(body)
  const { binary, text } = openpgp.enums.signature
  const isOfMessage = signature.signatureType === binary || signature.signatureType === text
  return signature.version === 4 && isOfMessage ? signature : undefined
}

/** A literal, alone or signed once, compressed or not. */
const contentOf = async (
  packets: ReadonlyArray<Framed>,
  limit: number,
  isCompressed = false
): Promise<Content | undefined> => {
  const [first, second, third] = packets
  if (packets.length === 1 && first?.tag === TAG.compressedData && !isCompressed) {
    const clear = inflated(first.body[0] ?? 0, first.body.subarray(1), limit)
    const inside = clear && framed(clear)
    return inside && contentOf(inside, limit, true)
  }
  if (packets.length === 1) {
    const data = first?.tag === TAG.literalData ? literalData(first.body) : undefined
    return data && { data, signatures: [] }
  }
  const isSigned = packets.length === 3 && first !== undefined && isOnePass(first) &&
    second?.tag === TAG.literalData && third?.tag === TAG.signature
  const data = isSigned ? literalData(second.body) : undefined
  const signature = isSigned ? await signatureOf(third.body) : undefined
  return data && signature && { data, signatures: [signature] }
}

/** A session key of version 3, to whomever, that the library can read, too: else it refuses all of the message. */
const isSessionKey = ({ body, tag }: Framed): boolean => {
  if (tag !== TAG.publicKeyEncryptedSessionKey || body[0] !== 3) return false
  new openpgp.PublicKeyEncryptedSessionKeyPacket().read(body)
  return true
}

interface Opening {
  readonly secretKeys: ReadonlyArray<SecretKey>
  /** Octets of what is compressed. */
  readonly limit?: number
  /** May the message be overwritten? It is, even where nothing comes of it. */
  readonly isOurs?: boolean
}

const attempt = async (
  message: Uint8Array,
  { isOurs = false, limit = MAX_MESSAGE_BYTES, secretKeys }: Opening
): Promise<Content | undefined> => {
  const packets = framed(message)
  const data = packets?.at(-1)
  const before = packets?.slice(0, -1)
  if (data?.tag !== TAG.symEncryptedIntegrityProtectedData || before?.every(isSessionKey) !== true) return undefined
  for (const { body } of before) {
    for (const secret of secretKeys) {
      const found = sessionKey(body, secret)
      if (found === undefined) continue
      const clear = await openedSeipd(data.body, found, isOurs)
      found.key.fill(0)
      const inside = clear && framed(clear)
      return inside && await contentOf(inside, limit)
    }
  }
  return undefined
}

/** Binary packets; undefined: it is for the library to say what this is. */
export const openNatively = (message: Uint8Array, opening: Opening): Promise<Content | undefined> =>
  attempt(message, opening).catch(() => undefined)
