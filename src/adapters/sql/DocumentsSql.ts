/** ProviderDocuments in SQL. */
import { Array, Clock, Effect, Layer, Stream } from "effect"
import { decide, documentRoom, pageLength } from "../../domain/document/Versions.ts"
import { ProviderDocuments } from "../../ports/ProviderDocuments.ts"
import { OverQuota } from "../../ports/ProviderStoreError.ts"
import type { PushedDocument, PushOutcome, SealedDocument } from "../../ports/Replication.ts"
import { countUses, replaceUses } from "./BlobUses.ts"
import { gone, orFail, plain } from "./Rows.ts"
import { Store } from "./Store.ts"

/** A client asks again soon or never: answers of older batches are forgotten. */
const MAX_BATCHES = 1000

interface CounterRow {
  readonly generation: number
  readonly batches: number
  readonly quota: number | null
  readonly used: number
}

interface KnownRow {
  readonly id: string
  readonly generation: number
  readonly size: number | null
}

interface DocumentRow {
  readonly id: string
  readonly generation: number
  readonly parent: number
  readonly sealed: Uint8Array | null
}

const toDocument = ({ sealed, ...row }: DocumentRow): SealedDocument => ({
  ...row,
  sealed: sealed === null ? undefined : plain(sealed)
})

export const layer: Layer.Layer<ProviderDocuments, never, Store> = Layer.effect(
  ProviderDocuments,
  Effect.gen(function*() {
    const { signals, sql, write } = yield* Store

    const known = (account: number, documents: ReadonlyArray<PushedDocument>) =>
      documents.length === 0
        ? Effect.succeed<ReadonlyArray<KnownRow>>([])
        : sql<KnownRow>`SELECT id, generation, length(sealed) AS size FROM document
          WHERE account = ${account} AND ${sql.in("id", documents.map(({ id }) => id))}`

    const pushNow = Effect.fnUntraced(function*(
      account: number,
      batchId: string,
      documents: ReadonlyArray<PushedDocument>,
      now: number
    ) {
      // Locks the account's row: its batches come one after another.
      const [counter] = yield* sql<CounterRow>`UPDATE account SET batches = batches + 1
        WHERE id = ${account} RETURNING generation, batches, quota, used`
      if (counter === undefined) return yield* gone("push")
      const [before] = yield* sql<{ readonly outcomes: string }>`
        SELECT outcomes FROM batch WHERE account = ${account} AND id = ${batchId}`
      if (before !== undefined) return JSON.parse(before.outcomes) as ReadonlyArray<PushOutcome>

      const rows = new Map((yield* known(account, documents)).map((row) => [row.id, row]))
      const { generation, outcomes, versions } = decide(
        counter.generation,
        new Map(Array.fromIterable(rows.values()).map((row) => [row.id, row.generation])),
        documents
      )
      const growth = versions.reduce(
        (sum, { id, sealed }) => sum + (sealed?.length ?? 0) - (rows.get(id)?.size ?? 0),
        0
      )
      if (counter.quota !== null && growth > 0 && counter.used + growth > documentRoom(counter.quota)) {
        return yield* new OverQuota({ quota: counter.quota })
      }
      const changed = versions.map(({ blobs: _, isEarly, sealed, ...version }) => ({
        account,
        ...version,
        sealed: sealed ?? null,
        is_early: isEarly ? 1 : 0
      }))
      if (Array.isArrayNonEmpty(changed)) {
        yield* sql`INSERT INTO document ${sql.insert(changed)} ON CONFLICT (account, id) DO UPDATE
          SET generation = excluded.generation, parent = excluded.parent, sealed = excluded.sealed,
            is_early = excluded.is_early`
        const touched = yield* replaceUses(sql, account, versions, rows)
        yield* countUses(sql, account, touched, now)
        yield* sql`UPDATE account SET generation = ${generation}, used = used + ${growth} WHERE id = ${account}`
        yield* sql.afterCommit(signals.announce(account, { _tag: "Generation", generation }))
      }
      yield* sql`INSERT INTO batch ${
        sql.insert({ account, seq: counter.batches, id: batchId, outcomes: JSON.stringify(outcomes) })
      }`
      yield* sql`DELETE FROM batch WHERE account = ${account} AND seq <= ${counter.batches - MAX_BATCHES}`
      return outcomes
    })

    /** The generation is read first: what is pushed meanwhile is told by the next pull. */
    const pullAmong = Effect.fnUntraced(function*(
      which: ReturnType<typeof sql.literal>,
      account: number,
      since: number,
      limit: number
    ) {
      const [counter] = yield* sql<{ readonly generation: number }>`
        SELECT generation FROM account WHERE id = ${account}`
      if (counter === undefined) return yield* gone("pull")
      const sizes = yield* sql<{ readonly generation: number; readonly size: number | null }>`
        SELECT generation, length(sealed) AS size FROM document
        WHERE ${which} = ${account} AND generation > ${since} AND generation <= ${counter.generation}
        ORDER BY generation LIMIT ${limit}`
      const last = sizes[pageLength(sizes.map(({ size }) => size ?? 0)) - 1]
      if (last === undefined) return { documents: [], generation: counter.generation }
      const rows = yield* sql<DocumentRow>`SELECT id, generation, parent, sealed FROM document
        WHERE ${which} = ${account} AND generation > ${since} AND generation <= ${last.generation}
        ORDER BY generation`
      return { documents: rows.map(toDocument), generation: counter.generation }
    })

    return ProviderDocuments.of({
      push: Effect.fn("DocumentsSql.push")(function*(account, batchId, documents) {
        const now = yield* Clock.currentTimeMillis
        return yield* write(pushNow(account, batchId, documents, now))
      }, orFail("push")),
      pull: Effect.fn("DocumentsSql.pull")(
        (account, since, limit) => pullAmong(sql.literal("account"), account, since, limit),
        orFail("pull")
      ),
      pullEarly: Effect.fn("DocumentsSql.pullEarly")(
        (account, since, limit) => pullAmong(sql.literal("is_early = 1 AND account"), account, since, limit),
        orFail("pullEarly")
      ),
      feed: (account) =>
        signals.listen(
          account,
          sql<{ readonly generation: number; readonly waiting: number }>`SELECT generation,
            CASE WHEN EXISTS (SELECT 1 FROM incoming WHERE incoming.account = account.id) THEN 1 ELSE 0 END AS waiting
            FROM account WHERE id = ${account}`.pipe(
            Effect.flatMap(([row]) =>
              row === undefined
                ? Effect.fail(gone("feed"))
                : Effect.succeed({ generation: row.generation, waiting: row.waiting === 1 })
            ),
            orFail("feed")
          )
        ).pipe(Stream.rechunk(1))
    })
  })
)
