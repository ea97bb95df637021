/**
 * Several blobs in one call, each with its name: the name's length in one octet, the name in ASCII, the blob's length in four
 * octets, big endian, and its octets.
 */
import { Result } from "effect"
import type { SealedBlob } from "../../ports/Replication.ts"
import { MAX_ID_LENGTH } from "./Limits.ts"

const NAME = new RegExp(`^[\\x21-\\x7e]{1,${MAX_ID_LENGTH}}$`)

export const encode = (blobs: ReadonlyArray<SealedBlob>): Uint8Array => {
  const bytes = new Uint8Array(blobs.reduce((sum, { id, sealed }) => sum + 5 + id.length + sealed.length, 0))
  const view = new DataView(bytes.buffer)
  const text = new TextEncoder()
  let at = 0
  for (const { id, sealed } of blobs) {
    bytes[at] = id.length
    text.encodeInto(id, bytes.subarray(at + 1))
    at += 1 + id.length
    view.setUint32(at, sealed.length)
    bytes.set(sealed, at + 4)
    at += 4 + sealed.length
  }
  return bytes
}

/** Views of `bytes`, `limit` blobs at most. Fails with a sentence. */
export const decode = (bytes: Uint8Array, limit: number): Result.Result<ReadonlyArray<SealedBlob>, string> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = new TextDecoder("latin1")
  const blobs: Array<SealedBlob> = []
  let at = 0
  while (at < bytes.length) {
    if (blobs.length >= limit) return Result.fail(`One call may carry ${limit} blobs. Send fewer at a time.`)
    const nameEnd = at + 1 + view.getUint8(at)
    if (nameEnd + 4 > bytes.length) return Result.fail("The call ends within the name of a blob.")
    const id = text.decode(bytes.subarray(at + 1, nameEnd))
    if (!NAME.test(id)) return Result.fail("The call has a blob with an impossible name.")
    const length = view.getUint32(nameEnd)
    at = nameEnd + 4
    if (length > bytes.length - at) return Result.fail("The call ends within a blob.")
    blobs.push({ id, sealed: bytes.subarray(at, at + length) })
    at += length
  }
  return Result.succeed(blobs)
}
