/** A message as its sender protected it, end to end: decrypted, its signatures judged. Only what covers the whole counts. */
import { Effect } from "effect"
import type { OwnKeys } from "../../ports/KeyStore.ts"
import type { Address } from "../account/Address.ts"
import { noteUse } from "../keys/Seen.ts"
import type { MessageStructure } from "../message/MessageStructure.ts"
import { parse } from "../message/Parse.ts"
import { type OpenedEnvelope, openEnvelope, type Reader } from "./CryptoEnvelope.ts"
import { judge } from "./Judge.ts"
import { isLayer } from "./Layers.ts"
import { allowance, type OpenedParts, openParts } from "./OpenParts.ts"
import { authorOf, knownSender, lookUp, type Sender } from "./Sender.ts"
import { factOf } from "./Signatures.ts"
import { followUrl, skim } from "./Skim.ts"
import { DECRYPTED, type EncryptionVerdict, NOT_ENCRYPTED, type PartVerdict, type Verdict } from "./Verdict.ts"

interface Unwrapped {
  readonly bytes: Uint8Array
  readonly verdict: Verdict
}

const isWhole = ({ part }: PartVerdict): boolean => part === ""

const encryptionOf = (envelope: OpenedEnvelope, { failure, parts }: OpenedParts): EncryptionVerdict => {
  if (envelope.isDecrypted) return envelope.failure === undefined ? DECRYPTED : { _tag: "PartlyDecrypted" }
  if (envelope.failure !== undefined) return { _tag: "Failed", reason: envelope.failure }
  const whole = parts.find(isWhole)
  if (whole !== undefined && whole.encryption._tag !== "None") return whole.encryption
  if (parts.some(({ encryption }) => encryption._tag === "Decrypted" || encryption._tag === "PartlyDecrypted")) {
    return { _tag: "PartlyDecrypted" }
  }
  return failure === undefined ? NOT_ENCRYPTED : { _tag: "Failed", reason: failure }
}

const open = Effect.fnUntraced(function*(reader: Reader, bytes: Uint8Array, structure: MessageStructure) {
  const envelope = yield* openEnvelope(reader, bytes, structure)
  const { isDecrypted, sender } = envelope
  const within: Reader = { ...reader, sender, isEncrypted: isDecrypted }
  const inner = yield* openParts(within, envelope, { path: [], boundaries: [], allowed: allowance() })
  const whole = inner.parts.find(isWhole)
  const opened: Unwrapped = {
    bytes: inner.bytes,
    verdict: {
      encryption: encryptionOf(envelope, inner),
      signature: whole !== undefined && envelope.checks.length === 0
        ? whole.signature
        : judge(envelope.checks, sender, envelope.fault),
      signatures: [...envelope.checks, ...inner.checks].map(factOf),
      parts: inner.parts.filter((part) => !isWhole(part)),
      differing: envelope.differing
    }
  }
  return opened
})

const isUnknown = ({ signature }: Pick<Verdict, "signature">): boolean => signature._tag === "UnknownKey"

/** What is known of the author's key from now on: their signatures with it have been good. */
const noted = Effect.fnUntraced(function*(author: Address | undefined, opened: Unwrapped) {
  const { signature } = opened.verdict
  if (author !== undefined && signature._tag === "Valid") yield* noteUse(author, signature.fingerprint, "verify")
  return opened
})

/** The message as a person should see it, and what is known of it. Never fails for what the message holds. */
export const unwrap = Effect.fnUntraced(function*(own: OwnKeys, bytes: Uint8Array) {
  const structure = parse(bytes)
  const author = authorOf(structure.envelope)
  const openAs = (sender: Sender | undefined) =>
    open({ own, author, sender, learns: true, isEncrypted: false }, bytes, structure)
  if (author !== undefined) yield* skim(own, author, structure, bytes)
  const isProtected = isLayer(structure.root)
  const opened = yield* openAs(yield* (isProtected ? lookUp(own, author) : knownSender(own, author)))
  if (author === undefined || ![opened.verdict, ...opened.verdict.parts].some(isUnknown)) {
    return yield* noted(author, opened)
  }
  // Signed in a way that does not show at first sight: only now it is worth a question to a directory.
  if (!isProtected) yield* lookUp(own, author)
  yield* followUrl(author, bytes)
  return yield* noted(author, yield* openAs(yield* knownSender(own, author)))
})
