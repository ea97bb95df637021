/**
 * The tables of a provider. Nothing in them is readable but addresses, sizes, times, device names and mail that waits
 * for relay. All but the directory's are keyed by account first: so they can be spread over many machines.
 */

/** Steps are never changed, only added. BYTES, BIG, ROWID and BRIEF are said in each database's own words. */
export const MIGRATIONS: ReadonlyArray<ReadonlyArray<string>> = [[
  `CREATE TABLE account (
    id ROWID,
    address TEXT NOT NULL UNIQUE,
    is_disabled BIG NOT NULL DEFAULT 0,
    quota BIG,
    used BIG NOT NULL DEFAULT 0,
    generation BIG NOT NULL DEFAULT 0,
    batches BIG NOT NULL DEFAULT 0,
    queued BIG NOT NULL DEFAULT 0,
    certificate BYTES,
    fingerprint TEXT,
    wkd_hash TEXT,
    logged BIG NOT NULL DEFAULT 0
  )`,
  "CREATE INDEX account_fingerprint ON account (fingerprint)",
  "CREATE INDEX account_wkd_hash ON account (wkd_hash)",
  "CREATE TABLE retired (address TEXT PRIMARY KEY)",
  "CREATE TABLE alias (address TEXT PRIMARY KEY, account BIG NOT NULL)",
  "CREATE INDEX alias_account ON alias (account)",
  "CREATE TABLE invite (hash BYTES PRIMARY KEY, address TEXT, uses BIG NOT NULL, expires_at BIG NOT NULL)",
  "CREATE INDEX invite_address ON invite (address)",

  `CREATE TABLE credential (
    account BIG NOT NULL,
    kind TEXT NOT NULL,
    registration TEXT NOT NULL,
    wrapped_root BYTES NOT NULL,
    expires_at BIG,
    PRIMARY KEY (account, kind)
  )`,
  "CREATE TABLE attempt (id TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at BIG NOT NULL)",
  `CREATE TABLE session (
    account BIG NOT NULL,
    id TEXT NOT NULL,
    token_hash BYTES NOT NULL,
    device TEXT NOT NULL,
    created_at BIG NOT NULL,
    seen_at BIG NOT NULL,
    expires_at BIG NOT NULL,
    PRIMARY KEY (account, id),
    UNIQUE (account, token_hash)
  )`,

  `CREATE TABLE incoming (
    account BIG NOT NULL,
    seq BIG NOT NULL,
    id TEXT NOT NULL,
    arrived_at BIG NOT NULL,
    size BIG NOT NULL,
    bytes BYTES NOT NULL,
    PRIMARY KEY (account, seq),
    UNIQUE (account, id)
  )`,
  `CREATE TABLE document (
    account BIG NOT NULL,
    id TEXT NOT NULL,
    generation BIG NOT NULL,
    parent BIG NOT NULL,
    sealed BYTES,
    PRIMARY KEY (account, id),
    UNIQUE (account, generation)
  )`,
  `CREATE TABLE batch (
    account BIG NOT NULL,
    seq BIG NOT NULL,
    id TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    PRIMARY KEY (account, seq),
    UNIQUE (account, id)
  )`,
  `CREATE TABLE blob_use (
    account BIG NOT NULL,
    document TEXT NOT NULL,
    blob TEXT NOT NULL,
    PRIMARY KEY (account, document, blob)
  )`,
  "CREATE INDEX blob_use_blob ON blob_use (account, blob)",
  `CREATE TABLE blob (
    account BIG NOT NULL,
    id TEXT NOT NULL,
    size BIG NOT NULL,
    uses BIG NOT NULL DEFAULT 0,
    released_at BIG,
    PRIMARY KEY (account, id)
  )`,
  "CREATE INDEX blob_released_at ON blob (released_at)",
  "CREATE TABLE blob_bytes (account BIG NOT NULL, id TEXT NOT NULL, bytes BYTES NOT NULL, PRIMARY KEY (account, id))",

  `CREATE TABLE outbound (
    account BIG NOT NULL,
    id TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    attempts BIG NOT NULL DEFAULT 0,
    offered_at BIG NOT NULL,
    not_before BIG NOT NULL,
    bytes BYTES NOT NULL,
    PRIMARY KEY (account, id)
  )`,
  "CREATE INDEX outbound_not_before ON outbound (not_before)",

  `CREATE TABLE directory_log (
    seq BIG PRIMARY KEY,
    at BIG NOT NULL,
    mark TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    hash TEXT NOT NULL
  )`,
  "CREATE TABLE directory_head (id BIG PRIMARY KEY, seq BIG NOT NULL, hash TEXT NOT NULL)",
  "CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL)"
], [
  "CREATE BRIEF TABLE counter (id TEXT PRIMARY KEY, taken BIG NOT NULL, expires_at BIG NOT NULL)",
  "CREATE INDEX counter_expires_at ON counter (expires_at)"
], [
  "ALTER TABLE document ADD COLUMN is_early BIG NOT NULL DEFAULT 0",
  "CREATE INDEX document_early ON document (account, generation) WHERE is_early = 1"
]]

/** What is kept of an account, beside its own row: all that goes when it goes. */
export const ACCOUNT_TABLES = [
  "alias",
  "credential",
  "session",
  "incoming",
  "document",
  "batch",
  "blob_use",
  "blob",
  "outbound"
] as const

/** Ciphertext does not compress, and parts of it are read: PostgreSQL keeps it as it is. */
export const PLAIN_STORAGE: ReadonlyArray<string> = [
  "ALTER TABLE incoming ALTER COLUMN bytes SET STORAGE EXTERNAL",
  "ALTER TABLE document ALTER COLUMN sealed SET STORAGE EXTERNAL",
  "ALTER TABLE blob_bytes ALTER COLUMN bytes SET STORAGE EXTERNAL",
  "ALTER TABLE outbound ALTER COLUMN bytes SET STORAGE EXTERNAL"
]

const WORDS = {
  sqlite: { BYTES: "BLOB", BIG: "INTEGER", ROWID: "INTEGER PRIMARY KEY AUTOINCREMENT", BRIEF: "" },
  // BRIEF: may be empty after a crash, and costs no waiting for the disk.
  pg: { BYTES: "BYTEA", BIG: "BIGINT", ROWID: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", BRIEF: "UNLOGGED" }
}

export const inDialect = (statement: string, dialect: keyof typeof WORDS): string => {
  const words: Readonly<Record<string, string>> = WORDS[dialect]
  return statement.replaceAll(/\b(BYTES|BIG|ROWID|BRIEF)\b/g, (word) => words[word] ?? word)
}
