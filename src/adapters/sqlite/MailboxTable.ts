/** Mailboxes as rows: names, roles, and counters that every change keeps up, so that STATUS counts nothing. */
import { Result } from "effect"
import {
  DELIMITER,
  INBOX,
  type Mailbox,
  type MailboxId,
  type MailboxName,
  parseName,
  type SpecialUse,
  STANDARD
} from "../../domain/mailbox/Mailbox.ts"
import { MailboxNotFound, MailboxRefused } from "../../ports/MailStore.ts"
import { newObjectId } from "./MessageTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

export interface MailboxRow {
  readonly id: number
  readonly object_id: string
  readonly name: string
  readonly special_use: string | null
  readonly subscribed: number
  readonly uid_validity: number
  readonly uid_next: number
  readonly modseq: number
  readonly messages: number
  readonly unseen: number
  readonly deleted: number
  readonly size: number
  readonly deleted_size: number
}

export const toMailbox = (row: MailboxRow): Mailbox => ({
  id: row.object_id as MailboxId,
  name: row.name,
  specialUse: (row.special_use ?? undefined) as SpecialUse | undefined,
  subscribed: row.subscribed === 1,
  uidValidity: row.uid_validity,
  uidNext: row.uid_next,
  highestModSeq: row.modseq,
  exists: row.messages,
  unseen: row.unseen,
  deleted: row.deleted,
  size: row.size,
  deletedSize: row.deleted_size
})

const refused = (mailbox: string, code: "exists" | "cannot" | "hasChildren", reason: string) =>
  Result.fail(new MailboxRefused({ mailbox, code, reason }))

type Refusal<A> = Result.Result<A, MailboxRefused>

export const make = (db: Handle) => {
  const listAll = db.prepare("SELECT * FROM mailbox ORDER BY name <> 'INBOX', name")
  const byObjectId = db.prepare("SELECT * FROM mailbox WHERE object_id = ?")
  const byName = db.prepare("SELECT * FROM mailbox WHERE name = ?")
  const byUse = db.prepare("SELECT name FROM mailbox WHERE special_use = ?").pluck()
  // `0` is the character after `/`: the range holds the children and nothing else.
  const children = db.prepare("SELECT id, name FROM mailbox WHERE name >= ? || '/' AND name < ? || '0'")
  const insert = db.prepare(
    "INSERT INTO mailbox (object_id, name, special_use, subscribed, uid_validity) VALUES (?, ?, ?, 1, ?)"
  )
  const setName = db.prepare("UPDATE mailbox SET name = ? WHERE id = ?")
  const setSubscribed = db.prepare("UPDATE mailbox SET subscribed = ? WHERE id = ?")
  const remove = db.prepare("DELETE FROM mailbox WHERE id = ?")
  const keepSubscribed = db.prepare("INSERT OR IGNORE INTO subscription VALUES (?)")
  const unsubscribe = db.prepare("DELETE FROM subscription WHERE name = ?")
  const subscriptions = db.prepare(
    "SELECT name FROM subscription WHERE name NOT IN (SELECT name FROM mailbox) ORDER BY name"
  ).pluck()
  const lastValidity = db.prepare("SELECT value FROM mail_meta WHERE name = 'uid_validity'").pluck()
  const setValidity = db.prepare(
    "INSERT INTO mail_meta VALUES ('uid_validity', ?) ON CONFLICT DO UPDATE SET value = excluded.value"
  )

  /** Never the same twice in this file; near the clock, so that a store made anew does not repeat an old one's. */
  const nextValidity = (now: number): number => {
    const last = (lastValidity.get() as number | undefined) ?? 0
    const next = Math.max(last + 1, Math.min(Math.floor(now / 1000), 0xffff_0000))
    setValidity.run(next)
    return next
  }

  const find = (name: MailboxName): MailboxRow | undefined => {
    const parsed = parseName(name)
    return "refused" in parsed ? undefined : byName.get(parsed.name) as MailboxRow | undefined
  }

  const insertOne = (name: MailboxName, use: SpecialUse | undefined, now: number, objectId?: string): void => {
    insert.run(objectId ?? newObjectId("M"), name, use ?? null, nextValidity(now))
    unsubscribe.run(name)
  }

  const insertNamed = (name: MailboxName, use: SpecialUse | undefined, now: number, objectId?: string): void => {
    const parts = name.split(DELIMITER)
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join(DELIMITER)
      if (byName.get(parent) === undefined) insertOne(parent, undefined, now)
    }
    insertOne(name, use, now, objectId)
  }

  const setNameOf = (id: number, name: MailboxName): void => {
    setName.run(name, id)
    if (unsubscribe.run(name).changes > 0) setSubscribed.run(1, id)
  }

  /** The canonical name, if nobody has it. */
  const free = (name: MailboxName): Refusal<MailboxName> => {
    const parsed = parseName(name)
    if ("refused" in parsed) return refused(name, "cannot", parsed.refused)
    if (byName.get(parsed.name) !== undefined) return refused(name, "exists", "A mailbox of this name exists already")
    return Result.succeed(parsed.name)
  }

  const create = (name: MailboxName, use: SpecialUse | undefined, now: number): Refusal<Mailbox> => {
    const canonical = free(name)
    if (Result.isFailure(canonical)) return Result.fail(canonical.failure)
    const taken = use === undefined ? undefined : byUse.get(use) as string | undefined
    if (taken !== undefined) return refused(name, "cannot", `${taken} has this special use already`)
    insertNamed(canonical.success, use, now)
    return Result.succeed(toMailbox(byName.get(canonical.success) as MailboxRow))
  }

  return {
    list: (): ReadonlyArray<MailboxRow> => listAll.all() as Array<MailboxRow>,
    get: (id: MailboxId): Result.Result<MailboxRow, MailboxNotFound> => {
      const row = byObjectId.get(id) as MailboxRow | undefined
      return row === undefined ? Result.fail(new MailboxNotFound({ mailbox: id })) : Result.succeed(row)
    },
    named: (name: MailboxName): Result.Result<MailboxRow, MailboxNotFound> => {
      const row = find(name)
      return row === undefined ? Result.fail(new MailboxNotFound({ mailbox: name })) : Result.succeed(row)
    },
    create,
    /** Under the id that another device gave it. Its parents come by themselves. */
    insert: (objectId: MailboxId, name: MailboxName, use: SpecialUse | undefined, now: number): void => {
      insertOne(name, use, now, objectId)
    },
    /** A standard mailbox is called by its role on every device. */
    createStandard: (now: number): void => {
      for (const { name, specialUse } of STANDARD) insertNamed(name, specialUse, now, name.toLowerCase())
    },
    /** Answers the new INBOX's place where INBOX itself was renamed: its messages are to be moved there. */
    rename: (
      from: MailboxName,
      to: MailboxName,
      now: number
    ): Result.Result<
      { readonly source: MailboxRow; readonly target: MailboxRow } | undefined,
      MailboxNotFound | MailboxRefused
    > => {
      const source = find(from)
      if (source === undefined) return Result.fail(new MailboxNotFound({ mailbox: from }))
      const target = free(to)
      if (Result.isFailure(target)) return Result.fail(target.failure)
      const name = target.success
      if (source.name === INBOX) {
        insertNamed(name, undefined, now)
        return Result.succeed({ source, target: byName.get(name) as MailboxRow })
      }
      if (name.startsWith(source.name + DELIMITER)) {
        return refused(to, "cannot", "A mailbox cannot be moved below itself")
      }
      const below = children.all(source.name, source.name) as Array<{ readonly id: number; readonly name: string }>
      const renamed = below.map((child) => ({ id: child.id, name: name + child.name.slice(source.name.length) }))
      for (const child of renamed) {
        const parsed = free(child.name)
        if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
      }
      const slash = name.lastIndexOf(DELIMITER)
      const parent = name.slice(0, Math.max(0, slash))
      if (parent !== "" && byName.get(parent) === undefined) insertNamed(parent, undefined, now)
      setNameOf(source.id, name)
      for (const child of renamed) setNameOf(child.id, child.name)
      return Result.succeed(undefined)
    },
    /** The row of a mailbox that may go; its placements go first. */
    deletable: (name: MailboxName): Result.Result<MailboxRow, MailboxNotFound | MailboxRefused> => {
      const row = find(name)
      if (row === undefined) return Result.fail(new MailboxNotFound({ mailbox: name }))
      if (row.name === INBOX) return refused(name, "cannot", "INBOX cannot be deleted")
      if (children.get(row.name, row.name) !== undefined) {
        return refused(name, "hasChildren", "The mailbox has others below it; delete those first")
      }
      return Result.succeed(row)
    },
    /** Its name stays subscribed where it was. */
    remove: ({ id, name, subscribed }: MailboxRow): void => {
      remove.run(id)
      // Replication has names for a while that are none.
      if (subscribed === 1 && !name.endsWith(DELIMITER)) keepSubscribed.run(name)
    },
    subscriptions: (): ReadonlyArray<MailboxName> => subscriptions.all() as Array<MailboxName>,
    /** Of a name without a mailbox; answers whether it was subscribed. */
    unsubscribe: (name: MailboxName): boolean => {
      const parsed = parseName(name)
      return "name" in parsed && unsubscribe.run(parsed.name).changes > 0
    },
    setSubscribed: (row: MailboxRow, subscribed: boolean): void => {
      setSubscribed.run(subscribed ? 1 : 0, row.id)
    }
  }
}
export type MailboxTable = ReturnType<typeof make>
