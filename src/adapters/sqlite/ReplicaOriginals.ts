/** What another device found out of a message that came in, and the message as it came: both are here, or neither is. */
import type { MessageDocument } from "../../domain/document/Document.ts"
import { UNPROTECTED, type Verdict } from "../../domain/incoming/Verdict.ts"
import type { EmailId } from "../../domain/mailbox/Mailbox.ts"
import type { LackingOriginal } from "../../ports/ReplicaStore.ts"
import type { MessageTable } from "./MessageTable.ts"
import type { ReplicaContents } from "./ReplicaContents.ts"
import { PLACEMENTS_HERE } from "./ReplicaPlacements.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

interface LackingRow extends Omit<LackingOriginal, "isWanted"> {
  readonly isWanted: number
}

export const make = (db: Handle, table: ReplicaTable, messages: MessageTable, contents: ReplicaContents) => {
  const isHere = db.prepare("SELECT original IS NOT NULL FROM protection WHERE message = ?").pluck()
  const putVerdict = db.prepare(`INSERT INTO protection (message, verdict) VALUES (?, ?)
    ON CONFLICT (message) DO UPDATE SET verdict = excluded.verdict`)
  const put = db.prepare(`INSERT INTO protection (message, verdict, original) VALUES (?, ?, ?)
    ON CONFLICT (message) DO UPDATE SET verdict = excluded.verdict, original = excluded.original`)
  const read = db.prepare(
    "SELECT original FROM protection p JOIN message m ON m.id = p.message WHERE m.email_id = ?"
  ).pluck()
  const lack = db.prepare(
    "INSERT INTO replica_original VALUES (?, ?) ON CONFLICT DO UPDATE SET length = excluded.length"
  )
  const found = db.prepare("DELETE FROM replica_original WHERE message = ?")
  const lacking = db.prepare(`SELECT m.email_id AS email, o.length, o.message AS at, EXISTS (
      SELECT 1 FROM ${PLACEMENTS_HERE} AND p.email_id = m.email_id
      WHERE p.mailbox NOT IN (SELECT value FROM json_each(?))
    ) AS isWanted
    FROM replica_original o JOIN message m ON m.id = o.message WHERE o.message < ? ORDER BY o.message DESC LIMIT ?`)

  const textOf = (verdict: Verdict | null): string => JSON.stringify(verdict ?? UNPROTECTED)

  return {
    /** Of a message that is here. */
    note: ({ email, original, verdict }: MessageDocument): void => {
      const message = verdict === undefined ? undefined : messages.find(email)
      if (verdict === undefined || message === undefined) return
      if (original === undefined || isHere.get(message.id) === 1) putVerdict.run(message.id, textOf(verdict))
      else lack.run(message.id, original)
    },
    lacking: (last: LackingOriginal | undefined, limit: number): ReadonlyArray<LackingOriginal> =>
      (lacking.all(contents.onDemand(), last?.at ?? Number.MAX_SAFE_INTEGER, limit) as Array<LackingRow>)
        .map((row) => ({ ...row, isWanted: row.isWanted === 1 })),
    supply: (email: EmailId, bytes: Uint8Array): void => {
      const message = messages.find(email)
      const verdict = table.get("message", email)?.document.verdict
      if (message === undefined || verdict === undefined) return
      put.run(message.id, textOf(verdict), bytes)
      found.run(message.id)
    },
    read: (email: EmailId): Uint8Array | undefined => (read.get(email) as Uint8Array | null | undefined) ?? undefined
  }
}
export type ReplicaOriginals = ReturnType<typeof make>
