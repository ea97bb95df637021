/** Octets from outside: armored or binary, and never more than there is room for. */
import * as openpgp from "openpgp"
import { MAX_MESSAGE_BYTES, policy } from "./Policy.ts"

export const bounded = (bytes: Uint8Array, limit: number, what: string): Uint8Array => {
  if (bytes.length > limit) throw new RangeError(`the ${what} is larger than ${limit} bytes`)
  return bytes
}

/** Every packet starts with the high bit set (RFC 9580 §4.2); armor is ASCII. */
export const isBinary = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >= 0x80

export const binary = async (bytes: Uint8Array): Promise<Uint8Array> => {
  if (isBinary(bytes)) return bytes
  const text = new TextDecoder().decode(bounded(bytes, MAX_MESSAGE_BYTES, "armor"))
  const { data } = await openpgp.unarmor(text, policy)
  if (!(data instanceof Uint8Array)) throw new TypeError("the armor could not be read")
  return data
}
