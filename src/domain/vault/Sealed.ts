/**
 * The sealed document, all that a provider sees of a document:
 *
 *     format 1 (1 byte) | version (8, big endian) | nonce (12) | AES-256-GCM( length (4) | bytes | zeros ) | tag (16)
 *
 * The key belongs to the document id. The associated data bind account, id, version and format, so that a provider can
 * neither swap documents nor relabel them. That it does not serve an old version is the replica's to check: it remembers.
 */
import { Effect, Redacted, Schema } from "effect"
import { Crypto, NONCE_BYTES, TAG_BYTES } from "../../ports/Crypto.ts"
import { documentKey } from "./Derive.ts"
import { paddedLength } from "./Padme.ts"
import type { RootSecret } from "./RootSecret.ts"

export const FORMAT = 1
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const VERSION_AT = 1
const NONCE_AT = 9
const BODY_AT = NONCE_AT + NONCE_BYTES
const LENGTH_BYTES = 4
const MAX_SEALED = BODY_AT + paddedLength(MAX_DOCUMENT_BYTES + LENGTH_BYTES) + TAG_BYTES

/** What came from the provider does not open as what it says it is. */
export class SealRefused extends Schema.TaggedError<SealRefused>()("SealRefused", {
  id: Schema.String,
  reason: Schema.Literals(["format", "size", "changed", "version"])
}) {
  override get message(): string {
    const why = {
      format: "it has a format that this version of leap-mail does not know; update leap-mail",
      size: "its size is not possible",
      changed: "it was changed, exchanged or sealed with another account's secret",
      version: "it is another version than the provider says"
    }[this.reason]
    return `The sealed item ${this.id} cannot be opened: ${why}`
  }
}

export class TooLargeToSeal extends Schema.TaggedError<TooLargeToSeal>()("TooLargeToSeal", {
  id: Schema.String,
  limit: Schema.Int
}) {
  override get message(): string {
    return `The document ${this.id} is larger than ${this.limit} bytes; large parts belong into contents`
  }
}

export interface SealContext {
  /** The address. */
  readonly account: string
  readonly id: string
}

export interface Opened {
  readonly version: number
  readonly bytes: Uint8Array
}

const associated = (context: SealContext, version: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(["leap-mail document", context.account, context.id, version, FORMAT]))

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** `version`: the generation that this change builds on (its parent), 0 for a new document. */
export const sealDocument = Effect.fnUntraced(function*(
  root: RootSecret,
  context: SealContext & { readonly version: number },
  bytes: Uint8Array
) {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    return yield* new TooLargeToSeal({ id: context.id, limit: MAX_DOCUMENT_BYTES })
  }
  const crypto = yield* Crypto
  const plain = new Uint8Array(paddedLength(bytes.length + LENGTH_BYTES))
  view(plain).setUint32(0, bytes.length)
  plain.set(bytes, LENGTH_BYTES)
  const key = Redacted.value(yield* documentKey(root, context.id))
  const nonce = yield* crypto.randomBytes(NONCE_BYTES)
  const body = yield* Effect.orDie(crypto.aeadSeal(key, nonce, plain, associated(context, context.version)))
  const out = new Uint8Array(BODY_AT + body.length)
  out[0] = FORMAT
  view(out).setBigUint64(VERSION_AT, BigInt(context.version))
  out.set(nonce, NONCE_AT)
  out.set(body, BODY_AT)
  return out
})

/** Where `version` is given, the document must be that one. */
export const openDocument: (
  root: RootSecret,
  context: SealContext & { readonly version?: number },
  sealed: Uint8Array
) => Effect.Effect<Opened, SealRefused, Crypto> = Effect.fnUntraced(function*(root, context, sealed) {
  const { id } = context
  if (sealed[0] !== FORMAT) return yield* new SealRefused({ id, reason: "format" })
  if (sealed.length < BODY_AT + LENGTH_BYTES + TAG_BYTES || sealed.length > MAX_SEALED) {
    return yield* new SealRefused({ id, reason: "size" })
  }
  const version = Number(view(sealed).getBigUint64(VERSION_AT))
  if (!Number.isSafeInteger(version)) return yield* new SealRefused({ id, reason: "changed" })
  const crypto = yield* Crypto
  const key = Redacted.value(yield* documentKey(root, id))
  const nonce = sealed.subarray(NONCE_AT, BODY_AT)
  const plain = yield* Effect.mapError(
    crypto.aeadOpen(key, nonce, sealed.subarray(BODY_AT), associated(context, version)),
    () => new SealRefused({ id, reason: "changed" })
  )
  if (context.version !== undefined && context.version !== version) {
    return yield* new SealRefused({ id, reason: "version" })
  }
  const length = view(plain).getUint32(0)
  if (length > plain.length - LENGTH_BYTES) return yield* new SealRefused({ id, reason: "size" })
  return { version, bytes: plain.subarray(LENGTH_BYTES, LENGTH_BYTES + length) }
})
