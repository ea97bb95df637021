/** The Autocrypt header (Autocrypt Level 1 §2.1): a sender's certificate travelling with the mail. */
import { Option } from "effect"
import * as Address from "../account/Address.ts"
import { fromLatin1, latin1 } from "../message/Latin1.ts"
import { decodeBase64, encodeBase64 } from "../message/TransferEncoding.ts"

export interface Autocrypt {
  readonly address: Address.Address
  readonly certificate: Uint8Array
  readonly preferEncrypt: boolean
}

/** As the specification recommends: a longer header is ignored. */
const MAX_HEADER = 64 * 1024
const LINE = 72

/** undefined where the header is not valid: an unknown attribute without a leading `_` makes it so. */
export const parseAutocrypt = (value: string): Autocrypt | undefined => {
  if (value.length > MAX_HEADER) return undefined
  const found = new Map<string, string>()
  for (const piece of value.split(";")) {
    const equals = piece.indexOf("=")
    const name = piece.slice(0, Math.max(equals, 0)).trim().toLowerCase()
    if (name === "" || name.startsWith("_")) continue
    if (name !== "addr" && name !== "prefer-encrypt" && name !== "keydata") return undefined
    found.set(name, piece.slice(equals + 1).trim())
  }
  const address = Option.getOrUndefined(Address.parse(found.get("addr") ?? ""))
  const certificate = decodeBase64(fromLatin1(found.get("keydata") ?? ""))
  if (address === undefined || certificate.length === 0) return undefined
  return { address, certificate, preferEncrypt: found.get("prefer-encrypt")?.toLowerCase() === "mutual" }
}

/** Blanks in the key data are where the header may be folded. */
const keyData = (certificate: Uint8Array): string => {
  const text = latin1(encodeBase64(certificate, 0))
  const lines: Array<string> = []
  for (let at = 0; at < text.length; at += LINE) lines.push(text.slice(at, at + LINE))
  return lines.join(" ")
}

export const formatAutocrypt = (address: Address.Address, certificate: Uint8Array): string =>
  `addr=${address}; prefer-encrypt=mutual; keydata= ${keyData(certificate)}`

/** §2.4.1: of another recipient, whose wishes are theirs to tell. */
export const formatGossip = (address: Address.Address, certificate: Uint8Array): string =>
  `addr=${address}; keydata= ${keyData(certificate)}`
