/** Where other people's certificates are looked up, and one's own is published. */
import { Context, type Effect, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import { because } from "./Because.ts"

export class KeyDirectoryError extends Schema.TaggedError<KeyDirectoryError>()("KeyDirectoryError", {
  operation: Schema.Literals(["lookup", "publish"]),
  transient: Schema.Boolean,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The provider's key directory could not be used (${this.operation})${because(this.cause)}`
  }
}

export class KeyDirectory extends Context.Service<KeyDirectory, {
  /** The binary certificate, or undefined where the directory knows none. */
  lookup(address: Address): Effect.Effect<Uint8Array | undefined, KeyDirectoryError>
  /** For the logged-in account only. */
  publish(certificate: Uint8Array): Effect.Effect<void, KeyDirectoryError>
}>()("leap-mail/ports/KeyDirectory") {}
