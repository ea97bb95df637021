/** ProviderSessions in SQL. */
import { Effect, Layer } from "effect"
import { type DeviceSession, ProviderSessions } from "../../ports/ProviderSessions.ts"
import { type AccountRow, orFail, toAccount } from "./Rows.ts"
import { Store } from "./Store.ts"

interface SessionRow {
  readonly session: string
  readonly device: string
  readonly created_at: number
  readonly seen_at: number
  readonly expires_at: number
}

const toSession = (row: SessionRow): DeviceSession => ({
  id: row.session,
  device: row.device,
  createdAt: row.created_at,
  seenAt: row.seen_at,
  expiresAt: row.expires_at
})

/** Milliseconds: when a session was last seen is known to the hour, and costs a write an hour. */
const SEEN_STEP = 3_600_000

export const layer: Layer.Layer<ProviderSessions, never, Store> = Layer.effect(
  ProviderSessions,
  Effect.gen(function*() {
    const { present, signals, sql, write } = yield* Store
    const columns = sql.literal("session.id AS session, device, created_at, seen_at, expires_at")
    return ProviderSessions.of({
      addSession: (account, tokenHash, { createdAt, device, expiresAt, id }) =>
        write(Effect.andThen(
          present(account, "addSession"),
          sql`INSERT INTO session ${
            sql.insert({
              account,
              id,
              token_hash: tokenHash,
              device,
              created_at: createdAt,
              seen_at: createdAt,
              expires_at: expiresAt
            })
          }`
        )).pipe(Effect.asVoid, orFail("addSession")),
      findSession: Effect.fn("SessionsSql.findSession")(function*(account, tokenHash, now) {
        const [row] = yield* sql<AccountRow & SessionRow>`
          SELECT account.id AS id, address, is_disabled, quota, used, ${columns}
          FROM session JOIN account ON account.id = session.account
          WHERE account = ${account} AND token_hash = ${tokenHash} AND expires_at > ${now} AND is_disabled = 0`
        if (row === undefined) return undefined
        if (now - row.seen_at >= SEEN_STEP) {
          yield* write(
            sql`UPDATE session SET seen_at = ${now}, expires_at = expires_at - seen_at + ${now} WHERE account = ${account} AND id = ${row.session}`
          )
        }
        return { account: toAccount(row), session: toSession(row) }
      }, orFail("findSession")),
      listSessions: (account, now) =>
        sql<SessionRow>`SELECT ${columns} FROM session WHERE account = ${account} AND expires_at > ${now}
          ORDER BY created_at DESC, id`.pipe(Effect.map((rows) => rows.map(toSession)), orFail("listSessions")),
      renameSession: (account, id, device) =>
        write(sql`UPDATE session SET device = ${device} WHERE account = ${account} AND id = ${id} RETURNING id`).pipe(
          Effect.map((rows) => rows.length > 0),
          orFail("renameSession")
        ),
      revokeSession: (account, id) =>
        write(Effect.gen(function*() {
          const rows = yield* sql`DELETE FROM session WHERE account = ${account} AND id = ${id} RETURNING id`
          yield* sql.afterCommit(signals.announce(account, { _tag: "Sessions" }))
          return rows.length > 0
        })).pipe(orFail("revokeSession"))
    })
  })
)
