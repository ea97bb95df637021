/** What is known of a delivered message's encryption and signature, as data and as the headers that say so. */
import { Schema } from "effect"
import { levelName, ValidationLevel } from "../keys/ValidationLevel.ts"

export const EncryptionVerdict = Schema.TaggedUnion({
  Decrypted: {},
  /** Some parts came encrypted, others in clear. */
  PartlyDecrypted: {},
  None: {},
  Failed: { reason: Schema.String }
})
export type EncryptionVerdict = typeof EncryptionVerdict.Type

/** Upper-case hex. */
const Hex = Schema.String

export const SignatureVerdict = Schema.TaggedUnion({
  Valid: { fingerprint: Hex, level: ValidationLevel },
  Invalid: { reason: Schema.String },
  UnknownKey: { keyId: Hex },
  /** Valid, but not made by the key of the From address. */
  Mismatch: { fingerprint: Hex },
  None: {}
})
export type SignatureVerdict = typeof SignatureVerdict.Type

/** One of the signatures over the whole message, as OpenPGP has it: who made it is for `signature` to judge. */
export const SignatureFact = Schema.Struct({
  keyId: Hex,
  status: Schema.Literals(["valid", "invalid", "unknown"]),
  fingerprint: Schema.NullOr(Hex),
  reason: Schema.NullOr(Schema.String),
  /** Milliseconds, as the signature says. */
  createdAt: Schema.Finite
})
export type SignatureFact = typeof SignatureFact.Type

/** Of one part among others; a message that is protected as a whole has none. */
export const PartVerdict = Schema.Struct({
  /** As IMAP numbers the parts of the delivered message, `2.1`. */
  part: Schema.String,
  encryption: EncryptionVerdict,
  signature: SignatureVerdict
})
export type PartVerdict = typeof PartVerdict.Type

/** A header field that said one thing outside and another in the protected part; where it was missing, null. */
export const DifferingField = Schema.Struct({
  /** Lower case. */
  name: Schema.String,
  outer: Schema.NullOr(Schema.String),
  inner: Schema.NullOr(Schema.String)
})
export type DifferingField = typeof DifferingField.Type

export const Verdict = Schema.Struct({
  encryption: EncryptionVerdict,
  signature: SignatureVerdict,
  signatures: Schema.Array(SignatureFact),
  parts: Schema.Array(PartVerdict),
  /** Only what no honest sender or relay explains. */
  differing: Schema.Array(DifferingField)
})
export type Verdict = typeof Verdict.Type

export const NOT_ENCRYPTED: EncryptionVerdict = { _tag: "None" }
export const DECRYPTED: EncryptionVerdict = { _tag: "Decrypted" }
export const NOT_SIGNED: SignatureVerdict = { _tag: "None" }

/** Of a message that nobody protected. */
export const UNPROTECTED: Verdict = {
  encryption: NOT_ENCRYPTED,
  signature: NOT_SIGNED,
  signatures: [],
  parts: [],
  differing: []
}

export const ENCRYPTION_HEADER = "X-Leap-Encryption"
export const SIGNATURE_HEADER = "X-Leap-Signature"
export const PROVENANCE_HEADER = "X-Leap-Provenance"

const MAX_REASON = 200

/** A reason may quote what a stranger wrote: printable ASCII, no quotes. */
export const quoted = (text: string): string => `"${text.slice(0, MAX_REASON).replaceAll(/[^ !#-[\]-~]/g, " ").trim()}"`

export const encryptionHeader = EncryptionVerdict.match({
  Decrypted: () => "decrypted",
  PartlyDecrypted: () => "partly-decrypted",
  None: () => "none",
  Failed: ({ reason }) => `failed; reason=${quoted(reason)}`
})

export const signatureHeader = SignatureVerdict.match({
  Valid: ({ fingerprint, level }) => `valid; pubkey="${fingerprint}"; level="${levelName(level)}"`,
  Invalid: ({ reason }) => `invalid; reason=${quoted(reason)}`,
  UnknownKey: ({ keyId }) => `unknown-key; keyid="${keyId}"`,
  Mismatch: ({ fingerprint }) => `mismatch; pubkey="${fingerprint}"`,
  None: () => "none"
})
