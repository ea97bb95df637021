/** The code that a device shows to let the next one in: 80 bits in letters that are read and typed without mistakes. */
import { Option, Redacted } from "effect"

export const ENTROPY_BYTES = 10
/** Seconds. */
export const LIFETIME = 600

/** Crockford's Base32: neither I, L, O nor U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const LENGTH = 16

const group = (text: string): string => text.replace(/(.{4})(?=.)/g, "$1-")

/** `9F3K-...`, four groups of four. */
export const fromEntropy = (entropy: Uint8Array): Redacted.Redacted<string> => {
  let bits = 0
  let value = 0
  let text = ""
  for (const byte of entropy.subarray(0, ENTROPY_BYTES)) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >> bits) & 31]
      value &= (1 << bits) - 1
    }
  }
  return Redacted.make(group(text), { label: "code" })
}

/** As a person types it: any case, with or without dashes, and with the letters that are taken for others. */
export const read = (typed: Redacted.Redacted<string>): Option.Option<Redacted.Redacted<string>> => {
  const text = Redacted.value(typed).toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(
    /[IL]/g,
    "1"
  )
  return text.length === LENGTH && Array.from(text).every((letter) => ALPHABET.includes(letter))
    ? Option.some(Redacted.make(group(text), { label: "code" }))
    : Option.none()
}
