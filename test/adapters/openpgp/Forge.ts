/** Messages as nobody's program writes them, packet by packet (RFC 9580). */
import { createHash, diffieHellman, generateKeyPairSync, randomBytes, sign } from "node:crypto"
import * as openpgp from "openpgp"
import { cipherOf, encrypter, wrapped } from "../../../src/adapters/openpgp/NativeCiphers.ts"
import { correspondentKey, derivation, publicKeyOf, signingKey } from "../../../src/adapters/openpgp/NativeKeys.ts"
import type { AnyKey } from "../../../src/adapters/openpgp/Packets.ts"

const { hash: HASH, packet: TAG, symmetric: SYMMETRIC } = openpgp.enums

type Octets = Uint8Array | ReadonlyArray<number>

export const joined = (...parts: ReadonlyArray<Octets>): Buffer =>
  Buffer.concat(parts.map((part) => part instanceof Uint8Array ? part : Uint8Array.from(part)))

const uint = (number: number, octets: number): ReadonlyArray<number> =>
  Array.from({ length: octets }, (_, index) => Math.floor(number / 256 ** (octets - 1 - index)) & 0xff)

/** With a length of five octets. */
export const packet = (tag: number, ...body: ReadonlyArray<Octets>): Buffer => {
  const all = joined(...body)
  return joined([0xc0 | tag, 255], uint(all.length, 4), all)
}

export const literal = (data: Octets, { format = 0x62, name = [] }: { format?: number; name?: Octets } = {}): Buffer =>
  packet(TAG.literalData, [format, name.length], name, uint(0, 4), data)

/** With a length of one octet, or of five. */
export const subpacket = (type: number, body: Octets, isCritical = false): Buffer => {
  const length = body.length + 1
  return joined(length < 192 ? [length] : [255, ...uint(length, 4)], [(isCritical ? 0x80 : 0) | type], body)
}

export const createdAt = (at: number): Buffer => subpacket(2, uint(Math.floor(at / 1000), 4), true)

/** Seconds; 0: never. */
export const expiringAfter = (seconds: number): Buffer => subpacket(3, uint(seconds, 4), true)

/** So many ciphers, of no kind. */
export const preferring = (count: number): Buffer => subpacket(11, new Uint8Array(count))

export const issuerOf = (key: AnyKey): Buffer => subpacket(33, [4, ...key.getFingerprintBytes() ?? []])

export const idOf = (key: AnyKey): Buffer => Buffer.from(key.getKeyID().toHex(), "hex")

const DIGESTS = new Map<number, string>([
  [HASH.md5, "md5"],
  [HASH.sha1, "sha1"],
  [HASH.ripemd, "ripemd160"],
  [HASH.sha224, "sha224"],
  [HASH.sha256, "sha256"],
  [HASH.sha384, "sha384"],
  [HASH.sha512, "sha512"]
])

const mpi = (octets: Uint8Array): Buffer => {
  const start = octets.findIndex((octet) => octet !== 0)
  const rest = start < 0 ? new Uint8Array(0) : octets.subarray(start)
  const bits = rest.length === 0 ? 0 : rest.length * 8 - Math.clz32(rest[0] ?? 0) + 24
  return joined(uint(bits, 2), rest)
}

export interface Signing {
  readonly type?: number
  readonly hash?: number
  readonly algorithm?: number
  readonly at: number
  /** Instead of a date and the issuer. */
  readonly hashed?: ReadonlyArray<Uint8Array>
  readonly unhashed?: ReadonlyArray<Uint8Array>
  readonly version?: number
  /** Of the 64 octets that are the signature. */
  readonly tamper?: (raw: Uint8Array) => Uint8Array
}

/** Version 4, of `data`. */
export const signature = (key: openpgp.AnySecretKeyPacket, data: Uint8Array, signing: Signing): Buffer => {
  const { algorithm = key.algorithm, at, hash = HASH.sha512, type = 0, unhashed = [], version = 4 } = signing
  const hashed = joined(...signing.hashed ?? [createdAt(at), issuerOf(key)])
  const said = joined([version, type, algorithm, hash], uint(hashed.length, 2), hashed)
  const digest = createHash(DIGESTS.get(hash) ?? "sha512").update(data).update(said)
    .update(joined([version, 0xff], uint(said.length, 4))).digest()
  const secret = signingKey(key)
  if (secret === undefined) throw new Error("no key of this kind")
  const raw = (signing.tamper ?? ((one) => one))(new Uint8Array(sign(null, digest, secret)))
  const numbers = algorithm === openpgp.enums.publicKey.ed25519
    ? raw
    : joined(mpi(raw.subarray(0, 32)), mpi(raw.subarray(32)))
  const loose = joined(...unhashed)
  return packet(TAG.signature, said, uint(loose.length, 2), loose, digest.subarray(0, 2), numbers)
}

export interface OnePass {
  readonly version?: number
  readonly type?: number
  readonly hash?: number
  readonly algorithm?: number
  readonly id?: Octets
  readonly flag?: number
}

export const onePass = (key: AnyKey, one: OnePass = {}): Buffer =>
  packet(
    TAG.onePassSignature,
    [one.version ?? 3, one.type ?? 0, one.hash ?? HASH.sha512, one.algorithm ?? key.algorithm],
    one.id ?? idOf(key),
    [one.flag ?? 1]
  )

interface Agreement {
  readonly cipher?: number
  readonly key?: Uint8Array
  /** Of the cipher, the key and its checksum. */
  readonly encoded?: (usual: Buffer) => Uint8Array
  readonly point?: Uint8Array
  readonly id?: Octets
}

const checked = (cipher: number, key: Uint8Array): Buffer => {
  const clear = joined([cipher], key, uint(key.reduce((sum, octet) => sum + octet, 0) & 0xffff, 2))
  const fill = 8 - clear.length % 8
  return joined(clear, Array.from({ length: fill }, () => fill))
}

/** PKESK version 3, to a key on Curve25519. */
export const sessionKey = (to: AnyKey, key: Uint8Array, agreement: Agreement = {}): Buffer => {
  const [theirs, kdf] = [correspondentKey(to), derivation(to)]
  if (theirs === undefined || kdf === undefined) throw new Error("no key of this kind")
  const ours = generateKeyPairSync("x25519")
  const point = ours.publicKey.export({ type: "spki", format: "der" }).subarray(-32)
  // With a point that agrees on nothing, everybody knows what is agreed.
  const agreed = agreement.point === undefined
    ? diffieHellman({ privateKey: ours.privateKey, publicKey: theirs })
    : new Uint8Array(32)
  const clear = checked(agreement.cipher ?? SYMMETRIC.aes256, key)
  const sealedKey = wrapped(kdf.cipher, kdf.derive(agreed), (agreement.encoded ?? ((usual) => usual))(clear))
  return packet(
    TAG.publicKeyEncryptedSessionKey,
    [3],
    agreement.id ?? idOf(to),
    [to.algorithm, 0x01, 0x07, 0x40],
    agreement.point ?? point,
    [sealedKey.length],
    sealedKey
  )
}

/** A point of small order. */
export const smallOrder = (first: number): Uint8Array => {
  const point = new Uint8Array(32)
  point[0] = first
  publicKeyOf("X25519", point)
  return point
}

interface Sealing {
  readonly version?: number
  readonly cipher?: number
  /** Of the clear text, its modification detection code in it. */
  readonly change?: (clear: Buffer) => Uint8Array
}

/** The body of SEIPD version 1. */
export const sealedBody = (
  clear: Uint8Array,
  key: Uint8Array,
  { change, cipher, version = 1 }: Sealing = {}
): Buffer => {
  const algorithm = cipherOf(cipher ?? SYMMETRIC.aes256)
  if (algorithm === undefined) throw new Error("no cipher of this kind")
  const random = randomBytes(16)
  const summed = joined(random, random.subarray(-2), clear, [0xd3, 0x14])
  const all = joined(summed, createHash("sha1").update(summed).digest())
  return joined([version], encrypter(algorithm, key).update((change ?? ((usual) => usual))(all)))
}

export const seipd = (...sealed: Parameters<typeof sealedBody>): Buffer =>
  packet(TAG.symEncryptedIntegrityProtectedData, sealedBody(...sealed))
