/** Web Key Directory (draft-koch-openpgp-webkey-service): under which names a domain's certificates are found. */
import { Effect } from "effect"
import { Crypto } from "../../ports/Crypto.ts"

/** Z-Base-32 (RFC 6189 §5.1.6), 5 bits a letter, the last filled up with zero bits. */
const ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769"

export const zBase32 = (bytes: Uint8Array): string => {
  let text = ""
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((buffer >> bits) & 31)
    }
    buffer &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET.charAt((buffer << (5 - bits)) & 31)
}

/** §3.1: of the local part, ASCII letters in lower case. */
export const wkdHash = Effect.fnUntraced(function*(localPart: string) {
  const crypto = yield* Crypto
  const lower = localPart.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  return zBase32(yield* crypto.sha1(new TextEncoder().encode(lower)))
})
