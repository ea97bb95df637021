/** Keys from passphrases. Its own port: not every platform that has the rest of the primitives has Argon2. */
import { Context, type Effect, type Redacted, Schema } from "effect"

export class PasswordHashError extends Schema.TaggedError<PasswordHashError>()("PasswordHashError", {
  reason: Schema.String
}) {
  override get message(): string {
    return `The passphrase could not be turned into a key: ${this.reason}`
  }
}

export interface Argon2Cost {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
}

/** What guessing a passphrase costs, here and at the provider: RFC 9106 §4, second recommended choice, unless said otherwise. */
export const PassphraseCost = Context.Reference<Argon2Cost>("leap-mail/ports/PassphraseCost", {
  defaultValue: () => ({ memoryKiB: 65_536, passes: 3, parallelism: 4 })
})

export class PasswordHash extends Context.Service<PasswordHash, {
  /** RFC 9106 Argon2id, version 0x13, 32 bytes; off the main thread. The password is taken in NFC, as UTF-8. */
  argon2id(
    password: Redacted.Redacted<string>,
    salt: Uint8Array,
    cost: Argon2Cost
  ): Effect.Effect<Uint8Array<ArrayBuffer>, PasswordHashError>
}>()("leap-mail/ports/PasswordHash") {}
