/** Cryptographic layers as MIME shows them (RFC 3156): what a part claims to be, before anything is opened. */
import { headerFields } from "../message/Header.ts"
import type { Part } from "../message/MessageStructure.ts"
import { parameter } from "../message/Parameters.ts"

const isType = (part: Part | undefined, type: string, subtype: string): boolean =>
  part?.type === type && part.subtype === subtype

const protocol = ({ parameters }: Part): string | undefined => parameter(parameters, "protocol")?.toLowerCase()

const isVersion = (part: Part | undefined): boolean => isType(part, "application", "pgp-encrypted")

/** RFC 3156 §4; the parameter may be missing where the first part says the same. */
export const claimsEncrypted = (part: Part): boolean =>
  isType(part, "multipart", "encrypted") &&
  (protocol(part) === "application/pgp-encrypted" || protocol(part) === undefined && isVersion(part.parts[0]))

/** RFC 3156 §5. */
export const claimsSigned = (part: Part): boolean =>
  isType(part, "multipart", "signed") && protocol(part) === "application/pgp-signature"

export const isLayer = (part: Part): boolean => claimsEncrypted(part) || claimsSigned(part)

/**
 * What Exchange makes of multipart/encrypted: multipart/mixed, an empty text in front. undefined where the part is no
 * such wreck; else the parts that were once encrypted as a whole.
 */
const wreckOf = (part: Part): ReadonlyArray<Part> | undefined => {
  if (!isType(part, "multipart", "mixed")) return undefined
  const [first, ...rest] = part.parts
  const isEmptyText = first !== undefined && isType(first, "text", "plain") && first.bodyEnd - first.bodyStart <= 4
  const parts = isEmptyText ? rest : part.parts
  return parts.length === 2 && isVersion(parts[0]) ? parts : undefined
}

/** With a second Content-Type, a mail program may show another body than the one that is checked here. */
const isWellFormed = (bytes: Uint8Array, part: Part): boolean =>
  headerFields(bytes, part.headerStart, part.bodyStart).filter(({ name }) => name === "content-type").length === 1

/** undefined: it claims nothing. `content` undefined: it is not made as RFC 3156 has it. */
export const encryptedLayer = (bytes: Uint8Array, part: Part): { readonly content: Part | undefined } | undefined => {
  const parts = claimsEncrypted(part) ? part.parts : wreckOf(part)
  if (parts === undefined) return undefined
  return { content: parts.length === 2 && isWellFormed(bytes, part) ? parts[1] : undefined }
}

export interface SignedLayer {
  /** The entity that is signed. */
  readonly signed: Part
  readonly signature: Part
}

/** undefined: it is not made as RFC 3156 has it. */
export const signedLayer = (bytes: Uint8Array, part: Part): SignedLayer | undefined => {
  const [signed, signature, ...others] = part.parts
  return signed !== undefined && signature !== undefined && others.length === 0 && isWellFormed(bytes, part)
    ? { signed, signature }
    : undefined
}
