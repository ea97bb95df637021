/**
 * Parts that are protected each for itself, beside others: opened in their place, and never joined with what stands
 * beside them (EFAIL). What comes of an entity is a message of its own, what comes of a file is a file.
 */
import { Effect } from "effect"
import type { KeyDirectory } from "../../ports/KeyDirectory.ts"
import type { KeyStore, KeyStoreError } from "../../ports/KeyStore.ts"
import type { OpenPgp, OpenPgpError, SignatureCheck } from "../../ports/OpenPgp.ts"
import { compose } from "../message/Compose.ts"
import { concat, fromLatin1, holds } from "../message/Latin1.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"
import { MAX_BOUNDARY } from "../message/Parse.ts"
import { type OpenedEnvelope, openEnvelope, type Reader } from "./CryptoEnvelope.ts"
import { openLeaf } from "./Inline.ts"
import { judge } from "./Judge.ts"
import { claimsSigned, encryptedLayer } from "./Layers.ts"
import { authorOf, knownSender } from "./Sender.ts"
import { checkSigned } from "./Signatures.ts"
import { DECRYPTED, type EncryptionVerdict, NOT_ENCRYPTED, type PartVerdict, type SignatureVerdict } from "./Verdict.ts"

/** Operations with a secret key for one message: a stranger chose how many parts it has. */
const MAX_OPENED = 32

type Path = ReadonlyArray<number>

interface Edit {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

/** What is known of one part before it is judged. */
interface Outcome {
  readonly isDecrypted: boolean
  readonly isPartly?: boolean
  readonly failure: string | undefined
  readonly checks: ReadonlyArray<SignatureCheck>
  readonly fault: string | undefined
}

export interface OpenedParts {
  readonly bytes: Uint8Array
  /** The root itself, where it is a leaf, has the empty number. */
  readonly parts: ReadonlyArray<PartVerdict>
  /** Why one of them did not open; those inside a message that is passed on are that message's matter. */
  readonly failure: string | undefined
  readonly checks: ReadonlyArray<SignatureCheck>
}

/** Shared by a message and the messages in it. */
export interface Allowance {
  left: number
}

export const allowance = (): Allowance => ({ left: MAX_OPENED })

const encryptionOf = ({ failure, isDecrypted, isPartly = false }: Outcome): EncryptionVerdict => {
  if (isDecrypted) return failure === undefined && !isPartly ? DECRYPTED : { _tag: "PartlyDecrypted" }
  return failure === undefined ? NOT_ENCRYPTED : { _tag: "Failed", reason: failure }
}

/** Does a line of it begin like a delimiter of the parts around it? Then it would not stay inside its own. */
const breaksOut = (bytes: Uint8Array, boundaries: ReadonlyArray<string>): boolean =>
  boundaries.some((boundary) => holds(bytes, fromLatin1(`--${boundary.slice(0, MAX_BOUNDARY)}`)))

/** A message of its own, shown apart from what stands beside it. */
const asMessage = (message: Uint8Array, boundaries: ReadonlyArray<string>): Uint8Array => {
  const headers = [
    ["Content-Description", "Decrypted by leap-mail"],
    ["Content-Disposition", "attachment; filename=\"decrypted.eml\""]
  ] as const
  if (breaksOut(message, boundaries)) {
    return compose({ headers, body: { _tag: "Binary", type: "application/octet-stream", bytes: message } })
  }
  return compose({
    headers: [...headers, ["Content-Type", "message/rfc822"], ["Content-Transfer-Encoding", "8bit"]],
    body: { _tag: "Raw", bytes: message }
  })
}

const edited = (bytes: Uint8Array, edits: ReadonlyArray<Edit>): Uint8Array => {
  if (edits.length === 0) return bytes
  const pieces: Array<Uint8Array> = []
  let from = 0
  for (const edit of edits) {
    pieces.push(bytes.subarray(from, edit.start), edit.bytes)
    from = edit.end
  }
  pieces.push(bytes.subarray(from))
  return concat(pieces)
}

type Opening<A> = Effect.Effect<A, KeyStoreError | OpenPgpError, KeyDirectory | KeyStore | OpenPgp>

/** A message inside another, or an encrypted entity beside others: its layers, then its parts. */
const openWhole = Effect.fnUntraced(
  function*(reader: Reader, whole: Uint8Array, path: Path, boundaries: ReadonlyArray<string>, allowed: Allowance) {
    const envelope = yield* openEnvelope(reader, whole)
    const within: Reader = { ...reader, isEncrypted: reader.isEncrypted || envelope.isDecrypted }
    const inner = yield* openParts(within, envelope, { path, boundaries, allowed })
    return { envelope, inner }
  }
)

interface Within {
  readonly path: Path
  /** Of the multiparts around it. */
  readonly boundaries: ReadonlyArray<string>
  readonly allowed: Allowance
}

/** As CryptoEnvelope leaves it. */
type Opened = Pick<OpenedEnvelope, "bytes" | "structure">

export const openParts: (reader: Reader, message: Opened, within: Within) => Opening<OpenedParts> = Effect.fnUntraced(
  function*(reader, { bytes, structure: { root } }, { allowed, boundaries: outside, path: start }) {
    const edits: Array<Edit> = []
    const parts: Array<PartVerdict> = []
    let failure: string | undefined
    let rootChecks: ReadonlyArray<SignatureCheck> = []

    const judged = (path: Path, outcome: Outcome, { sender }: Pick<Reader, "sender">): void => {
      const signature: SignatureVerdict = judge(outcome.checks, sender, outcome.fault)
      const encryption = encryptionOf(outcome)
      if (encryption._tag === "None" && signature._tag === "None") return
      parts.push({ part: path.join("."), encryption, signature })
    }

    const openEncrypted = Effect.fnUntraced(function*(part: Part, path: Path, boundaries: ReadonlyArray<string>) {
      const apart: Reader = { ...reader, learns: false }
      const entity = bytes.slice(part.headerStart, part.bodyEnd)
      const { envelope, inner } = yield* openWhole(apart, entity, path, boundaries, allowed)
      failure ??= envelope.failure
      judged(path, envelope, envelope)
      parts.push(...inner.parts)
      if (!envelope.isDecrypted) return
      edits.push({ start: part.headerStart, end: part.bodyEnd, bytes: asMessage(inner.bytes, boundaries) })
    })

    const openEmbedded = Effect.fnUntraced(
      function*(part: Part, message: NonNullable<Part["message"]>, path: Path, boundaries: ReadonlyArray<string>) {
        const { bodyEnd, headerStart } = message.root
        const author = authorOf(message.envelope)
        const sender = yield* knownSender(reader.own, author)
        const apart: Reader = { ...reader, learns: false, author, sender }
        const whole = bytes.slice(headerStart, bodyEnd)
        const { envelope, inner } = yield* openWhole(apart, whole, path, boundaries, allowed)
        const isChanged = inner.bytes !== whole
        const isKept = isChanged && breaksOut(inner.bytes, boundaries)
        judged(
          path,
          isKept
            ? { ...envelope, isDecrypted: false, failure: "what is in it would break out of its part" }
            : envelope,
          apart
        )
        if (!isChanged || isKept) return
        parts.push(...inner.parts)
        edits.push({ start: headerStart, end: part.bodyEnd, bytes: inner.bytes })
      }
    )

    const openOne = Effect.fnUntraced(function*(part: Part, path: Path) {
      const leaf = yield* openLeaf(reader, bytes, part)
      failure ??= leaf.failure
      // The body of a message inside another is its first part (RFC 9051 §6.4.5.1).
      judged(part === root && path.length > 0 ? [...path, 1] : path, leaf, reader)
      if (part === root) rootChecks = leaf.checks
      if (leaf.isDecrypted || leaf.failure !== undefined) allowed.left--
      if (leaf.bytes !== undefined) edits.push({ start: part.headerStart, end: part.bodyEnd, bytes: leaf.bytes })
    })

    const visit: (part: Part, path: Path, boundaries: ReadonlyArray<string>) => Opening<void> = Effect.fnUntraced(
      function*(part, path, boundaries) {
        if (allowed.left <= 0) return
        const isEncrypted = encryptedLayer(bytes, part) !== undefined
        if (isEncrypted || claimsSigned(part)) {
          // The message's own layers were opened before; what is signed must keep its octets.
          if (part === root) return
          allowed.left--
          if (isEncrypted) return yield* openEncrypted(part, path, boundaries)
          const check = yield* checkSigned(bytes, part, reader)
          return judged(path, { isDecrypted: false, failure: undefined, ...check }, reader)
        }
        if (part.message !== undefined) return yield* openEmbedded(part, part.message, path, boundaries)
        if (part.type !== "multipart") return yield* openOne(part, path)
        const boundary = parameter(part.parameters, "boundary")
        const around = boundary === undefined ? boundaries : [...boundaries, boundary]
        for (const [index, child] of part.parts.entries()) yield* visit(child, [...path, index + 1], around)
      }
    )

    yield* visit(root, start, outside)
    return { bytes: edited(bytes, edits), parts, failure, checks: rootChecks }
  }
)
