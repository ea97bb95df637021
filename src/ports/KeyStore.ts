/** One account's keys on this device: its own secret keys, and what is known of its correspondents'. */
import { Context, type Effect, Schema } from "effect"
import type { Address } from "../domain/account/Address.ts"
import type { AuditEntry } from "../domain/keys/Audit.ts"
import type { AutocryptPeer } from "../domain/keys/AutocryptPeer.ts"
import type { Binding } from "../domain/keys/Binding.ts"
import type { Directory } from "../domain/keys/BindingSource.ts"
import type { Candidate } from "../domain/keys/Candidate.ts"
import type { Answer } from "../domain/keys/Lookup.ts"
import type { SendPolicy } from "../domain/outgoing/SendPolicy.ts"
import type { CertificateBytes, RevocationBytes, SecretKeyBytes } from "./OpenPgp.ts"

export class KeyStoreError extends Schema.TaggedError<KeyStoreError>()("KeyStoreError", {
  operation: Schema.Literals([
    "own",
    "putOwn",
    "binding",
    "bind",
    "bindings",
    "use",
    "noteUse",
    "candidates",
    "putCandidate",
    "dropCandidate",
    "auditLog",
    "putAuditLog",
    "answer",
    "putAnswer",
    "peer",
    "putPeer",
    "wish",
    "putWish"
  ]),
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
  /** Made with the keys, for the day when one must end. None of keys that came from elsewhere. */
  readonly revocations?: ReadonlyArray<RevocationBytes>
}

/** Whether a certificate was ever used with an address. */
export interface KeyUse {
  readonly encrypt: boolean
  /** A signature of it was good. */
  readonly verify: boolean
}

type Done<A> = Effect.Effect<A, KeyStoreError>

/**
 * Addresses are canonical in the store, whatever is given. The same stored certificate comes back as the same array while
 * it is unchanged, where an adapter can.
 */
export class KeyStore extends Context.Service<KeyStore, {
  /** undefined until keys were made. */
  readonly own: Done<OwnKeys | undefined>
  /** Replaces all own keys. */
  putOwn(own: OwnKeys): Done<void>

  binding(address: Address): Done<Binding | undefined>
  /** Replaces the binding of that address: whether it may is decided before (domain/keys/Binding). */
  bind(binding: Binding): Done<void>
  /** Sorted by address. */
  readonly bindings: Done<ReadonlyArray<Binding>>

  use(address: Address, fingerprint: string): Done<KeyUse>
  /** For good. */
  noteUse(address: Address, fingerprint: string, use: keyof KeyUse): Done<void>

  /** Certificates that were shown and not taken, by address and fingerprint; of all addresses where none is given. */
  candidates(address?: Address): Done<ReadonlyArray<Candidate>>
  /** Replaces the one of that address and fingerprint. */
  putCandidate(candidate: Candidate): Done<void>
  /** Idempotent. */
  dropCandidate(address: Address, fingerprint: string): Done<void>

  /** How the person wants mail to that address protected; of the account as a whole where none is given. */
  wish(address?: Address): Done<SendPolicy | undefined>
  /** undefined: no wish any more. */
  putWish(address: Address | undefined, wish: SendPolicy | undefined): Done<void>

  /** What directories answered, oldest first. Of this device only, as all that follows. */
  auditLog(address: Address): Done<ReadonlyArray<AuditEntry>>
  putAuditLog(address: Address, log: ReadonlyArray<AuditEntry>): Done<void>
  /** The last one. */
  answer(address: Address, directory: Directory): Done<Answer | undefined>
  putAnswer(answer: Answer): Done<void>
  peer(address: Address): Done<AutocryptPeer | undefined>
  putPeer(peer: AutocryptPeer): Done<void>
}>()("leap-mail/ports/KeyStore") {}
