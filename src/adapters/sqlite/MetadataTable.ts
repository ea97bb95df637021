/** Annotations (RFC 5464) as rows: few and small, so that all of a mailbox are read at once. */
import { Result } from "effect"
import * as Metadata from "../../domain/mailbox/Metadata.ts"
import { MetadataRefused } from "../../ports/MailStore.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** Stands for the account as a whole; mailboxes count from 1. */
export const SERVER = 0

interface Row {
  readonly entry: string
  readonly value: Uint8Array
}

export const make = (db: Handle) => {
  const all = db.prepare("SELECT entry, value FROM metadata WHERE coalesce(mailbox, 0) = ? ORDER BY entry")
  const put = db.prepare(`INSERT INTO metadata VALUES (nullif(?, 0), ?, ?)
    ON CONFLICT (coalesce(mailbox, 0), entry) DO UPDATE SET value = excluded.value`)
  const remove = db.prepare("DELETE FROM metadata WHERE coalesce(mailbox, 0) = ? AND entry = ?")

  const read = (mailbox: number): Metadata.Metadata =>
    new Map((all.all(mailbox) as Array<Row>).map(({ entry, value }) => [entry, new Uint8Array(value)]))

  return {
    read,
    /** Answers the entries that became others. */
    change: (
      mailbox: number,
      changes: ReadonlyArray<Metadata.MetadataChange>
    ): Result.Result<ReadonlyArray<Metadata.EntryName>, MetadataRefused> => {
      const before = read(mailbox)
      return Metadata.change(before, changes).pipe(
        Result.mapError((refused) => new MetadataRefused(refused)),
        Result.map((after) => {
          for (const entry of before.keys()) if (!after.has(entry)) remove.run(mailbox, entry)
          for (const [entry, value] of after) if (before.get(entry) !== value) put.run(mailbox, entry, value)
          return Metadata.differing(before, after)
        })
      )
    },
    copy: (from: number, to: number): void => {
      for (const [entry, value] of read(from)) put.run(to, entry, value)
    }
  }
}
export type MetadataTable = ReturnType<typeof make>
