/** The tables of keys, in the file of the mail. */
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
  `,
  `
  CREATE TABLE own_revocation (position INTEGER PRIMARY KEY, revocation BLOB NOT NULL) STRICT;

  CREATE TABLE key_use (address TEXT NOT NULL, fingerprint TEXT NOT NULL, use TEXT NOT NULL,
    PRIMARY KEY (address, fingerprint, use)) STRICT, WITHOUT ROWID;

  CREATE TABLE key_candidate (
    address TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    level INTEGER NOT NULL,
    source TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    told INTEGER NOT NULL,
    state TEXT NOT NULL,
    certificate BLOB NOT NULL,
    PRIMARY KEY (address, fingerprint)
  ) STRICT, WITHOUT ROWID;

  -- log: a JSON array, as domain/keys/Audit has it.
  CREATE TABLE key_audit (address TEXT PRIMARY KEY, log TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE key_answer (
    address TEXT NOT NULL,
    directory TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (address, directory)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE autocrypt_peer (
    address TEXT PRIMARY KEY,
    last_seen INTEGER NOT NULL,
    is_mutual INTEGER NOT NULL,
    key BLOB,
    key_at INTEGER,
    gossip BLOB,
    gossip_at INTEGER
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- address '': of the account as a whole.
  CREATE TABLE send_wish (address TEXT PRIMARY KEY, wish TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `
]
