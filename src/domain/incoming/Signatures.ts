/** Signatures as they are checked: with the sender's certificate first, then with whichever may have made them. */
import { Effect } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp, type SignatureCheck } from "../../ports/OpenPgp.ts"
import { toCrlf } from "../message/Compose.ts"
import type { Part } from "../message/MessageStructure.ts"
import { decodedBody } from "../message/Section.ts"
import { signedLayer } from "./Layers.ts"
import type { Sender } from "./Sender.ts"
import type { SignatureFact } from "./Verdict.ts"

type Certificates = ReadonlyArray<Uint8Array>
type Checks = ReadonlyArray<SignatureCheck>

export const certificatesOf = (sender: Sender | undefined): Certificates =>
  sender === undefined ? [] : [sender.certificate]

export const isUnknown = ({ status }: SignatureCheck): boolean => status === "unknown"

export const factOf = ({ createdAt, fingerprint, keyId, reason, status }: SignatureCheck): SignatureFact => ({
  keyId,
  status,
  fingerprint: fingerprint ?? null,
  reason: reason ?? null,
  createdAt
})

/** Of correspondents, those that have one of the keys. Signatures are often made by a subkey. */
const holders = Effect.fnUntraced(function*(checks: Checks) {
  const pgp = yield* OpenPgp
  const store = yield* KeyStore
  const bindings = yield* store.bindings
  const wanted = new Set(checks.map(({ keyId }) => keyId))
  return yield* Effect.filter(bindings, ({ certificate }) =>
    pgp.inspect(certificate).pipe(
      Effect.map(({ keyIds }) => keyIds.some((keyId) => wanted.has(keyId))),
      Effect.orElseSucceed(() => false)
    ))
})

/** Those that no certificate fitted are checked again with all that may have made them, what was just learned included. */
export const settled = Effect.fnUntraced(function*<E, R>(
  checks: Checks,
  checkAgain: (verifyWith: Certificates) => Effect.Effect<Checks, E, R>
) {
  const unknown = checks.filter(isUnknown)
  if (unknown.length === 0) return checks
  const others = yield* holders(unknown)
  if (others.length === 0) return checks
  const again = yield* checkAgain(others.map(({ certificate }) => certificate))
  // The same signatures in the same order: a better answer takes the place of "unknown".
  return checks.map((check, index) => isUnknown(check) ? again[index] ?? check : check)
})

/** By whom a signature is read, and where it stood. */
export interface Reading {
  readonly own: OwnKeys
  /** As bound when it was read; a message may bring a better answer. */
  readonly sender: Sender | undefined
  /** In something that was encrypted to the person. */
  readonly isEncrypted: boolean
}

const fingerprintsOf = Effect.fnUntraced(function*({ certificate, secretKeys }: OwnKeys) {
  const pgp = yield* OpenPgp
  const older = yield* Effect.forEach(secretKeys, pgp.certificateOf)
  const facts = yield* Effect.forEach([certificate, ...older], (one) => pgp.inspect(one))
  return facts.map(({ fingerprint }) => fingerprint)
})

/**
 * One that says whom it was made for counts for them only, in what was encrypted (RFC 9580 §5.2.3.36): else whoever got
 * it could pass it on as if it had been written to the person who reads it now (§13.12).
 */
export const meantForUs = Effect.fnUntraced(function*({ isEncrypted, own }: Reading, checks: Checks) {
  if (checks.every(({ intendedFor, status }) => status !== "valid" || intendedFor.length === 0)) return checks
  const ours = yield* fingerprintsOf(own)
  return checks.map((check): SignatureCheck => {
    const { intendedFor, status } = check
    if (status !== "valid" || intendedFor.length === 0) return check
    if (!intendedFor.some((fingerprint) => ours.includes(fingerprint))) {
      return { ...check, status: "invalid", reason: "it was made for somebody else, who may have passed it on" }
    }
    return isEncrypted
      ? check
      : { ...check, status: "invalid", reason: "it was made for an encrypted message, and this one is not" }
  })
})

export interface SignedCheck {
  readonly checks: Checks
  /** Why there is nothing to check; undefined where there is. */
  readonly fault: string | undefined
}

const faulty = (fault: string): SignedCheck => ({ checks: [], fault })

/** Of data and a detached signature. */
export const checkDetached = Effect.fnUntraced(
  function*(data: Uint8Array, signature: Uint8Array, reading: Reading) {
    const pgp = yield* OpenPgp
    const verify = (verifyWith: Certificates) => pgp.verify({ data, signature, verifyWith })
    const first = yield* verify(certificatesOf(reading.sender))
    const checks = yield* meantForUs(reading, yield* settled(first, verify))
    const answer: SignedCheck = { checks, fault: checks.length === 0 ? "there is no signature in it" : undefined }
    return answer
  },
  Effect.catchTag("OpenPgpError", ({ reason }) => Effect.succeed(faulty(reason)))
)

/** Of a multipart/signed (RFC 3156 §5): over the octets of its first part, with CRLF line ends. */
export const checkSigned = Effect.fnUntraced(function*(bytes: Uint8Array, part: Part, reading: Reading) {
  const layer = signedLayer(bytes, part)
  const signature = layer === undefined ? undefined : decodedBody(layer.signature, bytes)
  if (layer === undefined || signature === undefined) {
    return faulty("the signed message is not made as RFC 3156 has it")
  }
  const data = toCrlf(bytes.subarray(layer.signed.headerStart, layer.signed.bodyEnd))
  return yield* checkDetached(data, signature, reading)
})
