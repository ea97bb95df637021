/** This device's session at the provider, kept in the account's folder under the database key. */
import { Duration, Effect, FileSystem, Option, Path, Redacted, Schema } from "effect"
import { Base64Url } from "effect/encoding"
import { type Address, canonical } from "../domain/account/Address.ts"
import type { DatabaseKey } from "../domain/vault/RootSecret.ts"
import { unwrap, wrap, type WrapContext } from "../domain/vault/Wrap.ts"
import * as Home from "./Home.ts"

const Kept = Schema.fromJsonString(Schema.Struct({
  version: Schema.Literal(1),
  token: Schema.String,
  /** Milliseconds. */
  since: Schema.Int,
  appPassword: Schema.String
}))
const decode = Schema.decodeUnknownOption(Kept)
const encode = Schema.encodeEffect(Kept)

export interface DeviceSession {
  readonly token: Redacted.Redacted<string>
  /** Milliseconds. */
  readonly since: number
  /** What mail clients log in with here: whoever opens the account may see it. */
  readonly appPassword: Redacted.Redacted<string>
}

/** A session is made anew before the provider ends it for its age. */
const RENEW = Duration.toMillis(Duration.days(30))

/** `now` in milliseconds. */
export const isFresh = ({ since }: DeviceSession, now: number): boolean => now - since < RENEW

const fileIn = (folder: string) => Effect.map(Path.Path, (path) => path.join(folder, "session"))

const contextOf = (address: Address): WrapContext => ({ purpose: "device session", address: canonical(address) })

export const write = Effect.fn("DeviceSession.write")(function*(
  folder: string,
  address: Address,
  key: DatabaseKey,
  session: DeviceSession
) {
  const text = yield* Effect.orDie(encode({
    version: 1,
    token: Redacted.value(session.token),
    since: session.since,
    appPassword: Redacted.value(session.appPassword)
  }))
  const wrapped = yield* wrap(key, contextOf(address), new TextEncoder().encode(text))
  yield* Home.write(yield* fileIn(folder), `${Base64Url.encode(wrapped)}\n`)
})

/** undefined: the device is not logged in, or the file is another database's. */
export const read = Effect.fn("DeviceSession.read")(function*(folder: string, address: Address, key: DatabaseKey) {
  const text = yield* Home.read(yield* fileIn(folder))
  if (text === undefined) return undefined
  const wrapped = Option.getOrUndefined(Option.getSuccess(Base64Url.decode(text.trim())))
  if (wrapped === undefined) return undefined
  const plain = Option.getOrUndefined(yield* unwrap(key, contextOf(address), wrapped))
  const kept = plain && Option.getOrUndefined(decode(new TextDecoder().decode(plain)))
  if (kept === undefined) return undefined
  const session: DeviceSession = {
    token: Redacted.make(kept.token, { label: "session" }),
    since: kept.since,
    appPassword: Redacted.make(kept.appPassword, { label: "app password" })
  }
  return session
})

export const remove = Effect.fn("DeviceSession.remove")(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(yield* fileIn(folder), { force: true }).pipe(
    Effect.mapError((error) => new Home.HomeError({ reason: `The session cannot be removed: ${error.message}` }))
  )
})
