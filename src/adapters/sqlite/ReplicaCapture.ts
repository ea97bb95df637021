/** What the triggers noted, as changes of documents: the tables are compared with the last merged state. */
import { Address } from "../../domain/account/Address.ts"
import {
  changeBinding,
  changeCandidate,
  changeMailbox,
  changeMessage,
  changeOwnKeys,
  changeWish,
  type LocalMailbox,
  type LocalProtection,
  type Moment
} from "../../domain/document/Change.ts"
import type { Document } from "../../domain/document/Document.ts"
import type { Verdict } from "../../domain/incoming/Verdict.ts"
import { EmailId, MailboxId, type SpecialUse } from "../../domain/mailbox/Mailbox.ts"
import type { ReplicaKeys } from "./ReplicaKeys.ts"
import type { ReplicaLying } from "./ReplicaLying.ts"
import type { Note, NotedKind, ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

interface MailboxRow {
  readonly name: string
  readonly special_use: SpecialUse | null
  readonly subscribed: number
}

interface MessageRow {
  readonly size: number
  readonly verdict: string | null
  readonly original: number | null
}

const protectionOf = ({ original, verdict }: MessageRow): LocalProtection | undefined =>
  verdict === null ? undefined : { verdict: JSON.parse(verdict) as Verdict, original: original ?? undefined }

export const make = (db: Handle, table: ReplicaTable, lying: ReplicaLying, keys: ReplicaKeys) => {
  const mailbox = db.prepare("SELECT name, special_use, subscribed FROM mailbox WHERE object_id = ?")
  const message = db.prepare(
    "SELECT size, verdict, length(original) AS original FROM message m LEFT JOIN protection p ON p.message = m.id WHERE email_id = ?"
  )

  const localMailbox = (id: string): LocalMailbox | undefined => {
    const row = mailbox.get(id) as MailboxRow | undefined
    return row && { name: row.name, specialUse: row.special_use ?? undefined, subscribed: row.subscribed === 1 }
  }

  const changed = (kind: NotedKind, key: string, moment: Moment): Document | undefined => {
    switch (kind) {
      case "mailbox":
        return changeMailbox(table.get(kind, key)?.document, MailboxId.make(key), localMailbox(key), moment)
      case "message": {
        const row = message.get(key) as MessageRow | undefined
        const protection = row && protectionOf(row)
        return changeMessage(table.get(kind, key)?.document, EmailId.make(key), row?.size, moment, protection)
      }
      case "binding": {
        const state = table.get(kind, key)?.document
        const bound = keys.binding(key)
        return bound === undefined ? state : changeBinding(state, Address.make(key), bound, moment, keys.uses(key))
      }
      case "candidate": {
        const [address = "", fingerprint = ""] = key.split(" ")
        const shown = keys.candidate(address, fingerprint)
        return changeCandidate(table.get(kind, key)?.document, Address.make(address), fingerprint, shown, moment)
      }
      case "wish": {
        const address = key === "" ? null : Address.make(key)
        return changeWish(table.get(kind, key)?.document, address, keys.wish(key), moment)
      }
      case "ownKeys": {
        const state = table.get(kind, key)?.document
        const own = keys.ownKeys()
        return own === undefined ? state : changeOwnKeys(state, own.current, own.older, moment, own.revocations)
      }
    }
  }

  const capture = ({ changed_at, key, kind }: Note): void => {
    table.forget(kind, key)
    const kept = table.get(kind, key)
    const document = changed(kind, key, { at: changed_at, device: table.device })
    if (document === undefined || JSON.stringify(document) === JSON.stringify(kept?.document)) return
    table.put({ document, generation: kept?.generation ?? 0, revision: table.nextRevision() })
  }

  return {
    /** Before anything else is made of this document. */
    one: (kind: NotedKind, key: string): void => {
      const note = table.noteOf(kind, key)
      if (note !== undefined) capture(note)
    },
    /** Answers how many there were to look at, 0 for none. */
    oldest: (limit: number): number => {
      const notes = table.oldestNotes(limit)
      notes.forEach(capture)
      return notes.length > 0 ? notes.length : lying.capture(limit)
    }
  }
}
export type ReplicaCapture = ReturnType<typeof make>
