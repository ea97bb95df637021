/**
 * Signatures of a size that RFC 9580 §5.2.3 knows. The library lets the last subpacket be as long as it says, whatever
 * there is room for, and makes lists of numbers of some: seconds and a gigabyte for a message of 25 MB. Imported for what
 * it does to the library.
 */
import * as openpgp from "openpgp"

/** Two areas of subpackets of 64 KB, and what is around them. */
const MAX_SIGNATURE_BYTES = 192 * 1024

type Read = (this: openpgp.SignaturePacket, bytes: Uint8Array, config?: openpgp.Config) => void

const prototype = openpgp.SignaturePacket.prototype as unknown as { read: Read }
const theirs = prototype.read

prototype.read = function(bytes, config) {
  if (bytes.length > MAX_SIGNATURE_BYTES) {
    throw new RangeError(`a signature is larger than ${MAX_SIGNATURE_BYTES} bytes`)
  }
  theirs.call(this, bytes, config)
}
