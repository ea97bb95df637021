/** "This address uses this certificate", and when another certificate may take its place. */
import type { Address } from "../account/Address.ts"
import type { BindingSource } from "./BindingSource.ts"
import { FINGERPRINT, type ValidationLevel } from "./ValidationLevel.ts"

export interface Binding {
  /** Canonical. */
  readonly address: Address
  /** Binary transferable public key. */
  readonly certificate: Uint8Array
  /** Upper-case hex. */
  readonly fingerprint: string
  readonly level: ValidationLevel
  readonly source: BindingSource
  /** Milliseconds. */
  readonly seenAt: number
}

/** What must be known beside the two bindings. */
export interface ReplacementFacts {
  /** Milliseconds. */
  readonly now: number
  /** Of the bound certificate; undefined = never expires. A revoked one counts as expired. */
  readonly oldExpiresAt: number | undefined
  readonly oldRevoked: boolean
  readonly candidateExpiresAt: number | undefined
  readonly candidateRevoked: boolean
  /** Has a key to encrypt to, now. */
  readonly candidateEncrypts: boolean
  /** The bound certificate was used to encrypt, and verified a signature. */
  readonly usedToEncrypt: boolean
  readonly usedToVerify: boolean
  /** The candidate carries a certification by the bound key. */
  readonly certifiedByOld: boolean
}

type BindReason = "first" | "fingerprint" | "expired" | "stronger" | "unused" | "certified"

export type Replacement =
  | { readonly _tag: "Bind"; readonly reason: BindReason }
  /** The same key: newer self-signatures, revocations and expiry are merged, the higher level stays. */
  | { readonly _tag: "Merge" }
  /** Kept and shown as a pending change, never silently taken. */
  | { readonly _tag: "Refuse"; readonly reason: "unusable" | "bound" }

type Leveled = Pick<Binding, "fingerprint" | "level">

/** The table of the issue on keys; the first row that fits decides. */
export const decideReplacement = (
  old: Leveled | undefined,
  candidate: Leveled,
  facts: ReplacementFacts
): Replacement => {
  if (old !== undefined && old.fingerprint === candidate.fingerprint) return { _tag: "Merge" }
  if (facts.candidateRevoked || !facts.candidateEncrypts || isPast(facts.candidateExpiresAt, facts.now)) {
    return { _tag: "Refuse", reason: "unusable" }
  }
  if (old === undefined) return { _tag: "Bind", reason: "first" }
  if (candidate.level === FINGERPRINT) return { _tag: "Bind", reason: "fingerprint" }
  const oldIsOver = facts.oldRevoked || isPast(facts.oldExpiresAt, facts.now)
  if (oldIsOver && candidate.level >= old.level) return { _tag: "Bind", reason: "expired" }
  const isStronger = candidate.level > old.level
  if (facts.oldExpiresAt === undefined && isStronger) return { _tag: "Bind", reason: "stronger" }
  if (!(facts.usedToEncrypt && facts.usedToVerify) && isStronger) return { _tag: "Bind", reason: "unused" }
  if (facts.certifiedByOld) return { _tag: "Bind", reason: "certified" }
  return { _tag: "Refuse", reason: "bound" }
}

/** Revoked or past its expiry: it never encrypts. */
export const isFit = (
  facts: { readonly canEncrypt: boolean; readonly revoked: boolean; readonly expiresAt: number | undefined },
  now: number
): boolean => facts.canEncrypt && !facts.revoked && !isPast(facts.expiresAt, now)

const isPast = (at: number | undefined, now: number): boolean => at !== undefined && at <= now

/** The stronger knowledge of the same key, with the newer certificate. */
export const mergeBinding = (old: Binding, candidate: Binding): Binding => ({
  ...candidate,
  certificate: candidate.seenAt >= old.seenAt ? candidate.certificate : old.certificate,
  level: candidate.level > old.level ? candidate.level : old.level,
  source: candidate.level > old.level ? candidate.source : old.source,
  seenAt: Math.max(candidate.seenAt, old.seenAt)
})
