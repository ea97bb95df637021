/** A provider ends a page early where it grows large: the next one goes on from there, until `limit` or the end. */
import { Effect } from "effect"
import type { SealedDocument } from "../../ports/Replication.ts"

interface Page {
  readonly documents: ReadonlyArray<SealedDocument>
  readonly generation: number
}

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
