/**
 * The layers that protect a message as a whole (RFC 9787, "Cryptographic Envelope"), opened from the outside in. What
 * stands deeper, beside other parts, is none of them: see OpenParts.
 */
import { Effect } from "effect"
import { OpenPgp, type SignatureCheck } from "../../ports/OpenPgp.ts"
import type { Address } from "../account/Address.ts"
import { withoutLegacyDisplay } from "../message/LegacyDisplay.ts"
import type { MessageStructure, Part } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"
import { parse } from "../message/Parse.ts"
import { decodedBody } from "../message/Section.ts"
import { claimsSigned, encryptedLayer, isLayer, signedLayer } from "./Layers.ts"
import { protectsHeader, type Recovered, restored, unwrapped } from "./Recover.ts"
import { knownSender, type Sender } from "./Sender.ts"
import { certificatesOf, checkSigned, meantForUs, type Reading, settled } from "./Signatures.ts"
import { gossip, skim } from "./Skim.ts"
import type { DifferingField } from "./Verdict.ts"

/** One layer in another. Programs write two or three. */
const MAX_LAYERS = 8

export interface Reader extends Reading {
  readonly author: Address | undefined
  /** What a message inside another brings is not its author's word: nothing is learned from it. */
  readonly learns: boolean
}

export interface OpenedEnvelope {
  readonly bytes: Uint8Array
  /** Of these. */
  readonly structure: MessageStructure
  readonly isDecrypted: boolean
  /** Why a layer did not open. */
  readonly failure: string | undefined
  readonly checks: ReadonlyArray<SignatureCheck>
  /** Why a signature that was claimed could not be checked. */
  readonly fault: string | undefined
  readonly differing: ReadonlyArray<DifferingField>
  /** As bound now. */
  readonly sender: Sender | undefined
}

/** Anybody can sign what they cannot read. */
const OVER_CIPHERTEXT = "it signs the encrypted form only, which its maker need not have read"

const validBy = (checks: ReadonlyArray<SignatureCheck>, fingerprint: string | undefined): boolean =>
  checks.some((check) => check.status === "valid" && check.fingerprint === fingerprint)

/** The message that a draft before RFC 9788 put whole into the protected part. */
const wrappedMessage = ({ message, parameters }: Part): Part | undefined =>
  parameter(parameters, "forwarded") === "no" ? message?.root : undefined

const recovered = (outer: Uint8Array, inner: Uint8Array, { root }: MessageStructure): Recovered => {
  const whole = wrappedMessage(root)
  return whole === undefined
    ? unwrapped(outer, withoutLegacyDisplay(inner, root), protectsHeader(root))
    : unwrapped(outer, inner.subarray(whole.headerStart, whole.bodyEnd), true)
}

/** Opened and checked, and once more where the message itself brought the certificate. */
export const decrypted = Effect.fnUntraced(function*(reader: Reader, data: Uint8Array) {
  const { author, learns, own, sender } = reader
  const pgp = yield* OpenPgp
  const open = (verifyWith: ReadonlyArray<Uint8Array>) => pgp.decrypt({ data, secretKeys: own.secretKeys, verifyWith })
  const opened = yield* open(certificatesOf(sender))
  const structure = learns ? parse(opened.data) : undefined
  const hasLearned = structure !== undefined && author !== undefined &&
    (yield* skim(own, author, structure, opened.data))
  const settledChecks = yield* settled(
    opened.signatures,
    (verifyWith) => Effect.map(open(verifyWith), ({ signatures }) => signatures)
  )
  const checks = yield* meantForUs({ ...reader, isEncrypted: true }, settledChecks)
  const known = hasLearned ? yield* knownSender(own, author) : sender
  return { data: opened.data, structure, checks, sender: known }
})

export const openEnvelope = Effect.fnUntraced(function*(
  reader: Reader,
  message: Uint8Array,
  known?: MessageStructure
) {
  const { learns, own } = reader
  let { sender } = reader
  let bytes = message
  let structure = known ?? parse(message)
  let isDecrypted = false
  let fault: string | undefined
  let checks: ReadonlyArray<SignatureCheck> = []
  let differing: ReadonlyArray<DifferingField> = []
  const show = (next: Recovered): void => {
    if (next.bytes !== bytes) structure = parse(next.bytes)
    bytes = next.bytes
    differing = [...differing, ...next.differing]
  }
  const done = (failure?: string): OpenedEnvelope => ({
    bytes,
    structure,
    isDecrypted,
    failure,
    checks,
    fault,
    differing,
    sender
  })
  for (let layer = 0;; layer++) {
    const { root } = structure
    const encrypted = encryptedLayer(bytes, root)
    if (encrypted === undefined && !claimsSigned(root)) return done()
    if (layer === MAX_LAYERS) return done("there are too many layers, one in another")
    if (encrypted !== undefined) {
      const data = encrypted.content && decodedBody(encrypted.content, bytes)
      if (data === undefined) return done("the encrypted message is not made as RFC 3156 has it")
      const opened = yield* Effect.result(decrypted({ ...reader, sender }, data))
      if (opened._tag === "Failure") {
        if (opened.failure._tag !== "OpenPgpError") return yield* opened.failure
        return done(opened.failure.reason)
      }
      fault = checks.length > 0 ? OVER_CIPHERTEXT : fault
      checks = opened.success.checks
      sender = opened.success.sender
      if (checks.length > 0) fault = undefined
      isDecrypted = true
      const payload = opened.success.data
      if (learns) yield* gossip(payload, structure, own.address)
      show(recovered(bytes, payload, opened.success.structure ?? parse(payload)))
      continue
    }
    const signature = yield* checkSigned(bytes, root, { own, sender, isEncrypted: reader.isEncrypted || isDecrypted })
    checks = [...checks, ...signature.checks]
    fault = signature.fault ?? (signature.checks.length > 0 ? undefined : fault)
    const signed = signedLayer(bytes, root)?.signed
    if (signed === undefined) return done()
    const entity = bytes.subarray(signed.headerStart, signed.bodyEnd)
    if (isLayer(signed)) {
      show(unwrapped(bytes, entity, false))
      continue
    }
    const isVouched = isDecrypted || validBy(signature.checks, sender?.fingerprint)
    if (protectsHeader(signed) && isVouched) show(restored(bytes, entity))
    return done()
  }
})
