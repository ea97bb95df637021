/**
 * The tables of replication, in the file of the mail. Triggers note every change of mail and keys in the transaction that
 * makes it, whoever makes it, so that none is ever missed; what the change was is found out later by comparing.
 */
import { randomBytes } from "node:crypto"
import type { Migration } from "./Migrations.ts"

/** Deleted first: a row noted again gets a new number, behind what it may depend on. */
const note = (kind: string, key: string): string =>
  `DELETE FROM replica_dirty WHERE kind = '${kind}' AND key = ${key};
   INSERT INTO replica_dirty (kind, key, changed_at)
   SELECT '${kind}', ${key}, CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE ${key} IS NOT NULL;`

const trigger = (name: string, event: string, body: string): string =>
  `CREATE TRIGGER replica_${name} AFTER ${event} BEGIN ${body} END;`

const PLACEMENT_KEY = "mailbox_id || ' ' || email_id || ' ' || ordinal"

/** A placement is known by its mailbox and message, and by a number that no earlier one of them had. */
const PLACED = `
  INSERT INTO replica_placement (mailbox_id, email_id, ordinal, mailbox, uid)
  SELECT b.object_id, m.email_id, (
      SELECT coalesce(max(ordinal) + 1, 0) FROM replica_placement
      WHERE mailbox_id = b.object_id AND email_id = m.email_id
    ), NEW.mailbox, NEW.uid
  FROM mailbox b JOIN message m ON m.id = NEW.message
  WHERE b.id = NEW.mailbox
    AND NOT EXISTS (SELECT 1 FROM replica_placement WHERE mailbox = NEW.mailbox AND uid = NEW.uid);
`

/** NULL where replication itself has put it elsewhere. */
const keyOf = (row: "OLD" | "NEW"): string =>
  `(SELECT ${PLACEMENT_KEY} FROM replica_placement WHERE mailbox = ${row}.mailbox AND uid = ${row}.uid)`

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
    trigger("placed", "INSERT ON placement", PLACED + note("placement", keyOf("NEW"))),
    trigger("flagged", "UPDATE OF flags, keywords ON placement", note("placement", keyOf("NEW"))),
    trigger(
      "removed",
      "DELETE ON placement",
      `${note("placement", keyOf("OLD"))}
      UPDATE replica_placement SET mailbox = NULL, uid = NULL, gone = 1 WHERE mailbox = OLD.mailbox AND uid = OLD.uid;`
    ),
    trigger("own_keys_put", "INSERT ON own_certificate", note("ownKeys", "'own'")),
    trigger("bound", "INSERT ON binding", note("binding", "NEW.address"))
  ].join("\n"),
  // What was there before replication was.
  `
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'mailbox', object_id, 0 FROM mailbox;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'message', email_id, 0 FROM message;
  INSERT INTO replica_placement (mailbox_id, email_id, ordinal, mailbox, uid)
    SELECT b.object_id, m.email_id, row_number() OVER (PARTITION BY p.mailbox, p.message ORDER BY p.uid) - 1,
      p.mailbox, p.uid
    FROM placement p JOIN mailbox b ON b.id = p.mailbox JOIN message m ON m.id = p.message;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'placement', ${PLACEMENT_KEY}, 0 FROM replica_placement;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'ownKeys', 'own', 0 FROM own_certificate;
  INSERT INTO replica_dirty (kind, key, changed_at) SELECT 'binding', address, 0 FROM binding;
  `
]
