/** Which of several blobs an account has room for: each in its turn, so that a large one leaves the smaller ones alone. */
import type { BlobOutcome, SealedBlob } from "../../ports/Replication.ts"

export interface Admitted {
  /** One for each blob, in order. */
  readonly outcomes: ReadonlyArray<BlobOutcome>
  /** Those that are not there yet, each once. */
  readonly news: ReadonlyArray<SealedBlob>
  /** Octets of those. */
  readonly growth: number
}

interface Account {
  /** undefined: no bound. */
  readonly quota: number | undefined
  readonly used: number
}

/** `known`: those that are there. */
export const admit = (
  { quota = Infinity, used }: Account,
  known: ReadonlySet<string>,
  blobs: ReadonlyArray<SealedBlob>
): Admitted => {
  const news = new Map<string, SealedBlob>()
  let growth = 0
  const outcomes = blobs.map((blob): BlobOutcome => {
    if (known.has(blob.id) || news.has(blob.id)) return "Kept"
    if (used + growth + blob.sealed.length > quota) return "Full"
    news.set(blob.id, blob)
    growth += blob.sealed.length
    return "Kept"
  })
  return { outcomes, news: Array.from(news.values()), growth }
}
