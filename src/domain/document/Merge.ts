/** How two versions of one document become one: commutative, associative and idempotent, so that no order matters. */
import type { Document, MailboxDocument, MessageDocument, OwnKeysDocument, PlacementDocument } from "./Document.ts"
import * as FlagSet from "./FlagSet.ts"
import * as Register from "./Register.ts"

type Id = NonNullable<MailboxDocument["mergedInto"]>

const firstOf = (a: Id | null, b: Id | null): Id | null => a === null ? b : b === null ? a : a < b ? a : b

export const mergeMailbox = (a: MailboxDocument, b: MailboxDocument): MailboxDocument => ({
  ...a,
  name: Register.merge(a.name, b.name),
  specialUse: Register.merge(a.specialUse, b.specialUse),
  subscribed: Register.merge(a.subscribed, b.subscribed),
  exists: Register.merge(a.exists, b.exists),
  mergedInto: firstOf(a.mergedInto, b.mergedInto)
})

/** Delete beats a concurrent change of flags. */
const mergePlacement = (a: PlacementDocument, b: PlacementDocument): PlacementDocument => {
  const deleted = a.deleted || b.deleted
  return {
    ...a,
    internalDate: Math.min(a.internalDate, b.internalDate),
    flags: deleted ? FlagSet.empty : FlagSet.merge(a.flags, b.flags),
    deleted
  }
}

type SecretKeys = OwnKeysDocument["secretKeys"]

/** A key keeps the stamp under which it came last. */
export const mergeSecretKeys = (a: SecretKeys, b: SecretKeys): SecretKeys => {
  const byKey = new Map<string, SecretKeys[number]>()
  for (const key of [...a, ...b]) {
    const known = byKey.get(key.value)
    byKey.set(key.value, known === undefined ? key : Register.merge(known, key))
  }
  return Array.from(byKey.values()).sort((x, y) => x.value < y.value ? -1 : 1)
}

/** Sorted, each once. */
export const union = (a: ReadonlyArray<string> = [], b: ReadonlyArray<string> = []): ReadonlyArray<string> =>
  Array.from(new Set([...a, ...b])).sort()

/** A field that has grown, or nothing: what no device wrote yet stays absent. */
const grown = <K extends string>(
  name: K,
  a: { readonly [name in K]?: ReadonlyArray<string> },
  b: { readonly [name in K]?: ReadonlyArray<string> }
) => a[name] === undefined && b[name] === undefined ? {} : { [name]: union(a[name], b[name]) }

/** Devices that cut one message cut it alike; where they did not, one of the two, whichever. */
const contentsOf = (
  { contents: a }: MessageDocument,
  { contents: b }: MessageDocument
): MessageDocument["contents"] => {
  if (a === undefined || b === undefined) return a ?? b
  return JSON.stringify(a) < JSON.stringify(b) ? a : b
}

/** Both devices opened the same octets; where one knew the key better, one of the two, whichever. */
const verdictOf = ({ verdict: a }: MessageDocument, { verdict: b }: MessageDocument): MessageDocument["verdict"] => {
  if (a === undefined || b === undefined) return a === undefined ? b : a
  return JSON.stringify(a) < JSON.stringify(b) ? a : b
}

/** Of two documents with one natural key; else there is nothing to merge. */
export const merge = (a: Document, b: Document): Document => {
  if (a._tag === "mailbox" && b._tag === "mailbox") return mergeMailbox(a, b)
  if (a._tag === "placement" && b._tag === "placement") return mergePlacement(a, b)
  if (a._tag === "message" && b._tag === "message") {
    const contents = contentsOf(a, b)
    const verdict = verdictOf(a, b)
    const original = a.original === undefined ? b.original : Math.min(a.original, b.original ?? a.original)
    return {
      ...a,
      size: Math.max(a.size, b.size),
      ...contents === undefined ? {} : { contents },
      ...verdict === undefined ? {} : { verdict },
      ...original === undefined ? {} : { original },
      exists: Register.merge(a.exists, b.exists)
    }
  }
  if (a._tag === "binding" && b._tag === "binding") {
    return {
      ...a,
      binding: Register.merge(a.binding, b.binding),
      ...grown("encryptedTo", a, b),
      ...grown("verifiedWith", a, b)
    }
  }
  if (a._tag === "wish" && b._tag === "wish") return { ...a, wish: Register.merge(a.wish, b.wish) }
  if (a._tag === "candidate" && b._tag === "candidate") return { ...a, shown: Register.merge(a.shown, b.shown) }
  if (a._tag === "ownKeys" && b._tag === "ownKeys") {
    return {
      ...a,
      current: Register.merge(a.current, b.current),
      secretKeys: mergeSecretKeys(a.secretKeys, b.secretKeys),
      ...grown("revocations", a, b)
    }
  }
  // The later one has seen more.
  if (a._tag === "witness" && b._tag === "witness") {
    if (a.generation !== b.generation) return a.generation > b.generation ? a : b
    return JSON.stringify(a) < JSON.stringify(b) ? a : b
  }
  throw new Error(`A ${a._tag} does not merge with a ${b._tag}`)
}
