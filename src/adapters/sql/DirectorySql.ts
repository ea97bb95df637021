/** ProviderDirectory in SQL. */
import { Clock, Effect, Layer } from "effect"
import { Hex } from "effect/encoding"
import type { SqlError } from "effect/sql"
import { type Address, canonical } from "../../domain/account/Address.ts"
import { entryBytes, type LogEntry } from "../../domain/keys/DirectoryLog.ts"
import { ProviderDirectory, type PublishedCertificate } from "../../ports/ProviderDirectory.ts"
import { gone, orFail, plain } from "./Rows.ts"
import { Store } from "./Store.ts"

interface CertificateRow {
  readonly address: Address
  readonly certificate: Uint8Array
  readonly fingerprint: string
  readonly logged: number
}

const first = ([row]: ReadonlyArray<CertificateRow>): PublishedCertificate | undefined =>
  row === undefined ? undefined : { ...row, certificate: plain(row.certificate) }

/** Within a transaction: appends to the log and answers the entry's number. */
export const appendLog = Effect.fnUntraced(function*(
  { crypto, sql }: Store["Service"],
  at: number,
  mark: string,
  fingerprint: string
) {
  // The head's row is the lock: one appends at a time.
  const [head] = yield* sql<{ readonly seq: number; readonly hash: string }>`
    UPDATE directory_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash`
  if (head === undefined) return yield* gone("log")
  const entry = { seq: head.seq, at, mark, fingerprint }
  const hash = Hex.encode(yield* crypto.sha256(entryBytes(head.hash, entry)))
  yield* sql`INSERT INTO directory_log ${sql.insert({ ...entry, hash })}`
  yield* sql`UPDATE directory_head SET hash = ${hash} WHERE id = 1`
  return head.seq
})

export const layer: Layer.Layer<ProviderDirectory, never, Store> = Layer.effect(
  ProviderDirectory,
  Effect.gen(function*() {
    const store = yield* Store
    const { sql, write } = store
    const columns = sql.literal("account.address, certificate, fingerprint, logged")
    const find = (rows: Effect.Effect<ReadonlyArray<CertificateRow>, SqlError.SqlError>) =>
      Effect.map(rows, first).pipe(orFail("certificate"))

    return ProviderDirectory.of({
      publish: Effect.fn("DirectorySql.publish")(function*(account, { certificate, fingerprint, mark, wkdHash }) {
        const now = yield* Clock.currentTimeMillis
        yield* write(Effect.gen(function*() {
          const [known] = yield* sql<{ readonly certificate: Uint8Array | null }>`
            UPDATE account SET logged = logged WHERE id = ${account} RETURNING certificate`
          if (known === undefined) return yield* gone("publish")
          if (known.certificate !== null && Buffer.compare(known.certificate, certificate) === 0) return
          const logged = yield* appendLog(store, now, mark, fingerprint)
          yield* sql`UPDATE account SET certificate = ${certificate}, fingerprint = ${fingerprint},
            wkd_hash = ${wkdHash}, logged = ${logged} WHERE id = ${account}`
        }))
      }, orFail("publish")),
      certificate: (given) => {
        const address = canonical(given)
        return find(sql`SELECT ${columns} FROM account
          WHERE certificate IS NOT NULL AND is_disabled = 0 AND
            (address = ${address} OR id IN (SELECT account FROM alias WHERE address = ${address}))`)
      },
      certificateByFingerprint: (fingerprint) =>
        find(sql`SELECT ${columns} FROM account
          WHERE certificate IS NOT NULL AND is_disabled = 0 AND fingerprint = ${fingerprint}`),
      certificateByHash: (domain, wkdHash) =>
        find(sql<CertificateRow>`SELECT ${columns} FROM account
          WHERE certificate IS NOT NULL AND is_disabled = 0 AND wkd_hash = ${wkdHash}`.pipe(
          Effect.map((rows) => rows.filter(({ address }) => address.endsWith(`@${domain}`)))
        )),
      directoryLog: (after, limit) =>
        sql<LogEntry>`SELECT seq, at, mark, fingerprint, hash FROM directory_log
          WHERE seq > ${after} ORDER BY seq LIMIT ${limit}`.pipe(orFail("directoryLog"))
    })
  })
)
