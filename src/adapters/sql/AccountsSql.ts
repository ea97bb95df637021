/** ProviderAccounts in SQL. */
import { Clock, Effect, Layer } from "effect"
import { type Address, canonical, domain } from "../../domain/account/Address.ts"
import { AccountTaken, InviteRefused, type MailRecipient, ProviderAccounts } from "../../ports/ProviderAccounts.ts"
import { appendLog } from "./DirectorySql.ts"
import { ACCOUNT_TABLES } from "./ProviderSchema.ts"
import { type AccountRow, orFail, plain, toAccount } from "./Rows.ts"
import { Store } from "./Store.ts"

interface RecipientRow extends AccountRow {
  readonly certificate: Uint8Array | null
  readonly alias: string
}

const toRecipient = (row: RecipientRow): MailRecipient => ({
  ...toAccount(row),
  certificate: row.certificate === null ? undefined : plain(row.certificate)
})

export const layer: Layer.Layer<ProviderAccounts, never, Store> = Layer.effect(
  ProviderAccounts,
  Effect.gen(function*() {
    const store = yield* Store
    const { signals, sql, write } = store
    const columns = sql.literal("id, account.address AS address, is_disabled, quota, used")

    /** Somebody else's, or somebody's once. */
    const isTaken = Effect.fnUntraced(function*(address: Address) {
      const rows = yield* sql`SELECT address FROM retired WHERE address = ${address}
        UNION ALL SELECT address FROM alias WHERE address = ${address}`
      return rows.length > 0
    })

    /** An address that is kept for its owner opens with any of the codes that were told for it, and with no other. */
    const useInvite = Effect.fnUntraced(function*(address: Address, invite: Uint8Array | undefined, now: number) {
      const reserved = yield* sql<{ readonly hash: Uint8Array }>`SELECT hash FROM invite
        WHERE address = ${address} AND uses > 0 AND expires_at > ${now}`
      if (invite !== undefined) {
        const used = yield* sql`UPDATE invite SET uses = uses - 1
          WHERE hash = ${invite} AND uses > 0 AND expires_at > ${now} AND (address IS NULL OR address = ${address})
          RETURNING uses`
        if (used.length === 0) return yield* new InviteRefused({ address })
      }
      const isOwner = reserved.some(({ hash }) => invite !== undefined && Buffer.compare(hash, invite) === 0)
      if (reserved.length > 0 && !isOwner) return yield* new AccountTaken({ address })
    })

    return ProviderAccounts.of({
      createAccount: Effect.fn("AccountsSql.createAccount")(
        function*({ address: given, invite, registration, wrappedRoot }) {
          const address = canonical(given)
          const now = yield* Clock.currentTimeMillis
          return yield* write(Effect.gen(function*() {
            if (yield* isTaken(address)) return yield* new AccountTaken({ address })
            yield* useInvite(address, invite, now)
            const [made] = yield* sql<AccountRow>`INSERT INTO account (address) VALUES (${address})
              ON CONFLICT (address) DO NOTHING RETURNING id, address, is_disabled, quota, used`
            if (made === undefined) return yield* new AccountTaken({ address })
            yield* sql`INSERT INTO credential ${
              sql.insert({
                account: made.id,
                kind: "password",
                registration,
                wrapped_root: wrappedRoot,
                expires_at: null
              })
            }`
            return toAccount(made)
          }))
        },
        orFail("createAccount")
      ),
      findAccount: (address) =>
        sql<AccountRow>`SELECT ${columns} FROM account WHERE address = ${canonical(address)}`.pipe(
          Effect.map(([row]) => row === undefined ? undefined : toAccount(row)),
          orFail("findAccount")
        ),
      // Asked for every message: the span of its statement is enough.
      recipient: Effect.fnUntraced(function*(given) {
        const address = canonical(given)
        const [own] = yield* sql<RecipientRow>`SELECT ${columns}, certificate FROM account WHERE address = ${address}`
        if (own !== undefined) return toRecipient(own)
        const aliases = yield* sql<RecipientRow>`SELECT ${columns}, certificate, alias.address AS alias
          FROM alias JOIN account ON account.id = alias.account
          WHERE alias.address IN (${address}, ${`*@${domain(address)}`})`
        const alias = aliases.find((row) => row.alias === address) ?? aliases[0]
        return alias === undefined ? undefined : toRecipient(alias)
      }, orFail("recipient")),
      listAccounts: (after, limit) =>
        sql<AccountRow>`SELECT ${columns} FROM account WHERE id > ${after} ORDER BY id LIMIT ${limit}`.pipe(
          Effect.map((rows) => rows.map(toAccount)),
          orFail("listAccounts")
        ),
      setDisabled: (account, isDisabled) =>
        write(Effect.andThen(
          sql`UPDATE account SET is_disabled = ${isDisabled ? 1 : 0} WHERE id = ${account}`,
          sql.afterCommit(signals.announce(account, { _tag: "Sessions" }))
        )).pipe(orFail("setDisabled")),
      setQuota: (account, quota) =>
        write(sql`UPDATE account SET quota = ${quota ?? null} WHERE id = ${account}`).pipe(
          Effect.asVoid,
          orFail("setQuota")
        ),
      removeAccount: Effect.fn("AccountsSql.removeAccount")(function*(account, mark) {
        const now = yield* Clock.currentTimeMillis
        yield* write(Effect.gen(function*() {
          const [removed] = yield* sql<{ readonly address: string; readonly fingerprint: string | null }>`
            DELETE FROM account WHERE id = ${account} RETURNING address, fingerprint`
          if (removed === undefined) return
          yield* sql`INSERT INTO retired (address) SELECT address FROM alias WHERE account = ${account}
            ON CONFLICT DO NOTHING`
          yield* sql`INSERT INTO retired (address) VALUES (${removed.address}) ON CONFLICT DO NOTHING`
          // No code opens it again.
          yield* sql`DELETE FROM invite WHERE address = ${removed.address}`
          for (const table of ACCOUNT_TABLES) yield* sql`DELETE FROM ${sql(table)} WHERE account = ${account}`
          yield* store.blobs.eraseAccount(account)
          if (removed.fingerprint !== null) yield* appendLog(store, now, mark, "")
          yield* sql.afterCommit(signals.announce(account, { _tag: "Sessions" }))
        }))
      }, orFail("removeAccount")),

      aliases: (account) =>
        sql<{ readonly address: Address }>`SELECT address FROM alias WHERE account = ${account} ORDER BY address`.pipe(
          Effect.map((rows) => rows.map(({ address }) => address)),
          orFail("aliases")
        ),
      addAlias: (account, given) => {
        const alias = canonical(given)
        const taken = new AccountTaken({ address: alias })
        return write(Effect.gen(function*() {
          const others = yield* sql`SELECT address FROM account WHERE address = ${alias}
            UNION ALL SELECT address FROM retired WHERE address = ${alias}
            UNION ALL SELECT address FROM alias WHERE address = ${alias} AND account <> ${account}`
          if (others.length > 0) return yield* taken
          yield* store.present(account, "addAlias")
          const made = yield* sql`INSERT INTO alias (address, account) VALUES (${alias}, ${account})
            ON CONFLICT (address) DO UPDATE SET address = excluded.address WHERE alias.account = excluded.account
            RETURNING account`
          if (made.length === 0) return yield* taken
        })).pipe(orFail("addAlias"))
      },
      removeAlias: (account, alias) =>
        write(
          sql`DELETE FROM alias WHERE account = ${account} AND address = ${canonical(alias)} RETURNING address`
        ).pipe(Effect.map((rows) => rows.length > 0), orFail("removeAlias")),

      addInvite: ({ address, expiresAt, hash, uses }) =>
        write(sql`INSERT INTO invite ${
          sql.insert({
            hash,
            address: address === undefined ? null : canonical(address),
            uses,
            expires_at: expiresAt
          })
        }`).pipe(Effect.asVoid, orFail("addInvite"))
    })
  })
)
