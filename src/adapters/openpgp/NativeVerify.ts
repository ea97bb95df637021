/**
 * Signatures of data on Ed25519, verified by the runtime's own cryptography. It only ever says that one is good: why
 * another is not, the library says.
 */
import { createHash, verify } from "node:crypto"
import * as openpgp from "openpgp"
import { digestName } from "./NativeCiphers.ts"
import { verifyingKey } from "./NativeKeys.ts"
import type { AnyKey, Signature } from "./Packets.ts"
import { inTurns, TURN } from "./Turns.ts"

/** Of the library's packets, what its types leave out. */
interface Internals {
  readonly signatureData: Uint8Array
  readonly signedHashValue: Uint8Array
  readonly params: { readonly r?: Uint8Array; readonly s?: Uint8Array; readonly RS?: Uint8Array }
  readonly unknownSubpackets: ReadonlyArray<{ readonly critical: boolean }>
  readonly rawNotations: ReadonlyArray<{ readonly critical: boolean }>
  readonly revocationKeyClass: number | null
}

const internals = (signature: Signature): Internals => signature as unknown as Internals

/** RFC 9580 §5.2.4: the data, what of the signature is signed, version, 0xff, and how many octets the latter were. */
export const signedDigest = async (digest: string, data: Uint8Array, signatureData: Uint8Array): Promise<Buffer> => {
  const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0])
  trailer.writeUInt32BE(signatureData.length, 2)
  const hash = createHash(digest)
  await inTurns(data, (piece) => void hash.update(piece))
  return hash.update(signatureData).update(trailer).digest()
}

const HALF = 32

/** As RFC 8032 has it; the older format leaves out leading zeros of each half. */
const rawSignature = ({ RS, r, s }: Internals["params"]): Uint8Array | undefined => {
  if (RS !== undefined) return RS
  if (r === undefined || s === undefined || r.length > HALF || s.length > HALF) return undefined
  const raw = new Uint8Array(2 * HALF)
  raw.set(r, HALF - r.length)
  raw.set(s, 2 * HALF - s.length)
  return raw
}

export const isGoodNatively = async (signature: Signature, key: AnyKey, data: Uint8Array): Promise<boolean> => {
  const { params, rawNotations, revocationKeyClass, signatureData, signedHashValue, unknownSubpackets } = internals(
    signature
  )
  const digest = digestName(signature.hashAlgorithm)
  const publicKey = verifyingKey(key)
  const isPlain = signature.version === 4 && signature.signatureType === openpgp.enums.signature.binary &&
    signature.publicKeyAlgorithm === key.algorithm && signature.issuerKeyID.equals(key.getKeyID()) &&
    revocationKeyClass === null && [...unknownSubpackets, ...rawNotations].every(({ critical }) => !critical)
  if (!isPlain || digest === undefined || publicKey === undefined) return false
  const hashed = await signedDigest(digest, data, signatureData)
  const raw = rawSignature(params)
  return raw !== undefined && hashed[0] === signedHashValue[0] && hashed[1] === signedHashValue[1] &&
    verify(null, hashed, publicKey, raw)
}

/** The library digests all at once, and copies it first: so much of that keeps nobody waiting. */
const MAX_AT_ONCE = 4 * TURN

/** As `isGoodNatively`; fails where the library is asked next, and would take long. */
export const isGoodReadily: typeof isGoodNatively = async (signature, key, data) => {
  const isGood = await isGoodNatively(signature, key, data)
  if (!isGood && data.length > MAX_AT_ONCE) throw new RangeError("the library takes long for so much")
  return isGood
}
