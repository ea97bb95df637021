/** The KeyStore port in the account's encrypted database: secret keys lie in it unprotected, the file is the protection. */
import { Effect, Layer, Redacted } from "effect"
import { Address, canonical } from "../../domain/account/Address.ts"
import type { AuditEntry } from "../../domain/keys/Audit.ts"
import type { Binding } from "../../domain/keys/Binding.ts"
import type { SendPolicy } from "../../domain/outgoing/SendPolicy.ts"
import { KeyStore, KeyStoreError, type OwnKeys } from "../../ports/KeyStore.ts"
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
import { SqliteDatabase } from "./SqliteDatabase.ts"
import type { SqliteError } from "./SqliteError.ts"
import { keeping } from "./Statements.ts"

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

  const prepare = keeping(database.handle)

  const failed = (operation: KeyStoreError["operation"]) => (cause: SqliteError) =>
    new KeyStoreError({ operation, cause })
  const read = <A>(operation: KeyStoreError["operation"], f: () => A) =>
    Effect.mapError(database.read(f), failed(operation))
  const write = (operation: KeyStoreError["operation"], f: () => void) =>
    Effect.mapError(database.write(f), failed(operation))

  return KeyStore.of({
    own: read("own", (): OwnKeys | undefined => {
      const row = prepare("SELECT address, certificate FROM own_certificate").get() as OwnRow | undefined
      const keys = prepare("SELECT secret_key FROM own_secret_key ORDER BY position").pluck().all() as Array<
        Uint8Array
      >
      const revocations = prepare("SELECT revocation FROM own_revocation ORDER BY position").pluck()
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
      yield* database.write(() => {
        prepare("DELETE FROM own_secret_key").run()
        prepare("DELETE FROM own_revocation").run()
        prepare("INSERT OR REPLACE INTO own_certificate VALUES (1, ?, ?)").run(keys.address, keys.certificate)
        const insert = prepare("INSERT INTO own_secret_key VALUES (?, ?)")
        for (const [position, key] of keys.secretKeys.entries()) insert.run(position, Redacted.value(key))
        const revoke = prepare("INSERT INTO own_revocation VALUES (?, ?)")
        for (const [position, one] of (keys.revocations ?? []).entries()) revoke.run(position, Redacted.value(one))
      }, () => {
        own = keys
      }).pipe(Effect.mapError(failed("putOwn")))
    }),

    binding: (address) =>
      read("binding", () => {
        const row = prepare("SELECT * FROM binding WHERE address = ?").get(canonical(address))
        return row === undefined ? undefined : cached(row as BindingRow)
      }),

    bind: (binding) =>
      write("bind", () => {
        prepare(PUT_BINDING).run(...bindingValues({ ...binding, address: canonical(binding.address) }))
      }),

    bindings: read(
      "bindings",
      () => (prepare("SELECT * FROM binding ORDER BY address").all() as Array<BindingRow>).map(cached)
    ),

    use: (address, fingerprint) =>
      read("use", () => {
        const uses = prepare("SELECT use FROM key_use WHERE address = ? AND fingerprint = ?").pluck()
          .all(canonical(address), fingerprint)
        return { encrypt: uses.includes("encrypt"), verify: uses.includes("verify") }
      }),

    noteUse: (address, fingerprint, use) =>
      write("noteUse", () => {
        prepare("INSERT OR IGNORE INTO key_use VALUES (?, ?, ?)").run(canonical(address), fingerprint, use)
      }),

    candidates: (address) =>
      read("candidates", () => {
        const of = address === undefined ? null : canonical(address)
        const rows = prepare(`SELECT * FROM key_candidate WHERE address = ifnull(?, address)
          ORDER BY address, fingerprint`).all(of)
        return (rows as Array<CandidateRow>).map(toCandidate)
      }),

    putCandidate: (candidate) =>
      write("putCandidate", () => {
        prepare(PUT_CANDIDATE).run(...candidateValues({ ...candidate, address: canonical(candidate.address) }))
      }),

    dropCandidate: (address, fingerprint) =>
      write("dropCandidate", () => {
        prepare("DELETE FROM key_candidate WHERE address = ? AND fingerprint = ?")
          .run(canonical(address), fingerprint)
      }),

    wish: (address) =>
      read("wish", () => {
        const key = address === undefined ? "" : canonical(address)
        return prepare("SELECT wish FROM send_wish WHERE address = ?").pluck().get(key) as SendPolicy | undefined
      }),

    putWish: (address, wish) =>
      write("putWish", () => {
        const key = address === undefined ? "" : canonical(address)
        if (wish === undefined) prepare("DELETE FROM send_wish WHERE address = ?").run(key)
        else prepare("INSERT OR REPLACE INTO send_wish VALUES (?, ?)").run(key, wish)
      }),

    auditLog: (address) =>
      read("auditLog", () => {
        const log = prepare("SELECT log FROM key_audit WHERE address = ?").pluck().get(canonical(address))
        return log === undefined ? [] : JSON.parse(log as string) as ReadonlyArray<AuditEntry>
      }),

    putAuditLog: (address, log) =>
      write("putAuditLog", () => {
        prepare("INSERT OR REPLACE INTO key_audit VALUES (?, ?)").run(canonical(address), JSON.stringify(log))
      }),

    answer: (given, directory) =>
      read("answer", () => {
        const address = canonical(given)
        const row = prepare("SELECT * FROM key_answer WHERE address = ? AND directory = ?")
          .get(address, directory) as AnswerRow | undefined
        return row === undefined
          ? undefined
          : { address, directory, fingerprint: row.fingerprint, askedAt: row.asked_at, until: row.until }
      }),

    putAnswer: ({ address, askedAt, directory, fingerprint, until }) =>
      write("putAnswer", () => {
        prepare("INSERT OR REPLACE INTO key_answer VALUES (?, ?, ?, ?, ?)")
          .run(canonical(address), directory, fingerprint, askedAt, until)
      }),

    peer: (address) =>
      read("peer", () => {
        const row = prepare("SELECT * FROM autocrypt_peer WHERE address = ?").get(canonical(address))
        return row === undefined ? undefined : toPeer(row as PeerRow)
      }),

    putPeer: ({ address, gossip, key, lastSeen, preferEncrypt }) =>
      write("putPeer", () => {
        prepare(`INSERT OR REPLACE INTO autocrypt_peer
          (address, last_seen, is_mutual, key, key_at, gossip, gossip_at) VALUES (?, ?, ?, ?, ?, ?, ?)`).run(
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
