/** The tables of an account's mail. */
import { randomBytes } from "node:crypto"
import type { Migration } from "./Migrations.ts"

export const MIGRATIONS: ReadonlyArray<Migration> = [
  `
  CREATE TABLE mail_meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    object_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    special_use TEXT,
    subscribed INTEGER NOT NULL,
    uid_validity INTEGER NOT NULL UNIQUE,
    uid_next INTEGER NOT NULL DEFAULT 1,
    modseq INTEGER NOT NULL DEFAULT 1,
    messages INTEGER NOT NULL DEFAULT 0,
    unseen INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Small columns first: a row's tail lies on overflow pages, which are read only when asked for.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    email_id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL,
    refs INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    header_size INTEGER NOT NULL,
    sent_day INTEGER,
    preview TEXT NOT NULL,
    envelope TEXT NOT NULL,
    body_structure TEXT NOT NULL,
    structure TEXT NOT NULL,
    contents TEXT,
    skeleton BLOB NOT NULL
  ) STRICT;

  CREATE TABLE message_text (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    header TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  CREATE TABLE content (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    refs INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;

  CREATE TABLE thread (
    message_id TEXT PRIMARY KEY,
    thread_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE placement (
    mailbox INTEGER NOT NULL REFERENCES mailbox,
    uid INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES message,
    flags INTEGER NOT NULL,
    keywords TEXT NOT NULL,
    modseq INTEGER NOT NULL,
    internal_date INTEGER NOT NULL,
    save_date INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX placement_message ON placement (message, mailbox);
  CREATE INDEX placement_modseq ON placement (mailbox, modseq);

  CREATE TABLE vanished (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    modseq INTEGER NOT NULL,
    from_uid INTEGER NOT NULL,
    to_uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, modseq, from_uid)
  ) STRICT, WITHOUT ROWID;
  `,
  (db) => {
    // Equal contents are found by a hash that says nothing outside this file.
    db.prepare("INSERT INTO mail_meta VALUES ('content_key', ?)").run(randomBytes(32))
  }
]
