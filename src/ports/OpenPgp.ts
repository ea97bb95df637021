/**
 * OpenPGP (RFC 9580) as the programs need it. Keys and messages are binary packets inside; armor is for edges. "Now" is
 * the Clock's time; times are milliseconds, in whole seconds, as OpenPGP keeps them.
 */
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
/** A binary key revocation signature (RFC 9580 §5.2.1.11): whoever has it can end the key. */
export type RevocationBytes = Redacted.Redacted<Uint8Array>

/** RFC 9580 §5.2.3.31. After `superseded` and `retired` the key's older signatures still count. */
export type RevocationReason = "unspecified" | "superseded" | "compromised" | "retired"

export interface KeyPair {
  readonly certificate: CertificateBytes
  readonly secretKey: SecretKeyBytes
}

export interface RevocationFacts {
  readonly reason: RevocationReason
  /** The words of whoever revoked it. */
  readonly text: string
  readonly at: number
}

export interface KeyFacts {
  /** Upper-case hex. */
  readonly fingerprint: string
  readonly keyId: string
  /** As IANA's registry has it, with the curve or the size: `RSA 4096`, `Ed25519`. */
  readonly algorithm: string
  /** Why nothing is encrypted to it and no signature of it believed. */
  readonly weakness: string | undefined
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revocation: RevocationFacts | undefined
  readonly canCertify: boolean
  readonly canSign: boolean
  readonly canEncrypt: boolean
}

/** Only what the primary key has signed itself; nothing that others added. */
export interface CertificateFacts {
  /** Upper-case hex: 40 digits of a v4 key, 64 of a v6 key. */
  readonly fingerprint: string
  readonly version: number
  /** Of all keys in it, the primary first. */
  readonly keyIds: ReadonlyArray<string>
  /** Those not revoked, the primary one first. */
  readonly userIds: ReadonlyArray<string>
  readonly createdAt: number
  /** Of the primary key. */
  readonly expiresAt: number | undefined
  readonly revoked: boolean
  /** Revoked in a way that none of its signatures counts any more, whenever they were made (RFC 9580 §5.2.3.31). */
  readonly compromised: boolean
  readonly revocation: RevocationFacts | undefined
  /** Has a key that is fit to encrypt to, or to sign with, at the time asked for. */
  readonly canEncrypt: boolean
  readonly canSign: boolean
  /** Why it is not encrypted to; undefined where it is. */
  readonly unfit: string | undefined
  /** Can read the newer packets (SEIPD version 2). */
  readonly readsSeipdV2: boolean
  /** The primary key first. What each may do is true of the time asked for. */
  readonly keys: readonly [KeyFacts, ...ReadonlyArray<KeyFacts>]
}

export interface SignatureCheck {
  /** Upper-case hex key id of the issuer. */
  readonly keyId: string
  /** Judged by what held when it was made. `unknown` = no certificate given for it. */
  readonly status: "valid" | "invalid" | "unknown"
  /** Of the certificate that verified it. */
  readonly fingerprint: string | undefined
  /** Where not valid. */
  readonly reason: string | undefined
  /** As the signature says. */
  readonly createdAt: number
  /**
   * Fingerprints, upper-case hex, of the recipients whom it says that it was made for (RFC 9580 §5.2.3.36); none where it
   * says nothing. Whether it counts for whoever reads it is theirs to judge.
   */
  readonly intendedFor: ReadonlyArray<string>
  /** What has become of the key since. */
  readonly keyNow: "good" | "expired" | "revoked" | undefined
}

export interface Opened {
  readonly data: Uint8Array
  /** All, in the order of the message. */
  readonly signatures: ReadonlyArray<SignatureCheck>
}

export type ArmorKind = "message" | "signature" | "public key" | "secret key"

type Done<A> = Effect.Effect<A, OpenPgpError>

export class OpenPgp extends Context.Service<OpenPgp, {
  /** The revocation says no reason: it is for the day when the key itself is lost. */
  generate(
    userId: { readonly name: string; readonly email: string },
    options: {
      readonly expiresInSeconds: number | undefined
      /** `curve25519` unless said otherwise. */
      readonly algorithm?: KeyAlgorithm
    }
  ): Done<KeyPair & { readonly revocation: RevocationBytes }>
  /** `at`: now where not given. */
  inspect(certificate: CertificateBytes, at?: number): Done<CertificateFacts>
  certificateOf(secretKey: SecretKeyBytes): Done<CertificateBytes>
  /** The same key with another expiry, undefined = never; what others certified stays, and so do older signatures. */
  extend(secretKey: SecretKeyBytes, expiresAt: number | undefined): Done<KeyPair>
  revocation(secretKey: SecretKeyBytes, reason: RevocationReason): Done<RevocationBytes>
  /** Fails for the revocation of another key. */
  revoked(certificate: CertificateBytes, revocation: RevocationBytes): Done<CertificateBytes>
  /** A certification of the user id with that address; fails where the certificate has none. */
  certify(certificate: CertificateBytes, email: string, by: SecretKeyBytes): Done<CertificateBytes>
  /** By a certification of that address which holds now, made while the certifying key was valid. */
  isCertified(certificate: CertificateBytes, email: string, by: CertificateBytes): Done<boolean>
  /**
   * Of one key: all that it signed itself (user ids, subkeys, expiry, revocations) in either, and the certifications of
   * both. `known` itself where `shown` brings nothing.
   */
  merged(known: CertificateBytes, shown: CertificateBytes): Done<CertificateBytes>
  /** The secret key without its passphrase; one that has none comes back as it is. */
  unlocked(secretKey: SecretKeyBytes, passphrase: Redacted.Redacted<string>): Done<SecretKeyBytes>

  /**
   * To all `recipients`, optionally signed (SHA-512). SEIPD version 2 where every recipient's certificate advertises it,
   * else version 1. Expired, revoked or unfit certificates fail. Binary result.
   */
  encrypt(input: {
    readonly data: Uint8Array
    readonly recipients: ReadonlyArray<CertificateBytes>
    readonly signWith: SecretKeyBytes | undefined
    /** Hidden recipients: wildcard key ids (RFC 9580 §5.1). */
    readonly anonymous: boolean
  }): Done<Uint8Array>
  /** Armored or binary input. Unsigned, or missing integrity protection: the latter fails. */
  decrypt(input: {
    readonly data: Uint8Array
    readonly secretKeys: ReadonlyArray<SecretKeyBytes>
    readonly verifyWith: ReadonlyArray<CertificateBytes>
  }): Done<Opened>
  /** Detached, SHA-512, binary result. */
  sign(data: Uint8Array, secretKey: SecretKeyBytes): Done<Uint8Array>
  /** `signature` armored or binary. */
  verify(input: {
    readonly data: Uint8Array
    readonly signature: Uint8Array
    readonly verifyWith: ReadonlyArray<CertificateBytes>
  }): Done<ReadonlyArray<SignatureCheck>>
  /** Under a passphrase alone, as the Autocrypt Setup Message has it; unsigned, SEIPDv1, binary result. */
  encryptWithPassphrase(data: Uint8Array, passphrase: Redacted.Redacted<string>): Done<Uint8Array>
  /** Armored or binary input. */
  decryptWithPassphrase(data: Uint8Array, passphrase: Redacted.Redacted<string>): Done<Uint8Array>
  /** Lines end with LF. */
  armor(kind: ArmorKind, data: Uint8Array): Done<string>
  /** As octets for mail: the same with CRLF. */
  armored(kind: ArmorKind, data: Uint8Array): Done<Uint8Array>
  /** Armored or binary in, binary out. */
  dearmor(data: Uint8Array): Done<Uint8Array>
}>()("leap-mail/ports/OpenPgp") {}
