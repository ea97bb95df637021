/**
 * Several blobs in one answer, in the order they were asked for: of each its length in four octets, big endian, and its
 * octets; all ones, and nothing, where there is no such blob.
 */
import { Result } from "effect"

const LENGTH_BYTES = 4
const ABSENT = 0xffff_ffff

export type Blobs = ReadonlyArray<Uint8Array | undefined>

export const encode = (blobs: Blobs): Uint8Array => {
  const bytes = new Uint8Array(blobs.reduce((sum, blob) => sum + LENGTH_BYTES + (blob?.length ?? 0), 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const blob of blobs) {
    view.setUint32(at, blob?.length ?? ABSENT)
    at += LENGTH_BYTES
    if (blob === undefined) continue
    bytes.set(blob, at)
    at += blob.length
  }
  return bytes
}

/** Views of `bytes`. Fails with a sentence. */
export const decode = (bytes: Uint8Array): Result.Result<Blobs, string> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const blobs: Array<Uint8Array | undefined> = []
  let at = 0
  while (at < bytes.length) {
    if (bytes.length - at < LENGTH_BYTES) return Result.fail("The answer ends within a length")
    const length = view.getUint32(at)
    at += LENGTH_BYTES
    if (length === ABSENT) {
      blobs.push(undefined)
      continue
    }
    if (length > bytes.length - at) return Result.fail("The answer ends within a blob")
    blobs.push(bytes.subarray(at, at + length))
    at += length
  }
  return Result.succeed(blobs)
}
