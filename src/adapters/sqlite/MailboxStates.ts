/** The states of mailboxes: read once, kept in memory, written as the chunks that became others. */
import { Result } from "effect"
import type { Chunk } from "../../domain/mailbox/Chunk.ts"
import type { MailboxState } from "../../domain/mailbox/MailboxState.ts"
import { decodeUnsafe, encode } from "../../domain/mailbox/PlacementColumns.ts"
import * as Placements from "../../domain/mailbox/Placements.ts"
import type { Steps } from "../../domain/mailbox/Steps.ts"
import type { MailboxRow } from "./MailboxTable.ts"
import type { SqliteDatabase } from "./SqliteDatabase.ts"

/** Placements kept in memory, in all mailboxes together: 15 bytes each, 55 where all was looked at. */
const MAX_KEPT = 1_000_000
/** Chunks read in a step: some milliseconds, where the disk is asked. */
const STEP = 50

/** SQLite's word for no limit. */
const ALL = -1

/** Of a mailbox's first chunk id; uids stay below. */
export const STRIDE = 2 ** 32

export const make = ({ handle: db, onUndo }: SqliteDatabase["Service"]) => {
  const read = db.prepare("SELECT id, columns FROM placement_chunk WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
    .raw(true)
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
  let changes = 0

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

  /** At most `count` chunks, from the id on. */
  const readChunks = (mailbox: number, from: number, count: number): Array<Chunk> => {
    const first = mailbox * STRIDE
    const rows = read.all(first + from, first + STRIDE, count) as Array<readonly [id: number, columns: Uint8Array]>
    return rows.map(([id, columns]) => decodeUnsafe(id - first, columns))
  }

  const stateOf = (row: MailboxRow, placements: Placements.Placements): MailboxState => ({
    exists: row.messages,
    unseen: row.unseen,
    deleted: row.deleted,
    size: row.size,
    deletedSize: row.deleted_size,
    uidNext: row.uid_next,
    modSeq: row.modseq,
    placements
  })

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
    const state = stateOf(row, row.messages === 0 ? Placements.empty : readChunks(row.id, 0, ALL))
    keep(row.id, state)
    return state
  }

  return {
    get,
    /** As `get`, before somebody asks, and in steps. What changes meanwhile is read when it is asked for. */
    warm: function*(find: () => Result.Result<MailboxRow, unknown>, step = STEP): Steps<void> {
      const before = changes
      const found = find()
      if (Result.isFailure(found)) return
      const row = found.success
      const chunks: Array<Chunk> = []
      while (!states.has(row.id) && kept + row.messages <= MAX_KEPT && changes === before) {
        const read = readChunks(row.id, (chunks.at(-1)?.id ?? -1) + 1, step)
        for (const chunk of read) chunks.push(chunk)
        if (read.length === step) yield
        else {
          keep(row.id, stateOf(row, chunks))
          Placements.uids(chunks)
        }
      }
    },
    /** Within a write. */
    put: (row: MailboxRow, next: MailboxState): void => {
      const before = get(row)
      if (before === next) return
      changes++
      onUndo(() => keep(row.id, undefined))
      keep(row.id, next)
      writeChunks(row.id, before.placements, next.placements)
      const { deleted, deletedSize, exists, modSeq, size, uidNext, unseen } = next
      update.run(uidNext, modSeq, exists, unseen, deleted, size, deletedSize, row.id)
    },
    /** Within a write; its mailbox is about to go. */
    drop: (row: MailboxRow): void => {
      const { placements } = get(row)
      changes++
      keep(row.id, undefined)
      for (const { id } of placements) removeChunk.run(row.id * STRIDE + id)
    }
  }
}
export type MailboxStates = ReturnType<typeof make>
