/** A Message-ID (RFC 5322 §3.6.4) that tells nothing but the sender's domain. */
import { Effect } from "effect"
import { Crypto } from "../../ports/Crypto.ts"

const RANDOM_BYTES = 16

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

export const randomId = Effect.gen(function*() {
  const crypto = yield* Crypto
  return hex(yield* crypto.randomBytes(RANDOM_BYTES))
})

/** With angle brackets. */
export const makeMessageId = (domain: string) => Effect.map(randomId, (id) => `<${id}@${domain}>`)
