/**
 * Sealed contents: 64 KiB segments after the STREAM construction (Hoang et al., CRYPTO 2015), so that a part of a large
 * content can be read, and segments cannot be dropped, repeated, reordered or cut off.
 *
 *     format 1 (1 byte) | prefix (7) | sealed length (8 + tag) | segment | segment ...
 *
 * The nonce of a segment is prefix | counter (4) | flag: 0 a segment, 1 the last one, 2 the length in the head.
 */
import { Effect, Redacted } from "effect"
import { Crypto, TAG_BYTES } from "../../ports/Crypto.ts"
import { contentKey } from "./Derive.ts"
import { paddedLength } from "./Padme.ts"
import type { RootSecret } from "./RootSecret.ts"
import { FORMAT, type SealContext, SealRefused } from "./Sealed.ts"

export const SEGMENT_BYTES = 65_536
const SEALED_SEGMENT = SEGMENT_BYTES + TAG_BYTES
const PREFIX_BYTES = 7
const LENGTH_AT = 1 + PREFIX_BYTES
/** What `openRange` reads first. */
export const HEAD_BYTES = LENGTH_AT + 8 + TAG_BYTES
/** A message has no larger part anywhere. */
export const MAX_CONTENT_BYTES = 2 ** 32

type Flag = 0 | 1 | 2

const nonceOf = (prefix: Uint8Array, counter: number, flag: Flag): Uint8Array => {
  const nonce = new Uint8Array(12)
  nonce.set(prefix, 0)
  new DataView(nonce.buffer).setUint32(PREFIX_BYTES, counter)
  nonce[11] = flag
  return nonce
}

const associated = (context: SealContext): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(["leap-mail content", context.account, context.id, FORMAT]))

const segmentsOf = (length: number): number => Math.ceil(paddedLength(length) / SEGMENT_BYTES)

/** How many bytes a content of `length` bytes takes when sealed. */
export const sealedContentLength = (length: number): number =>
  HEAD_BYTES + paddedLength(length) + segmentsOf(length) * TAG_BYTES

/** `context.id` is the content id. */
export const sealContent = Effect.fnUntraced(function*(root: RootSecret, context: SealContext, bytes: Uint8Array) {
  const crypto = yield* Crypto
  const key = Redacted.value(yield* contentKey(root, context.id))
  const data = associated(context)
  const prefix = yield* crypto.randomBytes(PREFIX_BYTES)
  const out = new Uint8Array(sealedContentLength(bytes.length))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length))
  out[0] = FORMAT
  out.set(prefix, 1)
  out.set(yield* Effect.orDie(crypto.aeadSeal(key, nonceOf(prefix, 0, 2), length, data)), LENGTH_AT)
  const padded = paddedLength(bytes.length)
  const count = segmentsOf(bytes.length)
  for (let index = 0; index < count; index++) {
    const from = index * SEGMENT_BYTES
    const to = Math.min(from + SEGMENT_BYTES, padded)
    let plain = bytes.subarray(from, to)
    if (plain.length < to - from) {
      const filled = new Uint8Array(to - from)
      filled.set(plain)
      plain = filled
    }
    const nonce = nonceOf(prefix, index, index === count - 1 ? 1 : 0)
    const segment = yield* Effect.orDie(crypto.aeadSeal(key, nonce, plain, data))
    out.set(segment, HEAD_BYTES + index * SEALED_SEGMENT)
  }
  return out
})

/**
 * Bytes [start, end) of the content, cut to its length. `read(from, to)` gives bytes of the sealed content (an HTTP range)
 * and is asked for the head and then for the segments that matter, at once.
 */
export const openRange = Effect.fnUntraced(function*<E, R>(
  root: RootSecret,
  context: SealContext,
  read: (from: number, to: number) => Effect.Effect<Uint8Array, E, R>,
  start: number,
  end: number
) {
  const { id } = context
  const crypto = yield* Crypto
  const head = yield* read(0, HEAD_BYTES)
  if (head[0] !== FORMAT) return yield* new SealRefused({ id, reason: "format" })
  if (head.length !== HEAD_BYTES) return yield* new SealRefused({ id, reason: "size" })
  const key = Redacted.value(yield* contentKey(root, id))
  const data = associated(context)
  const prefix = head.subarray(1, LENGTH_AT)
  const refuse = () => new SealRefused({ id, reason: "changed" })
  const lengthBytes = yield* Effect.mapError(
    crypto.aeadOpen(key, nonceOf(prefix, 0, 2), head.subarray(LENGTH_AT), data),
    refuse
  )
  const length = Number(new DataView(lengthBytes.buffer, lengthBytes.byteOffset, 8).getBigUint64(0))
  if (length > MAX_CONTENT_BYTES) return yield* new SealRefused({ id, reason: "size" })
  const from = Math.max(0, Math.min(start, length))
  const to = Math.max(from, Math.min(end, length))
  const count = segmentsOf(length)
  const first = Math.min(Math.floor(from / SEGMENT_BYTES), count - 1)
  const last = Math.max(first, Math.ceil(to / SEGMENT_BYTES) - 1)
  const sealedFrom = HEAD_BYTES + first * SEALED_SEGMENT
  const sealedTo = Math.min(HEAD_BYTES + (last + 1) * SEALED_SEGMENT, sealedContentLength(length))
  const sealed = yield* read(sealedFrom, sealedTo)
  if (sealed.length !== sealedTo - sealedFrom) return yield* new SealRefused({ id, reason: "size" })
  const out = new Uint8Array(to - from)
  for (let index = first; index <= last; index++) {
    const at = (index - first) * SEALED_SEGMENT
    const nonce = nonceOf(prefix, index, index === count - 1 ? 1 : 0)
    const segment = sealed.subarray(at, at + SEALED_SEGMENT)
    const plain = yield* Effect.mapError(crypto.aeadOpen(key, nonce, segment, data), refuse)
    const offset = index * SEGMENT_BYTES
    const low = Math.max(0, from - offset)
    const high = Math.min(plain.length, to - offset)
    if (high > low) out.set(plain.subarray(low, high), offset + low - from)
  }
  return out
})

/** All of it, and nothing after it. */
export const openContent: (
  root: RootSecret,
  context: SealContext,
  sealed: Uint8Array
) => Effect.Effect<Uint8Array, SealRefused, Crypto> = Effect.fnUntraced(function*(root, context, sealed) {
  const read = (from: number, to: number) => Effect.succeed(sealed.subarray(from, to))
  const bytes = yield* openRange(root, context, read, 0, sealed.length)
  if (sealed.length !== sealedContentLength(bytes.length)) {
    return yield* new SealRefused({ id: context.id, reason: "size" })
  }
  return bytes
})
