/** The states of mailboxes: read once, kept in memory, written as the chunks that became others. */
import { empty, type MailboxState } from "../../domain/mailbox/MailboxState.ts"
import { decodeUnsafe, encode } from "../../domain/mailbox/PlacementColumns.ts"
import type { Chunk } from "../../domain/mailbox/Placements.ts"
import type { MailboxRow } from "./MailboxTable.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"

/** Placements kept in memory, in all mailboxes together: about 40 bytes each. */
const MAX_KEPT = 1_000_000

/** Of a mailbox's first chunk id; uids stay below. */
export const STRIDE = 2 ** 32

interface ChunkRow {
  readonly id: number
  readonly columns: Uint8Array
}

export const make = ({ handle: db, onUndo }: SqliteDatabase["Service"]) => {
  const read = db.prepare("SELECT id, columns FROM placement_chunk WHERE id >= ? AND id < ? ORDER BY id")
  const put = db.prepare(
    "INSERT INTO placement_chunk VALUES (?, ?) ON CONFLICT DO UPDATE SET columns = excluded.columns"
  )
  const removeChunk = db.prepare("DELETE FROM placement_chunk WHERE id = ?")
  const update = db.prepare(
    `UPDATE mailbox SET uid_next = ?, modseq = ?, messages = ?, unseen = ?, deleted = ?, size = ?,
      deleted_size = ?
    WHERE id = ?`
  )
  const states = new Map<number, MailboxState>()
  let kept = 0

  const keep = (mailbox: number, state: MailboxState | undefined): void => {
    kept += (state?.exists ?? 0) - (states.get(mailbox)?.exists ?? 0)
    states.delete(mailbox)
    if (state === undefined) return
    // Last used, last to go.
    states.set(mailbox, state)
    for (const [other, { exists }] of states) {
      if (kept <= MAX_KEPT || other === mailbox) break
      states.delete(other)
      kept -= exists
    }
  }

  const load = (row: MailboxRow): MailboxState => {
    const first = row.id * STRIDE
    const rows = read.all(first, first + STRIDE) as Array<ChunkRow>
    return {
      exists: row.messages,
      unseen: row.unseen,
      deleted: row.deleted,
      size: row.size,
      deletedSize: row.deleted_size,
      uidNext: row.uid_next,
      modSeq: row.modseq,
      placements: rows.map(({ columns, id }) => decodeUnsafe(id - first, columns))
    }
  }

  const writeChunks = (mailbox: number, before: ReadonlyArray<Chunk>, after: ReadonlyArray<Chunk>): void => {
    const first = mailbox * STRIDE
    const old = new Set(before)
    for (const chunk of after) if (!old.delete(chunk)) put.run(first + chunk.id, encode(chunk))
    const ids = new Set(after.map(({ id }) => id))
    for (const { id } of old) if (!ids.has(id)) removeChunk.run(first + id)
  }

  const get = (row: MailboxRow): MailboxState => {
    const known = states.get(row.id)
    if (known !== undefined) return known
    const state = row.messages === 0 ? { ...empty, uidNext: row.uid_next, modSeq: row.modseq } : load(row)
    keep(row.id, state)
    return state
  }

  return {
    get,
    /** Within a write. */
    put: (row: MailboxRow, next: MailboxState): void => {
      const before = get(row)
      if (before === next) return
      onUndo(() => keep(row.id, undefined))
      keep(row.id, next)
      writeChunks(row.id, before.placements, next.placements)
      const { deleted, deletedSize, exists, modSeq, size, uidNext, unseen } = next
      update.run(uidNext, modSeq, exists, unseen, deleted, size, deletedSize, row.id)
    },
    /** Within a write; its mailbox is about to go. */
    drop: (row: MailboxRow): void => {
      const { placements } = get(row)
      keep(row.id, undefined)
      for (const { id } of placements) removeChunk.run(row.id * STRIDE + id)
    }
  }
}
export type MailboxStates = ReturnType<typeof make>
