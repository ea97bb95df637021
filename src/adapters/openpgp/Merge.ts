/** Two versions of one certificate as one: everything that its primary key signed, from either. */
import type { User } from "openpgp"
import { assemble, type Certificate, type SignedBy, type SubkeyPart, type UserPart } from "./Certificate.ts"
import { fingerprintOf } from "./Inspect.ts"
import type { Signature } from "./Packets.ts"

/** Anybody can add signatures of others, so that they would grow without end; those kept first stay. */
const MAX_FOREIGN = 50

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const missing = (of: ReadonlyArray<Signature>, from: ReadonlyArray<Signature>): ReadonlyArray<Signature> => {
  const known = of.map((one) => one.write())
  return from.filter((one) => !known.some((bytes) => isEqual(bytes, one.write())))
}

/** `newer` first: of two signatures of the same second, its is the one that counts. */
const unite = (older: ReadonlyArray<Signature>, newer: ReadonlyArray<Signature>): ReadonlyArray<Signature> => [
  ...missing(older, newer),
  ...older
]

const uniteForeign = (older: ReadonlyArray<Signature>, newer: ReadonlyArray<Signature>): ReadonlyArray<Signature> =>
  [...older, ...missing(older, newer)].slice(0, MAX_FOREIGN)

const uniteSigned = (older: SignedBy, newer: SignedBy): SignedBy => ({
  signatures: unite(older.signatures, newer.signatures),
  revocations: unite(older.revocations, newer.revocations)
})

const packetOf = ({ userAttribute, userID }: User): Uint8Array => (userID ?? userAttribute)?.write() ?? new Uint8Array()

const uniteUsers = (older: ReadonlyArray<UserPart>, newer: ReadonlyArray<UserPart>): ReadonlyArray<UserPart> => {
  const isSame = (a: UserPart) => (b: UserPart): boolean => isEqual(packetOf(a.user), packetOf(b.user))
  return [
    ...older.map((part) => {
      const other = newer.find(isSame(part))
      if (other === undefined) return part
      return { ...part, ...uniteSigned(part, other), foreign: uniteForeign(part.foreign, other.foreign) }
    }),
    ...newer.filter((part) => !older.some(isSame(part)))
      .map((part) => ({ ...part, foreign: uniteForeign([], part.foreign) }))
  ]
}

const uniteSubkeys = (
  older: ReadonlyArray<SubkeyPart>,
  newer: ReadonlyArray<SubkeyPart>
): ReadonlyArray<SubkeyPart> => {
  const isSame = (a: SubkeyPart) => (b: SubkeyPart): boolean => fingerprintOf(a.packet) === fingerprintOf(b.packet)
  return [
    ...older.map((part) => {
      const other = newer.find(isSame(part))
      return other === undefined ? part : { ...part, ...uniteSigned(part, other) }
    }),
    ...newer.filter((part) => !older.some(isSame(part)))
  ]
}

/** undefined: `newer` has nothing that `older` has not. */
export const merge = (older: Certificate, newer: Certificate): Uint8Array | undefined => {
  if (fingerprintOf(older.primary.packet) !== fingerprintOf(newer.primary.packet)) {
    throw new Error("these are certificates of different keys")
  }
  const merged = assemble({
    primary: { ...older.primary, ...uniteSigned(older.primary, newer.primary) },
    users: uniteUsers(older.users, newer.users),
    subkeys: uniteSubkeys(older.subkeys, newer.subkeys)
  }).write()
  return isEqual(merged, older.key.write()) ? undefined : merged
}
