/** The KeyStore port in the account's encrypted database: secret keys lie in it unprotected, the file is the protection. */
import { Effect, Layer, Redacted } from "effect"
import { Address, canonical } from "../../domain/account/Address.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import { sourceOf } from "../../domain/keys/BindingSource.ts"
import { levelOf } from "../../domain/keys/ValidationLevel.ts"
import { KeyStore, KeyStoreError, type OwnKeys } from "../../ports/KeyStore.ts"
import { migrate } from "./Migrations.ts"
import { SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"

export const MIGRATIONS: ReadonlyArray<string> = [
  `
  CREATE TABLE own_certificate (id INTEGER PRIMARY KEY CHECK (id = 1), address TEXT NOT NULL, certificate BLOB NOT NULL)
    STRICT;
  CREATE TABLE own_secret_key (position INTEGER PRIMARY KEY, secret_key BLOB NOT NULL) STRICT;
  CREATE TABLE binding (
    address TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    level INTEGER NOT NULL,
    source TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    certificate BLOB NOT NULL
  ) STRICT;
  `
]

interface OwnRow {
  readonly address: string
  readonly certificate: Uint8Array
}

interface BindingRow extends OwnRow {
  readonly fingerprint: string
  readonly level: number
  readonly source: string
  readonly seen_at: number
}

/** Parsed keys are cached by array: what did not change comes back as the same one. */
const MAX_CACHED = 1000

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  yield* migrate(database, "keys", MIGRATIONS)
  const cache = new Map<string, Binding>()
  let own: OwnKeys | undefined

  const toBinding = (row: BindingRow): Binding => {
    const known = cache.get(row.address)
    const isSame = known !== undefined && known.fingerprint === row.fingerprint && known.seenAt === row.seen_at &&
      known.level === row.level && Buffer.compare(known.certificate, row.certificate) === 0
    if (isSame) return known
    const binding: Binding = {
      address: Address.make(row.address),
      certificate: row.certificate,
      fingerprint: row.fingerprint,
      level: levelOf(row.level),
      source: sourceOf(row.source),
      seenAt: row.seen_at
    }
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(row.address, binding)
    return binding
  }

  const failed = (operation: KeyStoreError["operation"]) => (cause: SqliteError) =>
    new KeyStoreError({ operation, cause })

  return KeyStore.of({
    own: database.read((db): OwnKeys | undefined => {
      const row = db.prepare("SELECT address, certificate FROM own_certificate").get() as OwnRow | undefined
      const keys = db.prepare("SELECT secret_key FROM own_secret_key ORDER BY position").pluck().all() as Array<
        Uint8Array
      >
      const isSame = own !== undefined && row !== undefined && own.address === row.address &&
        Buffer.compare(own.certificate, row.certificate) === 0 && own.secretKeys.length === keys.length &&
        own.secretKeys.every((key, index) => Buffer.compare(Redacted.value(key), keys[index] as Uint8Array) === 0)
      if (isSame) return own
      const [first, ...older] = keys.map((key) => Redacted.make(key))
      if (row === undefined || first === undefined) return undefined
      own = { address: Address.make(row.address), certificate: row.certificate, secretKeys: [first, ...older] }
      return own
    }).pipe(Effect.mapError(failed("own"))),

    putOwn: Effect.fn("KeyStoreSqlite.putOwn")(function*(keys: OwnKeys) {
      yield* database.write((db) => {
        db.prepare("DELETE FROM own_secret_key").run()
        db.prepare("INSERT OR REPLACE INTO own_certificate VALUES (1, ?, ?)").run(keys.address, keys.certificate)
        const insert = db.prepare("INSERT INTO own_secret_key VALUES (?, ?)")
        for (const [position, key] of keys.secretKeys.entries()) insert.run(position, Redacted.value(key))
      }, () => {
        own = keys
      }).pipe(Effect.mapError(failed("putOwn")))
    }),

    binding: Effect.fn("KeyStoreSqlite.binding")(function*(address: Address) {
      return yield* database.read((db) => {
        const row = db.prepare("SELECT * FROM binding WHERE address = ?").get(canonical(address))
        return row === undefined ? undefined : toBinding(row as BindingRow)
      }).pipe(Effect.mapError(failed("binding")))
    }),

    bind: Effect.fn("KeyStoreSqlite.bind")(function*(binding: Binding) {
      yield* database.write((db) => {
        db.prepare(`INSERT OR REPLACE INTO binding (address, fingerprint, level, source, seen_at, certificate)
          VALUES (?, ?, ?, ?, ?, ?)`).run(
          canonical(binding.address),
          binding.fingerprint,
          binding.level,
          binding.source,
          binding.seenAt,
          binding.certificate
        )
      }).pipe(Effect.mapError(failed("bind")))
    }),

    bindings: database.read((db) =>
      (db.prepare("SELECT * FROM binding ORDER BY address").all() as Array<BindingRow>).map(toBinding)
    ).pipe(Effect.mapError(failed("bindings")))
  })
})

export const layer: Layer.Layer<KeyStore, SqliteError, SqliteDatabase> = Layer.effect(KeyStore, make)
