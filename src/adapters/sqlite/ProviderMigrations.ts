/** The tables of a provider. Nothing in them is readable but addresses, sizes, times and mail that waits for relay. */
import type { Migration } from "./Migrations.ts"

export const MIGRATIONS: ReadonlyArray<Migration> = [
  `
  -- AUTOINCREMENT: the number of a removed account is never given to another.
  CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL UNIQUE,
    registration TEXT NOT NULL,
    wrapped_root BLOB NOT NULL,
    certificate BLOB,
    generation INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    device TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_expires_at ON session (expires_at);

  CREATE TABLE incoming (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    arrived_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX incoming_account ON incoming (account, seq);

  CREATE TABLE document (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    sealed BLOB,
    UNIQUE (account, id)
  ) STRICT;
  CREATE UNIQUE INDEX document_generation ON document (account, generation);

  CREATE TABLE batch (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    id TEXT NOT NULL,
    outcomes TEXT NOT NULL,
    UNIQUE (account, id)
  ) STRICT;
  CREATE INDEX batch_account ON batch (account, seq);

  CREATE TABLE blob (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (account, id)
  ) STRICT;

  CREATE TABLE outbound (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    offered_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX outbound_not_before ON outbound (not_before, id);

  CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `
]
