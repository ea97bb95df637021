/** The library's packets, with what its types leave out. */
import * as openpgp from "openpgp"
import "./SignatureSize.ts"

export type Signature = openpgp.SignaturePacket
export type PrimaryKey = openpgp.PublicKeyPacket | openpgp.SecretKeyPacket
export type Subkey = openpgp.PublicSubkeyPacket | openpgp.SecretSubkeyPacket
export type AnyKey = PrimaryKey | Subkey
export type User = openpgp.UserIDPacket | openpgp.UserAttributePacket

type KeyPacketList = ConstructorParameters<typeof openpgp.PublicKey>[0]

/** What a signature in a certificate is over, for the library: the primary key, with a user id or a subkey. */
export interface Signed {
  readonly key: PrimaryKey
  readonly userID?: openpgp.UserIDPacket | null
  readonly userAttribute?: openpgp.UserAttributePacket | null
  readonly bind?: Subkey
}

interface Internals {
  readonly directSignatures: ReadonlyArray<Signature>
}

export const directSignatures = (key: openpgp.Key): ReadonlyArray<Signature> =>
  (key as unknown as Internals).directSignatures

/** As given; the library's `write` wants one of its own lists. */
export const packetList = (packets: ReadonlyArray<openpgp.AnyPacket>): KeyPacketList => {
  const list: KeyPacketList = new openpgp.PacketList()
  list.push(...packets)
  return list
}

// Not by effect's DateTime: a thread would load all of it for this line.
// @effect-diagnostics-next-line globalDate:off
export const dateOf = (at: number): Date => new Date(at)

export const reasonOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

type Verify = (
  key: AnyKey,
  type: openpgp.enums.signature,
  data: object,
  date: Date | null,
  detached: boolean,
  config: openpgp.Config
) => Promise<void>

/** Octets of a prime and of what divides it, as FIPS 186-4 has them at the most. */
const MAX_DSA = { p: 384, q: 32 }

/** Of DSA the library computes in whole numbers of any size, for seconds; all else that it computes so is of one size. */
const isUnwieldy = (key: AnyKey): boolean => {
  const { p, q } = (key as unknown as { readonly publicParams: { readonly p?: Uint8Array; readonly q?: Uint8Array } })
    .publicParams
  return key.algorithm === openpgp.enums.publicKey.dsa &&
    ((p?.length ?? 0) > MAX_DSA.p || (q?.length ?? 0) > MAX_DSA.q)
}

/**
 * Why the signature is not one of `key` over `data`; undefined where it is. Of the mathematics, the digest and what is
 * marked critical: whether it held at a time is judged elsewhere.
 */
export const fault = (
  signature: Signature,
  key: AnyKey,
  type: openpgp.enums.signature,
  data: object,
  config: openpgp.Config,
  detached = false
): Promise<string | undefined> =>
  isUnwieldy(key)
    ? Promise.resolve("the key's numbers are larger than those of any program")
    : (signature.verify as Verify).call(signature, key, type, data, null, detached, config).then(
      () => undefined,
      reasonOf
    )

type Sign = (
  key: AnyKey,
  data: object,
  date: Date,
  detached: boolean,
  config: openpgp.Config
) => Promise<void>

/** Over `data` with SHA-512, whatever anybody prefers: `micalg` of RFC 3156 says so before the key is known. */
export const makeSignature = async (
  properties: Partial<Signature> & Pick<Signature, "signatureType">,
  key: openpgp.AnySecretKeyPacket,
  data: object,
  now: number,
  config: openpgp.Config,
  detached = false
): Promise<Signature> => {
  const signature = Object.assign(new openpgp.SignaturePacket(), properties, {
    publicKeyAlgorithm: key.algorithm,
    hashAlgorithm: openpgp.enums.hash.sha512
  })
  await (signature.sign as Sign).call(signature, key, data, dateOf(now), detached, config)
  return signature
}
