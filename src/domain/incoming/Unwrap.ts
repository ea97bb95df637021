/** A message as its sender protected it, end to end: decrypted, its signature judged. Only what covers the whole counts. */
import { Effect } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { OpenPgp, type SignatureCheck } from "../../ports/OpenPgp.ts"
import { toCrlf } from "../message/Compose.ts"
import { headerFields } from "../message/Header.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"
import { parse } from "../message/Parse.ts"
import { decodedBody } from "../message/Section.ts"
import { judge } from "./Judge.ts"
import { protectsHeader, restored, unwrapped } from "./Recover.ts"
import { type Sender, senderOf } from "./Sender.ts"
import type { SignatureVerdict, Verdict } from "./Verdict.ts"

interface Unwrapped {
  readonly bytes: Uint8Array
  readonly verdict: Verdict
}

const NO_SIGNATURE: SignatureVerdict = { _tag: "None" }

const claims = (part: Part, subtype: string, protocol: string): boolean =>
  part.type === "multipart" && part.subtype === subtype &&
  parameter(part.parameters, "protocol")?.toLowerCase() === protocol

/** RFC 3156 §4. */
const claimsEncrypted = (part: Part): boolean => claims(part, "encrypted", "application/pgp-encrypted")
/** RFC 3156 §5. */
const claimsSigned = (part: Part): boolean => claims(part, "signed", "application/pgp-signature")

/** Encrypted parts beside clear ones stay as they are: joined they could leak each other (EFAIL). */
const holdsEncrypted = (part: Part): boolean =>
  part.parts.some((child) => claimsEncrypted(child) || holdsEncrypted(child))

/** With a second Content-Type, a mail program may show another body than the one that is checked here. */
const isWellFormed = (bytes: Uint8Array, root: Part): boolean =>
  root.parts.length === 2 &&
  headerFields(bytes, root.headerStart, root.bodyStart).filter(({ name }) => name === "content-type").length === 1

/** Checks again with the certificates that may have made a signature which the sender's did not. */
const verdictOf = Effect.fnUntraced(function*<E, R>(
  sender: Sender | undefined,
  checks: ReadonlyArray<SignatureCheck>,
  checkAgain: (verifyWith: ReadonlyArray<Uint8Array>) => Effect.Effect<ReadonlyArray<SignatureCheck>, E, R>
) {
  const unknown = checks.filter(({ status }) => status === "unknown")
  if (unknown.length === 0) return judge(checks, sender)
  const store = yield* KeyStore
  const bindings = yield* store.bindings
  const others = bindings.filter(({ fingerprint }) => unknown.some(({ keyId }) => fingerprint.endsWith(keyId)))
  if (others.length === 0) return judge(checks, sender)
  const again = yield* checkAgain(others.map(({ certificate }) => certificate))
  return judge([...checks.filter(({ status }) => status !== "unknown"), ...again], sender)
})

const certificates = (sender: Sender | undefined): ReadonlyArray<Uint8Array> =>
  sender === undefined ? [] : [sender.certificate]

const invalid = (reason: string): SignatureVerdict => ({ _tag: "Invalid", reason })

const signatureOf = Effect.fnUntraced(function*(bytes: Uint8Array, root: Part, sender: Sender | undefined) {
  const [signed, seal] = root.parts
  const signature = seal === undefined ? undefined : decodedBody(seal, bytes)
  if (signed === undefined || signature === undefined || !isWellFormed(bytes, root)) {
    return invalid("the signed message is not made as RFC 3156 has it")
  }
  const pgp = yield* OpenPgp
  const data = toCrlf(bytes.subarray(signed.headerStart, signed.bodyEnd))
  const verify = (verifyWith: ReadonlyArray<Uint8Array>) => pgp.verify({ data, signature, verifyWith })
  return yield* verify(certificates(sender)).pipe(
    Effect.flatMap((checks) => verdictOf(sender, checks, verify)),
    Effect.catchTag("OpenPgpError", ({ reason }) => Effect.succeed(invalid(reason)))
  )
})

/** `isHidden`: the signature travelled encrypted, so that the header in it is at least nobody else's to read. */
const unwrapSigned = Effect.fnUntraced(
  function*(bytes: Uint8Array, root: Part, sender: Sender | undefined, isHidden: boolean) {
    const signature = yield* signatureOf(bytes, root, sender)
    const [signed] = root.parts
    const isRestored = signed !== undefined && protectsHeader(signed) && (isHidden || signature._tag === "Valid")
    return {
      signature,
      bytes: isRestored ? restored(bytes, bytes.subarray(signed.headerStart, signed.bodyEnd)) : bytes
    }
  }
)

const unopened = (bytes: Uint8Array, reason: string): Unwrapped => ({
  bytes,
  verdict: { encryption: { _tag: "Failed", reason }, signature: NO_SIGNATURE }
})

const unwrapEncrypted = Effect.fnUntraced(
  function*(own: OwnKeys, bytes: Uint8Array, root: Part, sender: Sender | undefined) {
    const [, content] = root.parts
    const data = content === undefined ? undefined : decodedBody(content, bytes)
    if (data === undefined || !isWellFormed(bytes, root)) {
      return unopened(bytes, "the encrypted message is not made as RFC 3156 has it")
    }
    const pgp = yield* OpenPgp
    const open = (verifyWith: ReadonlyArray<Uint8Array>) =>
      pgp.decrypt({ data, secretKeys: own.secretKeys, verifyWith })
    const opened = yield* open(certificates(sender))
    const encryption = { _tag: "Decrypted" } as const
    const inner = parse(opened.data).root
    const plain = unwrapped(bytes, opened.data, protectsHeader(inner))
    if (opened.signatures.length === 0 && claimsSigned(inner)) {
      const { bytes: shown, signature } = yield* unwrapSigned(plain, parse(plain).root, sender, true)
      return { bytes: shown, verdict: { encryption, signature } }
    }
    const signature = yield* verdictOf(
      sender,
      opened.signatures,
      (verifyWith) => Effect.map(open(verifyWith), ({ signatures }) => signatures)
    )
    return { bytes: plain, verdict: { encryption, signature } }
  },
  (effect, _own, bytes) =>
    Effect.catchTag(effect, "OpenPgpError", ({ reason }) => Effect.succeed(unopened(bytes, reason)))
)

/** The message as a person should see it, and what is known of it. Never fails for what the message holds. */
export const unwrap = Effect.fn("Unwrap.unwrap")(function*(own: OwnKeys, bytes: Uint8Array) {
  const structure = parse(bytes)
  const { root } = structure
  const isEncrypted = claimsEncrypted(root)
  const isSigned = claimsSigned(root)
  const sender = yield* senderOf(own, structure, bytes, isEncrypted || isSigned)
  if (isEncrypted) return yield* unwrapEncrypted(own, bytes, root, sender)
  const { bytes: shown, signature } = isSigned
    ? yield* unwrapSigned(bytes, root, sender, false)
    : { bytes, signature: NO_SIGNATURE }
  const encryption: Verdict["encryption"] = holdsEncrypted(root)
    ? { _tag: "Failed", reason: "an encrypted part stands inside others and was left as it is" }
    : { _tag: "None" }
  const opened: Unwrapped = { bytes: shown, verdict: { encryption, signature } }
  return opened
})
