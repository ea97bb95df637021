/**
 * What this device was shown, said to the others and compared with what they say. Documents have the same names,
 * generations and sealed bytes on every device that stands at one generation: where a digest over them differs, the
 * provider has shown two histories, or kept something back.
 */
import { Result } from "effect"
import { createHash, type Hash } from "node:crypto"
import type { Document, WitnessDocument } from "../../domain/document/Document.ts"
import { HistoryDiffers } from "../../domain/document/Rollback.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

type Kinds = WitnessDocument["kinds"]

interface Row {
  readonly kind: string
  readonly key: string
  readonly generation: number
  readonly digest: Buffer | null
}

interface Sum {
  count: number
  readonly hash: Hash
}

export const make = (db: Handle, table: ReplicaTable) => {
  const rows = db.prepare(`SELECT kind, key, generation, digest FROM replica_document
    WHERE generation > 0 AND kind <> 'witness' ORDER BY kind, key`)
  const others = db.prepare("SELECT state FROM replica_document WHERE kind = 'witness' AND key <> ?").pluck()
  let summed: { readonly seen: number; readonly kinds: Kinds } | undefined

  /** All of them: so it is done only where there is something to say or to compare, and once for each state. */
  const sum = (): Kinds => {
    const seen = table.seen()
    if (summed?.seen === seen) return summed.kinds
    const sums = new Map<string, Sum>()
    for (const { digest, generation, key, kind } of rows.iterate() as Iterable<Row>) {
      let one = sums.get(kind)
      if (one === undefined) sums.set(kind, one = { count: 0, hash: createHash("sha256") })
      one.count++
      one.hash.update(`${key}\0${generation}\0${digest?.toString("base64url") ?? ""}\n`)
    }
    const kinds = Array.from(sums, ([kind, { count, hash }]) => ({ kind, count, digest: hash.digest("base64url") }))
    summed = { seen, kinds }
    return kinds
  }

  const differing = (here: Kinds, there: Kinds): HistoryDiffers["kinds"] => {
    const names = new Set([...here, ...there].map(({ kind }) => kind))
    return Array.from(names).sort().flatMap((kind) => {
      const [ours, theirs] = [here, there].map((kinds) => kinds.find((one) => one.kind === kind))
      return ours?.digest === theirs?.digest ? [] : [{ kind, here: ours?.count ?? 0, there: theirs?.count ?? 0 }]
    })
  }

  return {
    /** Documents have come. */
    forget: (): void => {
      summed = undefined
    },
    /** Within a write. Answers whether there is something to push. */
    attest: (): boolean => {
      const [cursor, seen] = [table.cursor(), table.seen()]
      const last = table.get("witness", table.device)
      if (table.unpushed(1).length > 0 || seen > cursor || (last?.document.generation ?? 0) >= seen) return false
      const document: Document = { _tag: "witness", device: table.device, generation: cursor, kinds: sum() }
      table.put({ document, generation: last?.generation ?? 0, revision: table.nextRevision() })
      return true
    },
    /** Of a whole pull: witnesses of this very state, or of one since which only witnesses came. */
    compare: (): Result.Result<void, HistoryDiffers> => {
      const [cursor, seen] = [table.cursor(), table.seen()]
      if (seen > cursor) return Result.void
      for (const state of others.all(table.device) as Array<string>) {
        const { device, generation, kinds } = JSON.parse(state) as WitnessDocument
        if (generation < seen || generation > cursor) continue
        const differ = differing(sum(), kinds)
        if (differ.length === 0) continue
        summed = undefined
        return Result.fail(new HistoryDiffers({ device, generation, kinds: differ }))
      }
      return Result.void
    }
  }
}
export type ReplicaWitness = ReturnType<typeof make>
