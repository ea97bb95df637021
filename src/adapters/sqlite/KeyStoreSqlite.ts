/** The KeyStore port in the account's encrypted database: secret keys lie in it unprotected, the file is the protection. */
import { Effect, Layer, Redacted } from "effect"
import { Address, canonical } from "../../domain/account/Address.ts"
import type { AuditEntry } from "../../domain/keys/Audit.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import type { SendPolicy } from "../../domain/outgoing/SendPolicy.ts"
import { KeyStore, KeyStoreError, type OwnKeys } from "../../ports/KeyStore.ts"
import type { Statement } from "./Driver.ts"
import {
  type BindingRow,
  bindingValues,
  type CandidateRow,
  candidateValues,
  type PeerRow,
  PUT_BINDING,
  PUT_CANDIDATE,
  toBinding,
  toCandidate,
  toPeer
} from "./KeyRows.ts"
import { MIGRATIONS } from "./KeySchema.ts"
import { migrate } from "./Migrations.ts"
import { type Handle, SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"

interface OwnRow {
  readonly address: string
  readonly certificate: Uint8Array
}

interface AnswerRow {
  readonly fingerprint: string
  readonly asked_at: number
  readonly until: number
}

/** Parsed keys are cached by array: what did not change comes back as the same one. */
const MAX_CACHED = 1000

const isEqual = (a: ReadonlyArray<Uint8Array>, b: ReadonlyArray<Uint8Array>): boolean =>
  a.length === b.length && a.every((one, index) => Buffer.compare(one, b[index] ?? new Uint8Array(0)) === 0)

const make = Effect.gen(function*() {
  const database = yield* SqliteDatabase
  yield* migrate(database, "keys", MIGRATIONS)
  const cache = new Map<string, Binding>()
  let own: OwnKeys | undefined

  const cached = (row: BindingRow): Binding => {
    const known = cache.get(row.address)
    const isSame = known !== undefined && known.fingerprint === row.fingerprint && known.seenAt === row.seen_at &&
      known.level === row.level && Buffer.compare(known.certificate, row.certificate) === 0
    if (isSame) return known
    const binding = toBinding(row)
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(row.address, binding)
    return binding
  }

  const statements = new Map<string, Statement>()

  /** Kept: to prepare one costs more than to run it. */
  const prepared = (db: Handle, text: string): Statement => {
    const known = statements.get(text)
    if (known !== undefined) return known
    const made = db.prepare(text)
    statements.set(text, made)
    return made
  }

  const failed = (operation: KeyStoreError["operation"]) => (cause: SqliteError) =>
    new KeyStoreError({ operation, cause })
  const read = <A>(operation: KeyStoreError["operation"], f: (db: Handle) => A) =>
    Effect.mapError(database.read(f), failed(operation))
  const write = (operation: KeyStoreError["operation"], f: (db: Handle) => void) =>
    Effect.mapError(database.write(f), failed(operation))

  return KeyStore.of({
    own: read("own", (db): OwnKeys | undefined => {
      const row = prepared(db, "SELECT address, certificate FROM own_certificate").get() as OwnRow | undefined
      const keys = prepared(db, "SELECT secret_key FROM own_secret_key ORDER BY position").pluck().all() as Array<
        Uint8Array
      >
      const revocations = prepared(db, "SELECT revocation FROM own_revocation ORDER BY position").pluck()
        .all() as Array<
          Uint8Array
        >
      const isSame = own !== undefined && row !== undefined && own.address === row.address &&
        isEqual([own.certificate], [row.certificate]) && isEqual(own.secretKeys.map(Redacted.value), keys) &&
        isEqual((own.revocations ?? []).map(Redacted.value), revocations)
      if (isSame) return own
      const [first, ...older] = keys.map((key) => Redacted.make(key))
      if (row === undefined || first === undefined) return undefined
      own = {
        address: Address.make(row.address),
        certificate: row.certificate,
        secretKeys: [first, ...older],
        revocations: revocations.map((revocation) => Redacted.make(revocation))
      }
      return own
    }),

    putOwn: Effect.fn("KeyStoreSqlite.putOwn")(function*(keys: OwnKeys) {
      yield* database.write((db) => {
        prepared(db, "DELETE FROM own_secret_key").run()
        prepared(db, "DELETE FROM own_revocation").run()
        prepared(db, "INSERT OR REPLACE INTO own_certificate VALUES (1, ?, ?)").run(keys.address, keys.certificate)
        const insert = prepared(db, "INSERT INTO own_secret_key VALUES (?, ?)")
        for (const [position, key] of keys.secretKeys.entries()) insert.run(position, Redacted.value(key))
        const revoke = prepared(db, "INSERT INTO own_revocation VALUES (?, ?)")
        for (const [position, one] of (keys.revocations ?? []).entries()) revoke.run(position, Redacted.value(one))
      }, () => {
        own = keys
      }).pipe(Effect.mapError(failed("putOwn")))
    }),

    binding: (address) =>
      read("binding", (db) => {
        const row = prepared(db, "SELECT * FROM binding WHERE address = ?").get(canonical(address))
        return row === undefined ? undefined : cached(row as BindingRow)
      }),

    bind: (binding) =>
      write("bind", (db) => {
        prepared(db, PUT_BINDING).run(...bindingValues({ ...binding, address: canonical(binding.address) }))
      }),

    bindings: read(
      "bindings",
      (db) => (prepared(db, "SELECT * FROM binding ORDER BY address").all() as Array<BindingRow>).map(cached)
    ),

    use: (address, fingerprint) =>
      read("use", (db) => {
        const uses = prepared(db, "SELECT use FROM key_use WHERE address = ? AND fingerprint = ?").pluck()
          .all(canonical(address), fingerprint)
        return { encrypt: uses.includes("encrypt"), verify: uses.includes("verify") }
      }),

    noteUse: (address, fingerprint, use) =>
      write("noteUse", (db) => {
        prepared(db, "INSERT OR IGNORE INTO key_use VALUES (?, ?, ?)").run(canonical(address), fingerprint, use)
      }),

    candidates: (address) =>
      read("candidates", (db) => {
        const of = address === undefined ? null : canonical(address)
        const rows = prepared(
          db,
          `SELECT * FROM key_candidate WHERE address = ifnull(?, address)
          ORDER BY address, fingerprint`
        ).all(of)
        return (rows as Array<CandidateRow>).map(toCandidate)
      }),

    putCandidate: (candidate) =>
      write("putCandidate", (db) => {
        prepared(db, PUT_CANDIDATE).run(...candidateValues({ ...candidate, address: canonical(candidate.address) }))
      }),

    dropCandidate: (address, fingerprint) =>
      write("dropCandidate", (db) => {
        prepared(db, "DELETE FROM key_candidate WHERE address = ? AND fingerprint = ?")
          .run(canonical(address), fingerprint)
      }),

    wish: (address) =>
      read("wish", (db) => {
        const key = address === undefined ? "" : canonical(address)
        return prepared(db, "SELECT wish FROM send_wish WHERE address = ?").pluck().get(key) as SendPolicy | undefined
      }),

    putWish: (address, wish) =>
      write("putWish", (db) => {
        const key = address === undefined ? "" : canonical(address)
        if (wish === undefined) prepared(db, "DELETE FROM send_wish WHERE address = ?").run(key)
        else prepared(db, "INSERT OR REPLACE INTO send_wish VALUES (?, ?)").run(key, wish)
      }),

    auditLog: (address) =>
      read("auditLog", (db) => {
        const log = prepared(db, "SELECT log FROM key_audit WHERE address = ?").pluck().get(canonical(address))
        return log === undefined ? [] : JSON.parse(log as string) as ReadonlyArray<AuditEntry>
      }),

    putAuditLog: (address, log) =>
      write("putAuditLog", (db) => {
        prepared(db, "INSERT OR REPLACE INTO key_audit VALUES (?, ?)").run(canonical(address), JSON.stringify(log))
      }),

    answer: (given, directory) =>
      read("answer", (db) => {
        const address = canonical(given)
        const row = prepared(db, "SELECT * FROM key_answer WHERE address = ? AND directory = ?")
          .get(address, directory) as AnswerRow | undefined
        return row === undefined
          ? undefined
          : { address, directory, fingerprint: row.fingerprint, askedAt: row.asked_at, until: row.until }
      }),

    putAnswer: ({ address, askedAt, directory, fingerprint, until }) =>
      write("putAnswer", (db) => {
        prepared(db, "INSERT OR REPLACE INTO key_answer VALUES (?, ?, ?, ?, ?)")
          .run(canonical(address), directory, fingerprint, askedAt, until)
      }),

    peer: (address) =>
      read("peer", (db) => {
        const row = prepared(db, "SELECT * FROM autocrypt_peer WHERE address = ?").get(canonical(address))
        return row === undefined ? undefined : toPeer(row as PeerRow)
      }),

    putPeer: ({ address, gossip, key, lastSeen, preferEncrypt }) =>
      write("putPeer", (db) => {
        prepared(
          db,
          `INSERT OR REPLACE INTO autocrypt_peer
          (address, last_seen, is_mutual, key, key_at, gossip, gossip_at) VALUES (?, ?, ?, ?, ?, ?, ?)`
        ).run(
          canonical(address),
          lastSeen,
          Number(preferEncrypt === "mutual"),
          key?.certificate ?? null,
          key?.at ?? null,
          gossip?.certificate ?? null,
          gossip?.at ?? null
        )
      })
  })
})

export const layer: Layer.Layer<KeyStore, SqliteError, SqliteDatabase> = Layer.effect(KeyStore, make)
