/**
 * The tables of replication, in the file of the mail. None of its changes is ever missed, whoever makes them: triggers note
 * mailboxes, messages and keys, and placements are found by their modseqs. What a change was is found out by comparing.
 */
import { randomBytes } from "node:crypto"
import type { Migration } from "./Migrations.ts"

const NOW = "CAST(unixepoch('subsec') * 1000 AS INTEGER)"

/** Deleted first: a row noted again gets a new number, behind what it may depend on. */
const note = (kind: string, key: string): string =>
  `DELETE FROM replica_dirty WHERE kind = '${kind}' AND key = ${key};
   INSERT INTO replica_dirty (kind, key, changed_at)
   SELECT '${kind}', ${key}, ${NOW} WHERE ${key} IS NOT NULL;`

const trigger = (name: string, event: string, body: string): string =>
  `CREATE TRIGGER replica_${name} AFTER ${event} BEGIN ${body} END;`

export const MIGRATIONS: ReadonlyArray<Migration> = [
  `
  CREATE TABLE replica (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    device TEXT NOT NULL,
    cursor INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- The last merged state of each document. revision: not yet at the provider, in the order of the changes.
  CREATE TABLE replica_document (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    generation INTEGER NOT NULL,
    revision INTEGER,
    state TEXT NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX replica_document_revision ON replica_document (revision) WHERE revision IS NOT NULL;

  CREATE TABLE replica_dirty (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (kind, key)
  ) STRICT;

  -- Where a placement lies here; uid NULL and not gone: it waits for its mailbox or its message.
  CREATE TABLE replica_placement (
    mailbox_id TEXT NOT NULL,
    email_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    mailbox INTEGER,
    uid INTEGER,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (mailbox_id, email_id, ordinal)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX replica_placement_uid ON replica_placement (mailbox, uid) WHERE uid IS NOT NULL;
  CREATE INDEX replica_placement_waiting ON replica_placement (email_id) WHERE uid IS NULL AND gone = 0;

  -- How far the placements of a mailbox are captured: all changes up to done, and of the later ones, in the order of
  -- modseq and uid, those up to part.
  CREATE TABLE replica_captured (
    mailbox INTEGER PRIMARY KEY REFERENCES mailbox ON DELETE CASCADE,
    done INTEGER NOT NULL,
    part_modseq INTEGER NOT NULL,
    part_uid INTEGER NOT NULL
  ) STRICT;
  -- When a change was made, until it is captured.
  CREATE TABLE replica_moment (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    modseq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (mailbox, modseq)
  ) STRICT, WITHOUT ROWID;
  -- Mailboxes that are gone, until their placements are captured as gone.
  CREATE TABLE replica_left (mailbox INTEGER PRIMARY KEY) STRICT;

  -- Mailbox documents as pulled, until the pull is over.
  CREATE TABLE replica_held (
    key TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Mailboxes that were made under a taken name, and what they became; target: at the end of the chain.
  CREATE TABLE replica_merged (mailbox_id TEXT PRIMARY KEY, into_id TEXT NOT NULL, target TEXT NOT NULL)
    STRICT, WITHOUT ROWID;
  `,
  (db) => {
    db.prepare("INSERT INTO replica (id, device) VALUES (1, ?)").run(randomBytes(8).toString("hex"))
  },
  [
    trigger("mailbox_made", "INSERT ON mailbox", note("mailbox", "NEW.object_id")),
    trigger(
      "mailbox_changed",
      "UPDATE OF name, special_use, subscribed ON mailbox",
      note("mailbox", "NEW.object_id")
    ),
    trigger("mailbox_gone", "DELETE ON mailbox", note("mailbox", "OLD.object_id")),
    trigger("message_made", "INSERT ON message", note("message", "NEW.email_id")),
    trigger("message_gone", "DELETE ON message", note("message", "OLD.email_id")),
    trigger(
      "mailbox_moved",
      "UPDATE OF modseq ON mailbox",
      `INSERT OR IGNORE INTO replica_moment VALUES (NEW.id, NEW.modseq, ${NOW});`
    ),
    trigger("mailbox_left", "DELETE ON mailbox", "INSERT INTO replica_left VALUES (OLD.id);"),
    trigger("own_keys_put", "INSERT ON own_certificate", note("ownKeys", "'own'")),
    trigger("bound", "INSERT ON binding", note("binding", "NEW.address"))
  ].join("\n"),
  // What was there before replication was.
  `
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'mailbox', object_id, 0 FROM mailbox;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'message', email_id, 0 FROM message;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'ownKeys', 'own', 0 FROM own_certificate;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'binding', address, 0 FROM binding;
  `,
  [
    trigger("candidate_put", "INSERT ON key_candidate", note("candidate", "NEW.address || ' ' || NEW.fingerprint")),
    trigger("candidate_gone", "DELETE ON key_candidate", note("candidate", "OLD.address || ' ' || OLD.fingerprint")),
    trigger("key_used", "INSERT ON key_use", note("binding", "NEW.address"))
  ].join("\n"),
  // Of a placement that waits for its message: the internal date, so that the newest are fetched first.
  `
  ALTER TABLE replica_placement ADD COLUMN waits_since INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX replica_placement_newest ON replica_placement (waits_since, email_id) WHERE uid IS NULL AND gone = 0;
  `,
  [
    trigger("wish_put", "INSERT ON send_wish", note("wish", "NEW.address")),
    trigger("wish_gone", "DELETE ON send_wish", note("wish", "OLD.address"))
  ].join("\n"),
  // Contents that the provider has as blobs of their own, and the messages that have them. at: in milliseconds, of the
  // message, or when it was read last.
  `
  CREATE TABLE replica_content (
    content INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
    blob TEXT NOT NULL,
    length INTEGER NOT NULL,
    at INTEGER NOT NULL,
    here INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX replica_content_blob ON replica_content (blob);
  CREATE INDEX replica_content_lacking ON replica_content (at, content) WHERE here = 0;
  CREATE TABLE replica_content_use (
    email_id TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES replica_content ON DELETE CASCADE,
    PRIMARY KEY (email_id, content)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX replica_content_used ON replica_content_use (content);
  `,
  // The greatest generation of a document that is no witness.
  `
  ALTER TABLE replica ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  UPDATE replica SET seen = (SELECT coalesce(max(generation), 0) FROM replica_document);
  `,
  // Of the sealed bytes that a document came or went as. What came before this step comes again, once, and is known.
  `
  ALTER TABLE replica_document ADD COLUMN digest BLOB;
  ALTER TABLE replica_held ADD COLUMN digest BLOB NOT NULL DEFAULT x'';
  UPDATE replica SET cursor = 0;
  `,
  // Messages that came in another form, whose octets are not here.
  `
  CREATE TABLE replica_original (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    length INTEGER NOT NULL
  ) STRICT;
  `,
  // Marks of documents instead of digests, and what they sum up to. What came before this step comes again, and is known.
  `
  ALTER TABLE replica_document DROP COLUMN digest;
  ALTER TABLE replica_document ADD COLUMN mark BLOB;
  ALTER TABLE replica_held RENAME COLUMN digest TO mark;
  DELETE FROM replica_held;
  CREATE TABLE replica_sum (kind TEXT PRIMARY KEY, count INTEGER NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;
  UPDATE replica SET cursor = 0;
  `,
  // Documents of kinds that the program did not know when they came.
  `
  CREATE TABLE replica_unknown (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    generation INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    text TEXT NOT NULL,
    mark BLOB NOT NULL
  ) STRICT;
  CREATE INDEX replica_unknown_kind ON replica_unknown (kind);
  `
]
