/**
 * What this device was shown, said to the others and compared with what they say. Documents have the same ids, generations
 * and sealed bytes on every device that stands at one generation: where the sums of their marks differ, the provider has
 * shown two histories, or kept something back.
 */
import { Result } from "effect"
import { type Document, WITNESS_FORM, type WitnessDocument } from "../../domain/document/Document.ts"
import { HistoryDiffers } from "../../domain/document/Rollback.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

type Kinds = WitnessDocument["kinds"]

const MAX_NAME = 200

/** What may stand in a sentence of it. */
const nameOf = (name = ""): Pick<WitnessDocument, "name"> => {
  const shown = name.replace(/\p{Cc}+/gu, " ").trim().slice(0, MAX_NAME)
  return shown === "" ? {} : { name: shown }
}

export const make = (db: Handle, table: ReplicaTable) => {
  const others = db.prepare("SELECT state FROM replica_document WHERE kind = 'witness' AND key <> ?").pluck()

  const here = (): Kinds =>
    table.sums().filter(({ kind }) => kind !== "witness")
      .map(({ count, kind, sum }) => ({ kind, count, digest: Buffer.from(sum).toString("base64url") }))

  const differing = (here: Kinds, there: Kinds): HistoryDiffers["kinds"] => {
    const names = new Set([...here, ...there].map(({ kind }) => kind))
    return Array.from(names).sort().flatMap((kind) => {
      const [ours, theirs] = [here, there].map((kinds) => kinds.find((one) => one.kind === kind))
      return ours?.digest === theirs?.digest ? [] : [{ kind, here: ours?.count ?? 0, there: theirs?.count ?? 0 }]
    })
  }

  return {
    /** Within a write. Answers whether there is something to push. */
    attest: (name: string | undefined): boolean => {
      const [cursor, seen] = [table.cursor(), table.seen()]
      const last = table.get("witness", table.device)
      if (table.unpushed(1).length > 0 || seen > cursor || (last?.document.generation ?? 0) >= seen) return false
      const document: Document = {
        _tag: "witness",
        device: table.device,
        ...nameOf(name),
        form: WITNESS_FORM,
        generation: cursor,
        kinds: here()
      }
      table.put({ document, generation: last?.generation ?? 0, revision: table.nextRevision() })
      return true
    },
    /** Of a whole pull: witnesses of this very state, or of one since which only witnesses came. */
    compare: (): Result.Result<void, HistoryDiffers> => {
      const [cursor, seen] = [table.cursor(), table.seen()]
      if (seen > cursor) return Result.void
      let own: Kinds | undefined
      for (const state of others.all(table.device) as Array<string>) {
        const { device, form, generation, kinds, name = device } = JSON.parse(state) as WitnessDocument
        if (form !== WITNESS_FORM || generation < seen || generation > cursor) continue
        const differ = differing(own ??= here(), kinds)
        if (differ.length > 0) return Result.fail(new HistoryDiffers({ device: name, generation, kinds: differ }))
      }
      return Result.void
    }
  }
}
export type ReplicaWitness = ReturnType<typeof make>
