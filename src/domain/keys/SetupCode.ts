/** The code that protects an Autocrypt Setup Message (Autocrypt Level 1 §4.3): nine blocks of four digits. */
import { Effect, Redacted } from "effect"
import { Crypto } from "../../ports/Crypto.ts"

const BLOCKS = 9
const DIGITS = 4
const BASE = 10 ** DIGITS
/** Numbers from here on would make some blocks likelier than others. */
const UNBIASED = Math.floor(0x10000 / BASE) * BASE

const block = Effect.gen(function*() {
  const crypto = yield* Crypto
  for (;;) {
    const [high = 0, low = 0] = yield* crypto.randomBytes(2)
    const number = high << 8 | low
    if (number < UNBIASED) return String(number % BASE).padStart(DIGITS, "0")
  }
})

export const makeSetupCode = Effect.map(
  Effect.all(Array.from({ length: BLOCKS }, () => block)),
  (blocks) => Redacted.make(blocks.join("-"))
)

/** As a person typed it: blanks, or nothing, between the blocks. What is no code stays, and opens nothing. */
export const readSetupCode = (typed: Redacted.Redacted<string>): Redacted.Redacted<string> => {
  const digits = Redacted.value(typed).replaceAll(/\D/g, "")
  return digits.length === BLOCKS * DIGITS
    ? Redacted.make((digits.match(/.{4}/g) ?? []).join("-"))
    : typed
}
