/** Sealed documents and blobs of the accounts: versions, generations and batches, inside one transaction each. */
import type { AccountId } from "../../ports/ProviderStore.ts"
import type { PushedDocument, PushOutcome, SealedDocument } from "../../ports/Replication.ts"
import type { Handle } from "./SqliteDatabase.ts"

/** A client asks again soon or never: answers of older batches are forgotten. */
const MAX_BATCHES = 1000

interface DocumentRow {
  readonly id: string
  readonly generation: number
  readonly parent: number
  readonly sealed: Uint8Array | null
}

const toDocument = ({ sealed, ...row }: DocumentRow): SealedDocument => ({
  ...row,
  sealed: sealed === null ? undefined : new Uint8Array(sealed.buffer, sealed.byteOffset, sealed.length)
})

export const make = (db: Handle) => {
  const batch = db.prepare("SELECT outcomes FROM batch WHERE account = ? AND id = ?").pluck()
  const insertBatch = db.prepare("INSERT INTO batch (account, id, outcomes) VALUES (?, ?, ?)")
  const forgetBatches = db.prepare(`DELETE FROM batch WHERE account = ? AND seq <=
    (SELECT seq FROM batch WHERE account = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`)
  const generation = db.prepare("SELECT generation FROM account WHERE id = ?").pluck()
  const setGeneration = db.prepare("UPDATE account SET generation = ? WHERE id = ?")
  const current = db.prepare("SELECT generation FROM document WHERE account = ? AND id = ?").pluck()
  const upsert = db.prepare(`INSERT INTO document (account, id, generation, parent, sealed) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (account, id) DO UPDATE
    SET generation = excluded.generation, parent = excluded.parent, sealed = excluded.sealed`)
  const since = db.prepare(`SELECT id, generation, parent, sealed FROM document
    WHERE account = ? AND generation > ? ORDER BY generation LIMIT ?`)
  const putBlob = db.prepare("INSERT INTO blob VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
  const getBlob = db.prepare("SELECT sealed FROM blob WHERE account = ? AND id = ?").pluck()
  const hasBlob = db.prepare("SELECT 1 FROM blob WHERE account = ? AND id = ?").pluck()

  const generationOf = (account: AccountId): number => generation.get(account) as number

  return {
    generation: generationOf,
    /** `generation` is defined where the batch changed something. */
    push: (account: AccountId, batchId: string, documents: ReadonlyArray<PushedDocument>): {
      readonly outcomes: ReadonlyArray<PushOutcome>
      readonly generation: number | undefined
    } => {
      const before = batch.get(account, batchId) as string | undefined
      if (before !== undefined) {
        return { outcomes: JSON.parse(before) as ReadonlyArray<PushOutcome>, generation: undefined }
      }
      const start = generationOf(account)
      let last = start
      const outcomes: Array<PushOutcome> = []
      for (const { id, parent, sealed } of documents) {
        const known = (current.get(account, id) as number | undefined) ?? 0
        if (parent !== known) {
          outcomes.push({ _tag: "Stale", id, current: known })
        } else {
          last++
          upsert.run(account, id, last, parent, sealed ?? null)
          outcomes.push({ _tag: "Accepted", id, generation: last })
        }
      }
      if (last > start) setGeneration.run(last, account)
      insertBatch.run(account, batchId, JSON.stringify(outcomes))
      forgetBatches.run(account, account, MAX_BATCHES)
      return { outcomes, generation: last > start ? last : undefined }
    },
    pull: (account: AccountId, after: number, limit: number) => ({
      documents: (since.all(account, after, limit) as Array<DocumentRow>).map(toDocument),
      generation: generationOf(account)
    }),
    putBlob: (account: AccountId, id: string, sealed: Uint8Array): void => void putBlob.run(account, id, sealed),
    getBlob: (account: AccountId, id: string): unknown => getBlob.get(account, id),
    hasBlob: (account: AccountId, id: string): boolean => hasBlob.get(account, id) !== undefined
  }
}
