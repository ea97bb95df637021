/** OpenPGP (RFC 9580) as the programs need it. Keys and messages are binary packets inside; armor is for edges. */
import { Context, type Effect, type Redacted, Schema } from "effect"

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

export interface CertificateFacts {
  /** Upper-case hex. */
  readonly fingerprint: string
  readonly keyIds: ReadonlyArray<string>
  readonly userIds: ReadonlyArray<string>
  /** Milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revoked: boolean
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
  generate(
    userId: { readonly name: string; readonly email: string },
    options: { readonly expiresInSeconds: number | undefined }
  ): Effect.Effect<{ readonly certificate: CertificateBytes; readonly secretKey: SecretKeyBytes }, OpenPgpError>
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
  armor(kind: "message" | "signature" | "public key", data: Uint8Array): Effect.Effect<string, OpenPgpError>
  /** Armored or binary in, binary out. */
  dearmor(data: Uint8Array): Effect.Effect<Uint8Array, OpenPgpError>
}>()("leap-mail/ports/OpenPgp") {}
