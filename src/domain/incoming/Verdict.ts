/** What is known of a delivered message's encryption and signature, as data and as the headers that say so. */
import { levelName, type ValidationLevel } from "../keys/ValidationLevel.ts"

export type EncryptionVerdict =
  | { readonly _tag: "Decrypted" }
  /** Some parts came encrypted, others in clear. */
  | { readonly _tag: "PartlyDecrypted" }
  | { readonly _tag: "None" }
  | { readonly _tag: "Failed"; readonly reason: string }

export type SignatureVerdict =
  | { readonly _tag: "Valid"; readonly fingerprint: string; readonly level: ValidationLevel }
  | { readonly _tag: "Invalid"; readonly reason: string }
  | { readonly _tag: "UnknownKey"; readonly keyId: string }
  /** Valid, but not made by the key of the From address. */
  | { readonly _tag: "Mismatch"; readonly fingerprint: string }
  | { readonly _tag: "None" }

export interface Verdict {
  readonly encryption: EncryptionVerdict
  readonly signature: SignatureVerdict
}

export const ENCRYPTION_HEADER = "X-Leap-Encryption"
export const SIGNATURE_HEADER = "X-Leap-Signature"
export const PROVENANCE_HEADER = "X-Leap-Provenance"

const MAX_REASON = 200

/** A reason may quote what a stranger wrote: printable ASCII, no quotes. */
export const quoted = (text: string): string => `"${text.slice(0, MAX_REASON).replaceAll(/[^ !#-[\]-~]/g, " ").trim()}"`

export const encryptionHeader = (verdict: EncryptionVerdict): string => {
  switch (verdict._tag) {
    case "Decrypted":
      return "decrypted"
    case "PartlyDecrypted":
      return "partly-decrypted"
    case "None":
      return "none"
    case "Failed":
      return `failed; reason=${quoted(verdict.reason)}`
  }
}

export const signatureHeader = (verdict: SignatureVerdict): string => {
  switch (verdict._tag) {
    case "Valid":
      return `valid; pubkey="${verdict.fingerprint}"; level="${levelName(verdict.level)}"`
    case "Invalid":
      return `invalid; reason=${quoted(verdict.reason)}`
    case "UnknownKey":
      return `unknown-key; keyid="${verdict.keyId}"`
    case "Mismatch":
      return `mismatch; pubkey="${verdict.fingerprint}"`
    case "None":
      return "none"
  }
}
