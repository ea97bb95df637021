/** A certificate that was shown for an address and is not taken: kept and shown until the person decides. */
import type { Binding } from "./Binding.ts"

export interface Candidate extends Binding {
  /** `bound`: another certificate holds. `unusable`: it is revoked, over, or encrypts nothing. */
  readonly reason: "bound" | "unusable"
  /** The person was told of it. */
  readonly told: boolean
  /** `rejected` by the person: kept, and never told again. */
  readonly state: "pending" | "rejected"
}

/** For one address: whoever writes under a false name could fill the disk. */
export const MAX_CANDIDATES = 8

const isWeaker = (a: Candidate, b: Candidate): boolean => a.level === b.level ? a.seenAt < b.seenAt : a.level < b.level

/**
 * Those of one address with one more; `dropped` makes room. What the person rejected, and was told, stays so when it
 * comes again; the same key at a higher level is told anew.
 */
export const withCandidate = (
  known: ReadonlyArray<Candidate>,
  shown: Omit<Candidate, "told" | "state">
): { readonly candidate: Candidate | undefined; readonly dropped: Candidate | undefined } => {
  const before = known.find(({ fingerprint }) => fingerprint === shown.fingerprint)
  if (before !== undefined) {
    if (before.level >= shown.level && before.reason === shown.reason) {
      return { candidate: undefined, dropped: undefined }
    }
    const isStronger = shown.level > before.level
    const candidate: Candidate = {
      ...shown,
      level: isStronger ? shown.level : before.level,
      told: before.told && !isStronger,
      state: before.state
    }
    return { candidate, dropped: undefined }
  }
  const candidate: Candidate = { ...shown, told: false, state: "pending" }
  if (known.length < MAX_CANDIDATES) return { candidate, dropped: undefined }
  const weakest = known.reduce((a, b) => isWeaker(b, a) ? b : a)
  return isWeaker(candidate, weakest)
    ? { candidate: undefined, dropped: candidate }
    : { candidate, dropped: weakest }
}
