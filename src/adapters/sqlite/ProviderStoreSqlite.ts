/** ProviderStore in one SQLite file. What is answered is on disk. */
import { Effect, Layer, Result } from "effect"
import { randomUUID } from "node:crypto"
import { type Address, canonical } from "../../domain/account/Address.ts"
import * as ChangeFeed from "../../domain/document/ChangeFeed.ts"
import {
  type AccountId,
  AccountTaken,
  type OutboundItem,
  type ProviderAccount,
  ProviderStore,
  ProviderStoreError
} from "../../ports/ProviderStore.ts"
import { migrate } from "./Migrations.ts"
import { MIGRATIONS } from "./ProviderMigrations.ts"
import * as ProviderReplicationTable from "./ProviderReplicationTable.ts"
import { type Handle, SqliteDatabase } from "./SqliteDatabase.ts"
import { SqliteError } from "./SqliteError.ts"

interface AccountRow {
  readonly id: number
  readonly address: Address
  readonly registration: string
  readonly wrapped_root: Uint8Array
}

interface OutboundRow {
  readonly id: number
  readonly sender: string
  readonly recipients: string
  readonly offered_at: number
  readonly attempts: number
  readonly bytes: Uint8Array
}

/** The driver gives Buffers; the ports speak of plain bytes. No copy. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

const bytesOf = (value: unknown): Uint8Array | undefined => value instanceof Uint8Array ? plain(value) : undefined

const toAccount = (row: AccountRow): ProviderAccount => ({
  id: row.id,
  address: row.address,
  registration: row.registration,
  wrappedRoot: plain(row.wrapped_root)
})

const toOutbound = (row: OutboundRow): OutboundItem => ({
  id: row.id,
  from: row.sender,
  to: JSON.parse(row.recipients) as ReadonlyArray<string>,
  attempts: row.attempts,
  offeredAt: row.offered_at,
  bytes: plain(row.bytes)
})

const prepare = (db: Handle) => ({
  insertAccount: db.prepare(
    "INSERT INTO account (address, registration, wrapped_root) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
  ),
  findAccount: db.prepare("SELECT id, address, registration, wrapped_root FROM account WHERE address = ?"),
  insertSession: db.prepare("INSERT INTO session VALUES (?, ?, ?, ?)"),
  findSession: db.prepare(`SELECT id, address, registration, wrapped_root
    FROM session JOIN account ON id = account WHERE token_hash = ? AND expires_at > ?`),
  publish: db.prepare("UPDATE account SET certificate = ? WHERE id = ?"),
  certificate: db.prepare("SELECT certificate FROM account WHERE address = ?").pluck(),
  enqueue: db.prepare("INSERT INTO incoming (account, id, arrived_at, size, bytes) VALUES (?, ?, ?, ?, ?)"),
  incoming: db.prepare(
    "SELECT id, arrived_at AS arrivedAt, size FROM incoming WHERE account = ? ORDER BY seq LIMIT ?"
  ),
  fetchIncoming: db.prepare("SELECT bytes FROM incoming WHERE account = ? AND id = ?").pluck(),
  acknowledge: db.prepare("DELETE FROM incoming WHERE account = ? AND id = ?"),
  waiting: db.prepare("SELECT EXISTS (SELECT 1 FROM incoming WHERE account = ?)").pluck(),
  enqueueOutbound: db.prepare(
    "INSERT INTO outbound (sender, recipients, offered_at, not_before, bytes) VALUES (?, ?, ?, ?, ?)"
  ),
  dueOutbound: db.prepare(`SELECT id, sender, recipients, offered_at, attempts, bytes FROM outbound
    WHERE not_before <= ? ORDER BY not_before, id LIMIT ?`),
  postponeOutbound: db.prepare(
    "UPDATE outbound SET not_before = ?, recipients = ?, attempts = attempts + 1 WHERE id = ?"
  ),
  removeOutbound: db.prepare("DELETE FROM outbound WHERE id = ?"),
  secret: db.prepare("SELECT value FROM secret WHERE name = ?").pluck(),
  keepSecret: db.prepare("INSERT INTO secret VALUES (?, ?) ON CONFLICT DO NOTHING")
})

const make = Effect.fnUntraced(function*(database: SqliteDatabase["Service"]) {
  yield* migrate(database, "provider", MIGRATIONS)
  const statements = prepare(database.handle)
  const replication = ProviderReplicationTable.make(database.handle)
  const feeds = ChangeFeed.make()

  const failed = (operation: string) => (cause: unknown) => new ProviderStoreError({ operation, cause })
  const read = <A>(operation: string, f: () => A) => Effect.mapError(database.read(f), failed(operation))
  const write = <A>(operation: string, f: () => A, afterCommit?: (value: A) => void) =>
    Effect.mapError(database.write(f, afterCommit), failed(operation))

  return ProviderStore.of({
    createAccount: (account) => {
      const address = canonical(account.address)
      return database.writeResult(() => {
        const { changes, lastInsertRowid } = statements.insertAccount.run(
          address,
          account.registration,
          account.wrappedRoot
        )
        return changes === 0
          ? Result.fail(new AccountTaken({ address }))
          : Result.succeed({ ...account, address, id: Number(lastInsertRowid) })
      }).pipe(Effect.mapError((cause) => cause instanceof SqliteError ? failed("createAccount")(cause) : cause))
    },
    findAccount: (address) =>
      read("findAccount", () => {
        const row = statements.findAccount.get(canonical(address)) as AccountRow | undefined
        return row === undefined ? undefined : toAccount(row)
      }),
    addSession: (account, tokenHash, device, expiresAt) =>
      write("addSession", () => void statements.insertSession.run(tokenHash, account, device, expiresAt)),
    findSession: (tokenHash, now) =>
      read("findSession", () => {
        const row = statements.findSession.get(tokenHash, now) as AccountRow | undefined
        return row === undefined ? undefined : toAccount(row)
      }),

    publish: (account, certificate) => write("publish", () => void statements.publish.run(certificate, account)),
    certificate: (address) => read("certificate", () => bytesOf(statements.certificate.get(canonical(address)))),

    enqueue: (account, encrypted, arrivedAt) =>
      write(
        "enqueue",
        () => {
          const item = { id: randomUUID(), arrivedAt, size: encrypted.length }
          statements.enqueue.run(account, item.id, arrivedAt, item.size, encrypted)
          return item
        },
        () => feeds.announce(account, { _tag: "Incoming" })
      ),
    incoming: (account, limit) =>
      read("incoming", () =>
        statements.incoming.all(account, limit) as Array<
          { readonly id: string; readonly arrivedAt: number; readonly size: number }
        >),
    fetchIncoming: (account, id) => read("fetchIncoming", () => bytesOf(statements.fetchIncoming.get(account, id))),
    acknowledge: (account, ids) =>
      write("acknowledge", () => {
        for (const id of ids) statements.acknowledge.run(account, id)
      }),

    push: (account, batchId, documents) =>
      write(
        "push",
        () => replication.push(account, batchId, documents),
        ({ generation }) => {
          if (generation !== undefined) feeds.announce(account, { _tag: "Generation", generation })
        }
      ).pipe(Effect.map(({ outcomes }) => outcomes)),
    pull: (account, since, limit) => read("pull", () => replication.pull(account, since, limit)),
    putBlob: (account, id, sealed) => write("putBlob", () => replication.putBlob(account, id, sealed)),
    getBlob: (account, id) => read("getBlob", () => bytesOf(replication.getBlob(account, id))),
    missingBlobs: (account, ids) => read("missingBlobs", () => ids.filter((id) => !replication.hasBlob(account, id))),
    feed: (account: AccountId) =>
      feeds.listen(
        account,
        read("feed", () => ({
          generation: replication.generation(account),
          waiting: statements.waiting.get(account) === 1
        }))
      ),

    enqueueOutbound: (item) =>
      write("enqueueOutbound", () =>
        Number(
          statements.enqueueOutbound.run(item.from, JSON.stringify(item.to), item.offeredAt, item.offeredAt, item.bytes)
            .lastInsertRowid
        )),
    dueOutbound: (now, limit) =>
      read("dueOutbound", () => (statements.dueOutbound.all(now, limit) as Array<OutboundRow>).map(toOutbound)),
    postponeOutbound: (id, notBefore, to) =>
      write("postponeOutbound", () => void statements.postponeOutbound.run(notBefore, JSON.stringify(to), id)),
    removeOutbound: (id) => write("removeOutbound", () => void statements.removeOutbound.run(id)),

    secret: (name, make) =>
      Effect.gen(function*() {
        const known = yield* read("secret", () => statements.secret.get(name) as string | undefined)
        if (known !== undefined) return known
        const made = yield* make
        return yield* write("secret", () => {
          statements.keepSecret.run(name, made)
          return statements.secret.get(name) as string
        })
      })
  })
})

export const layer: Layer.Layer<ProviderStore, SqliteError, SqliteDatabase> = Layer.effect(
  ProviderStore,
  Effect.flatMap(SqliteDatabase, make)
)
