/** The account's root secret, 32 random bytes from which everything sealed derives, and the local database key. */
import { Effect, Redacted } from "effect"
import { Crypto } from "../../ports/Crypto.ts"

export const SECRET_BYTES = 32

export type RootSecret = Redacted.Redacted<Uint8Array>
/** Its own random key, never derived: a device that is given up is forgotten without touching the account. */
export type DatabaseKey = Redacted.Redacted<Uint8Array>

export const makeRootSecret: Effect.Effect<RootSecret, never, Crypto> = Effect.gen(function*() {
  const crypto = yield* Crypto
  return Redacted.make(yield* crypto.randomBytes(SECRET_BYTES), { label: "root secret" })
})

export const makeDatabaseKey: Effect.Effect<DatabaseKey, never, Crypto> = Effect.gen(function*() {
  const crypto = yield* Crypto
  return Redacted.make(yield* crypto.randomBytes(SECRET_BYTES), { label: "database key" })
})
