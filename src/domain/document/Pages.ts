/** Answers that a provider ends early where they grow large: the next one goes on from there. */
import { Effect } from "effect"
import type { SealedDocument } from "../../ports/Replication.ts"

interface Page {
  readonly documents: ReadonlyArray<SealedDocument>
  readonly generation: number
}

/** Of one answer with blobs, but for one that is larger alone. */
const MAX_BLOBS_BYTES = 4 * 1024 * 1024

/** Blobs in order, as many of the first as fit one answer. */
export const firstBlobs = Effect.fnUntraced(function*<E, R>(
  read: (id: string) => Effect.Effect<Uint8Array | undefined, E, R>,
  ids: ReadonlyArray<string>
) {
  const blobs: Array<Uint8Array | undefined> = []
  let size = 0
  for (const id of ids) {
    const blob = yield* read(id)
    size += blob?.length ?? 0
    if (size > MAX_BLOBS_BYTES && blobs.length > 0) break
    blobs.push(blob)
  }
  return blobs
})

/** Until `limit` or the end. */
export const fill = Effect.fnUntraced(function*<E, R>(
  pull: (since: number, limit: number) => Effect.Effect<Page, E, R>,
  since: number,
  limit: number
) {
  const documents: Array<SealedDocument> = []
  let cursor = since
  for (;;) {
    const page = yield* pull(cursor, limit - documents.length)
    documents.push(...page.documents)
    cursor = page.documents.at(-1)?.generation ?? page.generation
    if (cursor >= page.generation || documents.length >= limit) return { documents, generation: page.generation }
  }
})
