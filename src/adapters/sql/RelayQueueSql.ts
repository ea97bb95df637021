/** RelayQueue in SQL. */
import { Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import { type OutboundItem, RelayQueue } from "../../ports/RelayQueue.ts"
import { orFail, plain } from "./Rows.ts"
import { Store } from "./Store.ts"

interface OutboundRow {
  readonly account: number
  readonly id: string
  readonly sender: string
  readonly recipients: string
  readonly attempts: number
  readonly offered_at: number
  readonly bytes: Uint8Array
}

const toItem = (row: OutboundRow): OutboundItem => ({
  account: row.account,
  id: row.id,
  from: row.sender,
  to: JSON.parse(row.recipients) as ReadonlyArray<string>,
  attempts: row.attempts,
  offeredAt: row.offered_at,
  bytes: plain(row.bytes)
})

export const layer: Layer.Layer<RelayQueue, never, Store> = Layer.effect(
  RelayQueue,
  Effect.gen(function*() {
    const { present, sql, write } = yield* Store
    const passing = sql.onDialectOrElse({ orElse: () => "", pg: () => "FOR UPDATE SKIP LOCKED" })
    return RelayQueue.of({
      enqueueOutbound: Effect.fn("RelayQueueSql.enqueueOutbound")(function*({ account, bytes, from, offeredAt, to }) {
        const id = randomUUID()
        yield* write(Effect.andThen(
          present(account, "enqueueOutbound"),
          sql`INSERT INTO outbound ${
            sql.insert({
              account,
              id,
              sender: from,
              recipients: JSON.stringify(to),
              offered_at: offeredAt,
              not_before: offeredAt,
              bytes
            })
          }`
        ))
        return id
      }, orFail("enqueueOutbound")),
      claimOutbound: (now, until, limit) =>
        write(sql<OutboundRow>`UPDATE outbound SET not_before = ${until} WHERE (account, id) IN (
            SELECT account, id FROM outbound WHERE not_before <= ${now}
            ORDER BY not_before, offered_at LIMIT ${limit} ${sql.literal(passing)})
          RETURNING account, id, sender, recipients, attempts, offered_at, bytes`).pipe(
          Effect.map((rows) => rows.map(toItem).toSorted((a, b) => a.offeredAt - b.offeredAt)),
          orFail("claimOutbound")
        ),
      postponeOutbound: ({ account, id }, notBefore, to) =>
        write(sql`UPDATE outbound
          SET not_before = ${notBefore}, recipients = ${JSON.stringify(to)}, attempts = attempts + 1
          WHERE account = ${account} AND id = ${id}`).pipe(Effect.asVoid, orFail("postponeOutbound")),
      removeOutbound: ({ account, id }) =>
        write(sql`DELETE FROM outbound WHERE account = ${account} AND id = ${id}`).pipe(
          Effect.asVoid,
          orFail("removeOutbound")
        ),
      outboundCount: sql<{ readonly count: number }>`SELECT count(*) AS count FROM outbound`.pipe(
        Effect.map(([row]) => row?.count ?? 0),
        orFail("outboundCount")
      )
    })
  })
)
