/** The password of the demo accounts: the one that was set, or one that is made once and kept in the home. */
import { Effect, FileSystem, Option, Path, Redacted } from "effect"
import { Base64Url } from "effect/encoding"
import { Crypto } from "../ports/Crypto.ts"
import * as Home from "./Home.ts"
import type { Settings } from "./Settings.ts"

export interface Passwords {
  /** Opens the account: at the provider, and its key slot here. */
  readonly account: Redacted.Redacted<string>
  /** What mail clients log in with. */
  readonly app: Redacted.Redacted<string>
  /** Made by us, with 128 bits of its own: guessing it needs no slowing down. */
  readonly isRandom: boolean
}

export const fileIn = (home: string) => Effect.map(Path.Path, (path) => path.join(home, "password"))

/**
 * A home that made its own password keeps it, whatever is set later: the setting then changes what mail clients use.
 * A home that was started with a password set keeps none: whoever takes its files can open nothing.
 */
export const load = Effect.fn("Password.load")(function*({ home, password }: Pick<Settings, "home" | "password">) {
  const path = yield* Path.Path
  const crypto = yield* Crypto
  const file = yield* fileIn(home)
  const kept = yield* Home.read(file)
  if (kept === undefined && Option.isSome(password)) {
    return { account: password.value, app: password.value, isRandom: false }
  }
  const fs = yield* FileSystem.FileSystem
  if (kept === undefined && (yield* fs.exists(path.join(home, "client")))) {
    return yield* new Home.HomeError({
      reason: `The accounts in ${home} were made with LEAP_MAIL_PASSWORD set: set it to the same password again.`
    })
  }
  const own = kept?.trim() ?? Base64Url.encode(yield* crypto.randomBytes(16))
  if (kept === undefined) yield* Home.write(file, `${own}\n`)
  const account = Redacted.make(own)
  return Option.match(password, {
    onNone: () => ({ account, app: account, isRandom: true }),
    onSome: (app) => ({ account, app, isRandom: false })
  })
})
