/** Keys are read once: reading one verifies what it says of itself, which costs more than using it. */
import { hash } from "node:crypto"

/** As many keys as are held, read, at a time. */
const MAX_KEYS = 1024

export const once = <A>(read: (bytes: Uint8Array) => Promise<A>): (bytes: Uint8Array) => Promise<A> => {
  const byArray = new WeakMap<Uint8Array, Promise<A>>()
  // Callers often hold the same octets in another array, as they come from their stores.
  const byDigest = new Map<string, Promise<A>>()
  return (bytes) => {
    const same = byArray.get(bytes)
    if (same !== undefined) return same
    const digest = hash("sha256", bytes, "base64")
    // A copy: the array may be part of a whole message, which must not stay for its sake.
    const found = byDigest.get(digest) ?? read(bytes.slice())
    found.catch(() => byDigest.delete(digest))
    // Last used, last in the map.
    byDigest.delete(digest)
    byDigest.set(digest, found)
    const [oldest] = byDigest.keys()
    if (byDigest.size > MAX_KEYS && oldest !== undefined) byDigest.delete(oldest)
    byArray.set(bytes, found)
    return found
  }
}
