/** ProviderUpkeep in SQL. */
import { Effect, Layer } from "effect"
import { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
import { orFail } from "./Rows.ts"
import { Store } from "./Store.ts"

/** Milliseconds that a blob without use is kept: a client may be about to refer to it again. */
const BLOB_GRACE = 24 * 3_600_000
const SWEEP = 500

interface ReleasedRow {
  readonly account: number
  readonly id: string
  readonly size: number
}

export const layer: Layer.Layer<ProviderUpkeep, never, Store> = Layer.effect(
  ProviderUpkeep,
  Effect.gen(function*() {
    const { blobs, sql, write } = yield* Store

    /** One account's at a time, with its row locked. Whoever took one up meanwhile keeps it. */
    const erase = (account: number, ids: ReadonlyArray<string>, before: number) =>
      write(Effect.gen(function*() {
        yield* sql`UPDATE account SET used = used WHERE id = ${account}`
        const erased = yield* sql<{ readonly id: string; readonly size: number }>`
          DELETE FROM blob WHERE account = ${account} AND ${sql.in("id", ids)}
            AND released_at <= ${before} AND uses = 0 RETURNING id, size`
        yield* blobs.eraseBlobs(account, erased.map(({ id }) => id))
        const freed = erased.reduce((sum, { size }) => sum + size, 0)
        yield* sql`UPDATE account SET used = used - ${freed} WHERE id = ${account}`
      }))

    const sweepBlobs = Effect.fnUntraced(function*(before: number) {
      for (;;) {
        const rows = yield* sql<ReleasedRow>`SELECT account, id, size FROM blob
          WHERE released_at <= ${before} AND uses = 0 LIMIT ${SWEEP}`
        const byAccount = Map.groupBy(rows, ({ account }) => account)
        for (const [account, released] of byAccount) yield* erase(account, released.map(({ id }) => id), before)
        if (rows.length < SWEEP) return
      }
    })

    return ProviderUpkeep.of({
      secret: Effect.fn("UpkeepSql.secret")(function*(name, make) {
        const find = sql<{ readonly value: string }>`SELECT value FROM secret WHERE name = ${name}`
        const [known] = yield* find
        if (known !== undefined) return known.value
        const made = yield* make
        yield* write(sql`INSERT INTO secret (name, value) VALUES (${name}, ${made}) ON CONFLICT DO NOTHING`)
        const [kept] = yield* find
        return kept?.value ?? made
      }, orFail("secret")),
      sweep: Effect.fn("UpkeepSql.sweep")(function*(now) {
        for (const table of ["session", "attempt", "invite", "credential", "counter"] as const) {
          yield* write(sql`DELETE FROM ${sql(table)} WHERE expires_at <= ${now}`)
        }
        yield* sweepBlobs(now - BLOB_GRACE)
      }, orFail("sweep")),
      ping: sql`SELECT 1`.pipe(Effect.asVoid, orFail("ping"))
    })
  })
)
