/** ProviderCredentials in SQL. */
import { Effect, Layer } from "effect"
import { canonical } from "../../domain/account/Address.ts"
import { ProviderCredentials } from "../../ports/ProviderCredentials.ts"
import { type AccountRow, orFail, plain, toAccount } from "./Rows.ts"
import { Store } from "./Store.ts"

interface CredentialRow extends AccountRow {
  readonly registration: string
  readonly wrapped_root: Uint8Array
  readonly expires_at: number | null
}

export const layer: Layer.Layer<ProviderCredentials, never, Store> = Layer.effect(
  ProviderCredentials,
  Effect.gen(function*() {
    const { present, signals, sql, write } = yield* Store
    return ProviderCredentials.of({
      credential: (address, kind, now) =>
        sql<CredentialRow>`SELECT id, address, is_disabled, quota, used, registration, wrapped_root, expires_at
          FROM account JOIN credential ON account = id
          WHERE address = ${canonical(address)} AND kind = ${kind} AND is_disabled = 0
            AND (expires_at IS NULL OR expires_at > ${now})`.pipe(
          Effect.map(([row]) =>
            row === undefined ? undefined : {
              account: toAccount(row),
              registration: row.registration,
              wrappedRoot: plain(row.wrapped_root),
              expiresAt: row.expires_at ?? undefined
            }
          ),
          orFail("credential")
        ),
      setCredential: (account, kind, { expiresAt, registration, wrappedRoot }, onlySession) =>
        write(Effect.gen(function*() {
          yield* present(account, "setCredential")
          yield* sql`INSERT INTO credential ${
            sql.insert({ account, kind, registration, wrapped_root: wrappedRoot, expires_at: expiresAt ?? null })
          } ON CONFLICT (account, kind) DO UPDATE SET registration = excluded.registration,
            wrapped_root = excluded.wrapped_root, expires_at = excluded.expires_at`
          if (onlySession === undefined) return
          yield* sql`DELETE FROM session WHERE account = ${account} AND id <> ${onlySession}`
          yield* sql.afterCommit(signals.announce(account, { _tag: "Sessions" }))
        })).pipe(orFail("setCredential")),
      dropCredential: (account, kind) =>
        write(sql`DELETE FROM credential WHERE account = ${account} AND kind = ${kind} RETURNING kind`).pipe(
          Effect.map((rows) => rows.length > 0),
          orFail("dropCredential")
        ),

      keepAttempt: (id, state, expiresAt) =>
        write(sql`INSERT INTO attempt (id, state, expires_at) VALUES (${id}, ${state}, ${expiresAt})`).pipe(
          Effect.asVoid,
          orFail("keepAttempt")
        ),
      takeAttempt: (id, now) =>
        write(sql<{ readonly state: string; readonly expires_at: number }>`
          DELETE FROM attempt WHERE id = ${id} RETURNING state, expires_at`).pipe(
          Effect.map(([row]) => row !== undefined && row.expires_at > now ? row.state : undefined),
          orFail("takeAttempt")
        )
    })
  })
)
