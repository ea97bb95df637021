/** What the triggers noted, as changes of documents: the tables are compared with the last merged state. */
import { Address } from "../../domain/account/Address.ts"
import {
  changeBinding,
  changeMailbox,
  changeMessage,
  changeOwnKeys,
  changePlacement,
  type LocalMailbox,
  type Moment
} from "../../domain/document/Change.ts"
import type { Document, Kind } from "../../domain/document/Document.ts"
import { EmailId, MailboxId, type SpecialUse } from "../../domain/mailbox/Mailbox.ts"
import { fromStored } from "./Flags.ts"
import type { ReplicaKeys } from "./ReplicaKeys.ts"
import { parseKey, type ReplicaPlacements } from "./ReplicaPlacements.ts"
import type { Note, ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

interface MailboxRow {
  readonly name: string
  readonly special_use: SpecialUse | null
  readonly subscribed: number
}

export const make = (db: Handle, table: ReplicaTable, places: ReplicaPlacements, keys: ReplicaKeys) => {
  const mailbox = db.prepare("SELECT name, special_use, subscribed FROM mailbox WHERE object_id = ?")
  const messageSize = db.prepare("SELECT size FROM message WHERE email_id = ?").pluck()

  const localMailbox = (id: string): LocalMailbox | undefined => {
    const row = mailbox.get(id) as MailboxRow | undefined
    return row && { name: row.name, specialUse: row.special_use ?? undefined, subscribed: row.subscribed === 1 }
  }

  const placement = (key: string, moment: Moment): Document | undefined => {
    const state = table.get("placement", key)?.document
    const at = parseKey(key)
    const place = places.find(at)
    if (place === undefined || (place.uid === null && place.gone === 0)) return state
    const lying = places.lying(place)
    return changePlacement(
      state,
      { mailbox: MailboxId.make(at.mailbox), email: EmailId.make(at.email), ordinal: at.ordinal },
      lying && { internalDate: lying.internal_date, flags: fromStored(lying.flags, lying.keywords) },
      moment
    )
  }

  const changed = (kind: Kind, key: string, moment: Moment): Document | undefined => {
    switch (kind) {
      case "mailbox":
        return changeMailbox(table.get(kind, key)?.document, MailboxId.make(key), localMailbox(key), moment)
      case "message": {
        const size = messageSize.get(key) as number | undefined
        return changeMessage(table.get(kind, key)?.document, EmailId.make(key), size, moment)
      }
      case "placement":
        return placement(key, moment)
      case "binding": {
        const state = table.get(kind, key)?.document
        const bound = keys.binding(key)
        return bound === undefined ? state : changeBinding(state, Address.make(key), bound, moment)
      }
      case "ownKeys": {
        const state = table.get(kind, key)?.document
        const own = keys.ownKeys()
        return own === undefined ? state : changeOwnKeys(state, own.current, own.older, moment)
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
    one: (kind: Kind, key: string): void => {
      const note = table.noteOf(kind, key)
      if (note !== undefined) capture(note)
    },
    /** Answers how many there were. */
    oldest: (limit: number): number => {
      const notes = table.oldestNotes(limit)
      notes.forEach(capture)
      return notes.length
    }
  }
}
export type ReplicaCapture = ReturnType<typeof make>
