/**
 * What a device has seen, in 32 octets: the sum of a mark for each document. Two devices that were shown the same have the
 * same sum, in whatever order it came, and a document that changes costs one subtraction and one addition.
 *
 * Why a provider cannot make two different states sum up alike (Clarke et al., "Incremental Multiset Hash Functions and
 * Their Application to Memory Integrity Checking", ASIACRYPT 2003, section 5): a mark is HMAC-SHA-256 of the document's id,
 * generation and sealed bytes, under a key that is derived from the root secret and does nothing else. To whoever does not
 * have the key, the marks of different versions are independent and uniform numbers below 2^256. Take any two sets of
 * versions that differ. The difference of their sums contains the mark of at least one version that only one of them has,
 * and so is uniform, too: it is zero with a chance of 2^-256 for each pair of states that is tried, plus what it takes to
 * tell HMAC-SHA-256 from chance. A sum is of a set in which each document is once, and a mark that is added twice does not
 * vanish, as it would with XOR.
 *
 * That holds for who never sees marks or sums and has no key: marks stay on the device, in its encrypted database, and sums
 * travel in sealed documents; all that a provider learns is whether a device complains. Sums must not be shown to it: with
 * many known marks a set that sums up to a given value is found in about 2^32 steps (Wagner, CRYPTO 2002). A device of the
 * account could find one, but has no need: it may write what it likes anyway.
 */
import { Effect, Redacted } from "effect"
import { Crypto } from "../../ports/Crypto.ts"
import type { IdKeys } from "../vault/Derive.ts"

export const MARK_BYTES = 32

/** Of no document at all. */
export const nothing: Uint8Array = new Uint8Array(MARK_BYTES)

interface Version {
  readonly id: string
  readonly generation: number
  readonly sealed: Uint8Array
}

/** An id has no zero in it, and the generation has a fixed width: no two versions read alike. */
export const markOf = Effect.fnUntraced(function*(keys: IdKeys, { generation, id, sealed }: Version) {
  const crypto = yield* Crypto
  const name = new TextEncoder().encode(`${id}\0`)
  const bytes = new Uint8Array(name.length + 8 + sealed.length)
  bytes.set(name, 0)
  new DataView(bytes.buffer).setBigUint64(name.length, BigInt(generation))
  bytes.set(sealed, name.length + 8)
  return yield* crypto.hmacSha256(Redacted.value(keys.witness), bytes)
})

/** Modulo 2^256, little endian. `sign` -1 takes it away. */
const combine = (sum: Uint8Array, mark: Uint8Array, sign: 1 | -1): Uint8Array => {
  const out = new Uint8Array(MARK_BYTES)
  let carry = 0
  for (let at = 0; at < MARK_BYTES; at++) {
    const value = (sum[at] ?? 0) + sign * (mark[at] ?? 0) + carry
    out[at] = value & 0xff
    carry = value >> 8
  }
  return out
}

export const add = (sum: Uint8Array, mark: Uint8Array): Uint8Array => combine(sum, mark, 1)

export const subtract = (sum: Uint8Array, mark: Uint8Array): Uint8Array => combine(sum, mark, -1)
