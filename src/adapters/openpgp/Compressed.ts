/**
 * Compressed data (RFC 9580 §5.6) as others write it. Sequoia hides how long a message is by octets that follow the end
 * of the deflate stream; zlib and all other programs stop reading there, the library's streams fail. Imported for what
 * it does to the library, which leaves no other way in that keeps its check of the packets' grammar.
 */
import { inflateRawSync, inflateSync } from "node:zlib"
import * as openpgp from "openpgp"

interface Pieces {
  getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }> }
}

interface Internals {
  algorithm: openpgp.enums.compression
  compressed: Uint8Array | Pieces
}

type Decompress = (this: Internals, config: openpgp.Config) => Promise<void>

const collected = async (compressed: Internals["compressed"]): Promise<Uint8Array> => {
  if (compressed instanceof Uint8Array) return compressed
  const reader = compressed.getReader()
  const pieces: Array<Uint8Array> = []
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (piece.value !== undefined) pieces.push(piece.value)
  }
  const [only] = pieces
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
}

const { uncompressed, zip, zlib } = openpgp.enums.compression

const INFLATE: Partial<Record<openpgp.enums.compression, typeof inflateSync>> = {
  [zip]: inflateRawSync,
  [zlib]: inflateSync
}

const prototype = openpgp.CompressedDataPacket.prototype as unknown as { decompress: Decompress }
const theirs = prototype.decompress

/** Grows by pieces of this size: small ones for a small text, not many thousands for a large one. */
const chunkSize = ({ length }: Uint8Array): number => Math.min(Math.max(length * 4, 16 * 1024), 1024 * 1024)

const isTooLarge = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE"

/** undefined: by an algorithm that zlib does not know. */
export const inflated = (
  algorithm: openpgp.enums.compression,
  compressed: Uint8Array,
  limit: number
): Uint8Array | undefined => {
  const inflate = INFLATE[algorithm]
  if (inflate === undefined) return undefined
  try {
    const clear = inflate(compressed, { maxOutputLength: limit, chunkSize: chunkSize(compressed) })
    return new Uint8Array(clear.buffer, clear.byteOffset, clear.length)
  } catch (cause) {
    throw isTooLarge(cause) ? new RangeError(`what is compressed is larger than ${limit} bytes`) : cause
  }
}

prototype.decompress = async function(config) {
  if (INFLATE[this.algorithm] !== undefined) {
    const compressed = await collected(this.compressed)
    this.compressed = inflated(this.algorithm, compressed, config.maxDecompressedMessageSize) ?? compressed
    this.algorithm = uncompressed
  }
  return theirs.call(this, config)
}
