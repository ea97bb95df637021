/** What a provider does with a batch of versions: each on top of the one it replaces, or not at all. */
import type { PushedDocument, PushOutcome, SealedDocument } from "../../ports/Replication.ts"

export interface Version extends SealedDocument {
  readonly blobs: ReadonlyArray<string>
  readonly isEarly: boolean
}

export interface Decision {
  /** One for each document of the batch, in order. */
  readonly outcomes: ReadonlyArray<PushOutcome>
  /** To be kept: one a document, its last. */
  readonly versions: ReadonlyArray<Version>
  readonly generation: number
}

/** `current`: the generations of those that are there already. */
export const decide = (
  generation: number,
  current: ReadonlyMap<string, number>,
  documents: ReadonlyArray<PushedDocument>
): Decision => {
  const versions = new Map<string, Version>()
  let last = generation
  const outcomes = documents.map(({ blobs, id, isEarly, parent, sealed }): PushOutcome => {
    const known = versions.get(id)?.generation ?? current.get(id) ?? 0
    if (parent !== known) return { _tag: "Stale", id, current: known }
    last++
    versions.set(id, { id, generation: last, parent, sealed, blobs: blobs ?? [], isEarly: isEarly ?? false })
    return { _tag: "Accepted", id, generation: last }
  })
  return { outcomes, versions: Array.from(versions.values()), generation: last }
}

/** Bytes of one answer: a page of a pull is cut there. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024

/** How many of the first fit one page; one at least, or nobody would ever come past it. */
export const pageLength = (sizes: ReadonlyArray<number>): number => {
  let total = 0
  const end = sizes.findIndex((size, index) => (total += size) > MAX_PAGE_BYTES && index > 0)
  return end < 0 ? sizes.length : end
}

/** A full account may still delete and change: above its quota a tenth is left for that. */
export const documentRoom = (quota: number): number => Math.floor(quota * 1.1)
