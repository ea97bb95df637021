/** The tables of an account's mail. */
import { randomBytes } from "node:crypto"
import type { Migration } from "./Migrations.ts"

export const MIGRATIONS: ReadonlyArray<Migration> = [
  `
  CREATE TABLE mail_meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
    size INTEGER NOT NULL DEFAULT 0,
    deleted_size INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Annotations; mailbox NULL: of the account as a whole.
  CREATE TABLE metadata (
    mailbox INTEGER REFERENCES mailbox ON DELETE CASCADE,
    entry TEXT NOT NULL,
    value BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX metadata_entry ON metadata (coalesce(mailbox, 0), entry);

  -- Placements as domain/mailbox/PlacementColumns writes them. id: 2^32 times the mailbox, plus the chunk's own.
  CREATE TABLE placement_chunk (id INTEGER PRIMARY KEY, columns BLOB NOT NULL) STRICT;

  CREATE TABLE vanished (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    modseq INTEGER NOT NULL,
    from_uid INTEGER NOT NULL,
    to_uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, modseq, from_uid)
  ) STRICT, WITHOUT ROWID;

  -- What a list of messages shows, close together; the large columns of a message have tables of their own.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email_id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL,
    refs INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL,
    header_size INTEGER NOT NULL,
    sent_day INTEGER,
    envelope TEXT NOT NULL,
    body_structure TEXT NOT NULL,
    preview TEXT NOT NULL
  ) STRICT;

  CREATE TABLE message_data (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    structure TEXT NOT NULL,
    contents TEXT,
    skeleton BLOB NOT NULL
  ) STRICT;

  -- Folded, for SEARCH.
  CREATE TABLE header_text (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    text TEXT NOT NULL
  ) STRICT;
  CREATE TABLE body_text (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    text TEXT NOT NULL
  ) STRICT;

  -- What SORT and THREAD compare, as domain/mailbox/SortKey makes it.
  CREATE TABLE sort_key (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    sent_at INTEGER,
    subject TEXT NOT NULL,
    is_reply INTEGER NOT NULL,
    from_mailbox TEXT NOT NULL,
    to_mailbox TEXT NOT NULL,
    cc_mailbox TEXT NOT NULL,
    display_from TEXT NOT NULL,
    display_to TEXT NOT NULL,
    message_id TEXT,
    refs TEXT
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

  -- References to messages that placements gave up, still counted in refs: numbers of four octets, little endian.
  CREATE TABLE released (id INTEGER PRIMARY KEY, messages BLOB NOT NULL) STRICT;
  `,
  (db) => {
    // Equal contents are found by a hash that says nothing outside this file.
    db.prepare("INSERT INTO mail_meta VALUES ('content_key', ?)").run(randomBytes(32))
  },
  // Which messages can hold a text, by its trigrams; the texts decide.
  `
  CREATE VIRTUAL TABLE header_index USING
    fts5(text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1');
  CREATE VIRTUAL TABLE body_index USING
    fts5(text, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1');
  INSERT INTO mail_meta VALUES ('indexed', 0);
  `,
  // What came with a message: domain/incoming/Verdict as JSON, and its octets before it was opened.
  `
  CREATE TABLE protection (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    verdict TEXT NOT NULL,
    original BLOB
  ) STRICT;
  `,
  // Of the octets that came; NULL where they came before this step.
  "ALTER TABLE message_data ADD COLUMN digest BLOB",
  // From here on chunks of placements are written in version 2, which programs before this step do not read.
  () => {},
  // References to messages that were copied, not yet counted in refs; else those are given up, and still counted.
  "ALTER TABLE released ADD COLUMN gained INTEGER NOT NULL DEFAULT 0",
  // Large contents in pieces, from `first_piece` on; then `bytes` is empty. Waste: first pieces of those that nothing has.
  `
  CREATE TABLE content_piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE content_waste (first INTEGER PRIMARY KEY) STRICT;
  ALTER TABLE content ADD COLUMN first_piece INTEGER;
  `,
  // Names that stay subscribed when their mailboxes go.
  "CREATE TABLE subscription (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
]
