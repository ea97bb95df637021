/** GnuPG's `pubring.kbx`: the OpenPGP keys in it. Its own notes of trust stay where they are. */
import { concat } from "../message/Latin1.ts"
import { splitKeys } from "./PacketTags.ts"

const HEADER_BLOB = 1
const OPENPGP_BLOB = 2
/** Of the blob's head: length, type, version, flags, where the keys are and how long. */
const HEAD = 16

/** Every keybox begins with a header blob that has this word at octet 8. */
const MAGIC = [0x4b, 0x42, 0x58, 0x66]

export const isKeybox = (bytes: Uint8Array): boolean =>
  bytes[4] === HEADER_BLOB && MAGIC.every((octet, index) => bytes[8 + index] === octet)

/** All certificates, one after another. A blob that lies about its lengths ends the reading. */
export const keyboxCertificates = (bytes: Uint8Array): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Array<Uint8Array> = []
  let at = 0
  while (at + HEAD <= bytes.length) {
    const length = view.getUint32(at)
    if (length < HEAD || at + length > bytes.length) break
    const start = view.getUint32(at + 8)
    const size = view.getUint32(at + 12)
    if (bytes[at + 4] === OPENPGP_BLOB && start + size <= length) {
      const keys = bytes.subarray(at + start, at + start + size)
      if (splitKeys(keys).length > 0) found.push(keys)
    }
    at += length
  }
  return concat(found)
}
