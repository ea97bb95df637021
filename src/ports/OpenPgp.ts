/** OpenPGP (RFC 9580) as the programs need it. Keys and messages are binary packets inside; armor is for edges. */
import { Context, type Effect, type Redacted, Schema } from "effect"
import type { KeyAlgorithm } from "../domain/keys/KeyAlgorithm.ts"

export class OpenPgpError extends Schema.TaggedError<OpenPgpError>()("OpenPgpError", {
  operation: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `OpenPGP could not ${this.operation}: ${this.reason}`
  }
}

/** Binary transferable public key. */
export type CertificateBytes = Uint8Array
/** Binary transferable secret key, unprotected: it lives only inside the encrypted store. */
export type SecretKeyBytes = Redacted.Redacted<Uint8Array>

/** Binary key revocation signature packet: whoever has it can end the key. */
export type RevocationBytes = Redacted.Redacted<Uint8Array>

/** RFC 9580 §5.2.3.31. After `superseded` and `retired` the key's older signatures still count. */
export type RevocationReason = "unspecified" | "superseded" | "compromised" | "retired"

export interface KeyPair {
  readonly certificate: CertificateBytes
  readonly secretKey: SecretKeyBytes
}

export interface CertificateFacts {
  /** Upper-case hex. */
  readonly fingerprint: string
  readonly keyIds: ReadonlyArray<string>
  readonly userIds: ReadonlyArray<string>
  /** Milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revoked: boolean
  /** Revoked in a way that none of its signatures counts any more, whenever they were made (RFC 9580 §5.2.3.31). */
  readonly compromised: boolean
  readonly canEncrypt: boolean
  readonly canSign: boolean
}

export interface SignatureCheck {
  /** Upper-case hex key id of the issuer. */
  readonly keyId: string
  /** `unknown` = no certificate given for it. */
  readonly status: "valid" | "invalid" | "unknown"
  /** Of the certificate that verified it. */
  readonly fingerprint: string | undefined
  readonly reason: string | undefined
}

export class OpenPgp extends Context.Service<OpenPgp, {
  /** The revocation says no reason: it is for the day when the key itself is lost. */
  generate(
    userId: { readonly name: string; readonly email: string },
    options: {
      readonly expiresInSeconds: number | undefined
      /** `curve25519` unless said otherwise. */
      readonly algorithm?: KeyAlgorithm
    }
  ): Effect.Effect<KeyPair & { readonly revocation: RevocationBytes }, OpenPgpError>
  certificateOf(secretKey: SecretKeyBytes): Effect.Effect<CertificateBytes, OpenPgpError>
  /** The same key with another expiry (milliseconds); what others certified stays. */
  extend(secretKey: SecretKeyBytes, expiresAt: number): Effect.Effect<KeyPair, OpenPgpError>
  revocation(secretKey: SecretKeyBytes, reason: RevocationReason): Effect.Effect<RevocationBytes, OpenPgpError>
  /** Fails for the revocation of another key. */
  revoked(certificate: CertificateBytes, revocation: RevocationBytes): Effect.Effect<CertificateBytes, OpenPgpError>
  /** A certification of the user id with that address; fails where the certificate has none. */
  certify(
    certificate: CertificateBytes,
    email: string,
    by: SecretKeyBytes
  ): Effect.Effect<CertificateBytes, OpenPgpError>
  /** By a certification of that address which holds now, made while the certifying key was valid. */
  isCertified(certificate: CertificateBytes, email: string, by: CertificateBytes): Effect.Effect<boolean, OpenPgpError>
  /** Of one key: valid self-signatures, user ids, subkeys, revocations and certifications of both. */
  merged(known: CertificateBytes, shown: CertificateBytes): Effect.Effect<CertificateBytes, OpenPgpError>
  /** The secret key without its passphrase; one that has none comes back as it is. */
  unlocked(
    secretKey: SecretKeyBytes,
    passphrase: Redacted.Redacted<string>
  ): Effect.Effect<SecretKeyBytes, OpenPgpError>
  inspect(certificate: CertificateBytes): Effect.Effect<CertificateFacts, OpenPgpError>
  /** To all `recipients`, optionally signed; SEIPDv1. Expired, revoked or unfit certificates fail. Binary result. */
  encrypt(input: {
    readonly data: Uint8Array
    readonly recipients: ReadonlyArray<CertificateBytes>
    readonly signWith: SecretKeyBytes | undefined
    /** Hidden recipients: wildcard key ids (RFC 9580 §5.1). */
    readonly anonymous: boolean
  }): Effect.Effect<Uint8Array, OpenPgpError>
  /** Armored or binary input. Unsigned, or missing integrity protection: the latter fails. */
  decrypt(input: {
    readonly data: Uint8Array
    readonly secretKeys: ReadonlyArray<SecretKeyBytes>
    readonly verifyWith: ReadonlyArray<CertificateBytes>
  }): Effect.Effect<
    { readonly data: Uint8Array; readonly signatures: ReadonlyArray<SignatureCheck> },
    OpenPgpError
  >
  /** Detached, SHA-512, binary result. */
  sign(data: Uint8Array, secretKey: SecretKeyBytes): Effect.Effect<Uint8Array, OpenPgpError>
  /** `signature` armored or binary. */
  verify(input: {
    readonly data: Uint8Array
    readonly signature: Uint8Array
    readonly verifyWith: ReadonlyArray<CertificateBytes>
  }): Effect.Effect<ReadonlyArray<SignatureCheck>, OpenPgpError>
  /** Under a passphrase alone, as the Autocrypt Setup Message has it; unsigned, SEIPDv1, binary result. */
  encryptWithPassphrase(
    data: Uint8Array,
    passphrase: Redacted.Redacted<string>
  ): Effect.Effect<Uint8Array, OpenPgpError>
  /** Armored or binary input. */
  decryptWithPassphrase(
    data: Uint8Array,
    passphrase: Redacted.Redacted<string>
  ): Effect.Effect<Uint8Array, OpenPgpError>
  armor(
    kind: "message" | "signature" | "public key" | "secret key",
    data: Uint8Array
  ): Effect.Effect<string, OpenPgpError>
  /** Armored or binary in, binary out. */
  dearmor(data: Uint8Array): Effect.Effect<Uint8Array, OpenPgpError>
}>()("leap-mail/ports/OpenPgp") {}
