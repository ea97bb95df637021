/** What mail clients log in with. Each login would cost an Argon2id; one that was right is remembered, as an HMAC. */
import { Effect, Redacted } from "effect"
import { Crypto, KEY_BYTES } from "../../ports/Crypto.ts"
import { type KeySlots, open } from "../vault/KeySlots.ts"

/** The last right ones: a person has few, and slots that were revoked must not stay. */
const MAX_REMEMBERED = 16

export interface AppPasswords {
  /** Answers whether the password opens one of the account's slots for mail clients. */
  isRight(password: Redacted.Redacted<string>): ReturnType<typeof check>
}

const check = Effect.fnUntraced(function*(slots: KeySlots, password: Redacted.Redacted<string>) {
  return yield* open(slots, password, ["app-password"]).pipe(
    Effect.as(true),
    Effect.catchTag("SlotRefused", () => Effect.succeed(false))
  )
})

/** The key of the HMAC lives and dies with the process. */
export const make = Effect.fnUntraced(function*(slots: KeySlots) {
  const crypto = yield* Crypto
  const key = yield* crypto.randomBytes(KEY_BYTES)
  const remembered: Array<Uint8Array> = []
  const passwords: AppPasswords = {
    isRight: Effect.fnUntraced(function*(password) {
      const mark = yield* crypto.hmacSha256(key, new TextEncoder().encode(Redacted.value(password).normalize("NFC")))
      for (const known of remembered) if (yield* crypto.timingSafeEqual(known, mark)) return true
      if (!(yield* check(slots, password))) return false
      remembered.push(mark)
      if (remembered.length > MAX_REMEMBERED) remembered.shift()
      return true
    })
  }
  return passwords
})
