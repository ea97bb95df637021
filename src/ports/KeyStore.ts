/** One account's keys on this device: its own secret keys, and what certificates its correspondents use. */
import { Context, type Effect, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { Binding } from "../domain/keys/Binding.ts"
import type { CertificateBytes, SecretKeyBytes } from "./OpenPgp.ts"

export class KeyStoreError extends Schema.TaggedError<KeyStoreError>()("KeyStoreError", {
  operation: Schema.Literals(["own", "putOwn", "binding", "bind", "bindings"]),
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `The keys of the account could not be used (${this.operation}): look at the disk and the logs`
  }
}

export interface OwnKeys {
  readonly address: Address
  readonly certificate: CertificateBytes
  /** Newest first; it signs. The older ones still decrypt. Never empty. */
  readonly secretKeys: readonly [SecretKeyBytes, ...ReadonlyArray<SecretKeyBytes>]
}

type Done<A> = Effect.Effect<A, KeyStoreError>

/** The same stored certificate comes back as the same array while it is unchanged, where an adapter can. */
export class KeyStore extends Context.Service<KeyStore, {
  /** undefined until keys were made. */
  readonly own: Done<OwnKeys | undefined>
  /** Replaces all own keys. */
  putOwn(own: OwnKeys): Done<void>
  /** By canonical address. */
  binding(address: Address): Done<Binding | undefined>
  /** Replaces the binding of that canonical address: whether it may is decided before (domain/keys/Binding). */
  bind(binding: Binding): Done<void>
  /** Sorted by address. */
  readonly bindings: Done<ReadonlyArray<Binding>>
}>()("leap-mail/ports/KeyStore") {}
