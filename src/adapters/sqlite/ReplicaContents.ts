/** Contents of messages that the provider has as blobs of their own: which they are, which are here, which should be. */
import type { MessageDocument } from "../../domain/document/Document.ts"
import * as KeepContents from "../../domain/mailbox/KeepContents.ts"
import type { After, LackingContent, LackingMessage } from "../../ports/ReplicaStore.ts"
import type { Piece } from "./ContentTable.ts"
import type { MessageTable } from "./MessageTable.ts"
import { PLACEMENTS_HERE } from "./ReplicaPlacements.ts"
import type { Handle } from "./SqliteDatabase.ts"

interface OnDemand {
  readonly mailbox: number
  readonly budget: number
}

interface MetadataRow {
  readonly mailbox: number
  readonly value: Uint8Array
}

/** Placements of messages with the content `c`, in mailboxes of this device. */
const PLACES = `SELECT 1 FROM replica_content_use u
  JOIN ${PLACEMENTS_HERE} AND p.email_id = u.email_id
  WHERE u.content = c.content`
const IN_LOCAL = `EXISTS (${PLACES} AND p.mailbox NOT IN (SELECT value FROM json_each(?)))`
const IN_MAILBOX = `EXISTS (${PLACES} AND p.mailbox = ?)`
const COLUMNS = "content, blob, length, at"

export const make = (db: Handle, messages: MessageTable) => {
  const { contents } = messages
  const onDemandRows = db.prepare("SELECT mailbox, value FROM metadata WHERE entry = ? AND mailbox IS NOT NULL")
  const byBlob = db.prepare("SELECT content FROM replica_content WHERE blob = ? LIMIT 1").pluck()
  const byContent = db.prepare(`SELECT ${COLUMNS} FROM replica_content WHERE content = ?`)
  const put = db.prepare(`INSERT INTO replica_content (${COLUMNS}, here) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (content) DO UPDATE SET at = max(at, excluded.at)`)
  const putUse = db.prepare("INSERT OR IGNORE INTO replica_content_use VALUES (?, ?)")
  const sentAt = db.prepare("SELECT sent_at FROM sort_key WHERE message = ?").pluck()
  const lacking = db.prepare(`SELECT ${COLUMNS} FROM replica_content c
    WHERE here = 0 AND (at, content) < (?, ?) AND ${IN_LOCAL} ORDER BY at DESC, content DESC LIMIT ?`)
  const lackingCount = db.prepare(`SELECT count(*) FROM replica_content c WHERE here = 0 AND ${IN_LOCAL}`).pluck()
  const surplus = db.prepare(`SELECT ${COLUMNS} FROM replica_content c
    WHERE here = 1 AND ${IN_MAILBOX} AND NOT ${IN_LOCAL} ORDER BY at DESC, content DESC`)
  const measure = db.prepare(`SELECT coalesce(sum(iif(here, length, 0)), 0) AS here,
    coalesce(sum(iif(here, 0, length)), 0) AS elsewhere FROM replica_content c WHERE ${IN_MAILBOX}`)
  const setHere = db.prepare("UPDATE replica_content SET here = ? WHERE content = ?")
  const touch = db.prepare("UPDATE replica_content SET at = ? WHERE content = ?")

  const onDemand = (): ReadonlyArray<OnDemand> =>
    (onDemandRows.all(KeepContents.ENTRY) as Array<MetadataRow>).flatMap(({ mailbox, value }) => {
      const choice = KeepContents.fromValue(value)
      return choice._tag === "onDemand" ? [{ mailbox, budget: choice.budget }] : []
    })
  const idsOf = (boxes: ReadonlyArray<OnDemand>): string => JSON.stringify(boxes.map(({ mailbox }) => mailbox))

  return {
    /** Pieces for a message that comes without its contents; those that other messages brought are here already. */
    holes: ({ at, contents: named = [], email }: LackingMessage): ReadonlyArray<Piece> =>
      named.map(({ blob, length, offset }) => {
        const known = byBlob.get(blob) as number | undefined
        if (known !== undefined) contents.addReference(known)
        const content = known ?? contents.addElsewhere(blob)
        put.run(content, blob, length, at, known !== undefined && contents.isHere(known) ? 1 : 0)
        putUse.run(email, content)
        return [offset, length, content]
      }),
    /** A message that is here: the provider has its contents under these names. */
    note: ({ contents: named = [], email }: MessageDocument): void => {
      const message = named.length === 0 ? undefined : messages.find(email)
      if (message === undefined) return
      const at = (sentAt.get(message.id) as number | null | undefined) ?? 0
      for (const [offset, length, content] of messages.pieces(message.id)) {
        const one = named.find((hole) => hole.offset === offset && hole.length === length)
        if (one === undefined) continue
        put.run(content, one.blob, length, at, contents.isHere(content) ? 1 : 0)
        putUse.run(email, content)
      }
    },
    /** Mailboxes that keep only so much, as a list in JSON. */
    onDemand: (): string => idsOf(onDemand()),
    find: (content: number): LackingContent | undefined => byContent.get(content) as LackingContent | undefined,
    lacking: (last: After<LackingContent> | undefined, limit: number): ReadonlyArray<LackingContent> =>
      lacking.all(
        last?.at ?? Number.MAX_SAFE_INTEGER,
        last?.content ?? 0,
        idsOf(onDemand()),
        limit
      ) as Array<LackingContent>,
    lackingCount: (): number => lackingCount.get(idsOf(onDemand())) as number,
    supply: ({ content, length }: LackingContent, bytes: Uint8Array): void => {
      if (bytes.length !== length) return
      contents.restore(content, bytes)
      setHere.run(contents.isHere(content) ? 1 : 0, content)
    },
    /** It was read: of those that may go it is the last. */
    touch: (content: number, now: number): void => {
      touch.run(now, content)
    },
    /** Of mailboxes that keep only so much: what is above it, `limit` at most. */
    surplus: (limit: number): ReadonlyArray<LackingContent> => {
      const boxes = onDemand()
      const found: Array<LackingContent> = []
      for (const { budget, mailbox } of boxes) {
        let kept = 0
        for (const one of surplus.iterate(mailbox, idsOf(boxes)) as Iterable<LackingContent>) {
          if (kept + one.length <= budget) kept += one.length
          else found.push(one)
          if (found.length >= limit) return found
        }
      }
      return found
    },
    /** Octets of those in a mailbox. */
    measure: (mailbox: number): { readonly here: number; readonly elsewhere: number } =>
      measure.get(mailbox) as { readonly here: number; readonly elsewhere: number },
    drop: (content: number): void => {
      contents.drop(content)
      setHere.run(0, content)
    }
  }
}
export type ReplicaContents = ReturnType<typeof make>
