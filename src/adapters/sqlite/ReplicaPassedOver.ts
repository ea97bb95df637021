/** Documents of kinds that this program does not know, as newer devices wrote them, until it does. */
import { isKind, type UnknownDocument } from "../../domain/document/Document.ts"
import type { RemoteDocument } from "../../domain/document/Rollback.ts"
import type { ReplicaTable } from "./ReplicaTable.ts"
import type { Handle } from "./SqliteDatabase.ts"

interface Row {
  readonly id: string
  readonly kind: string
  readonly generation: number
  readonly parent: number
  readonly text: string
  readonly mark: Uint8Array
}

/** At a time. */
const PAGE = 200

export const make = (db: Handle, table: ReplicaTable) => {
  const find = db.prepare("SELECT kind, generation, mark FROM replica_unknown WHERE id = ?")
  const put = db.prepare(
    "INSERT INTO replica_unknown (id, kind, generation, parent, text, mark) VALUES (?, ?, ?, ?, ?, ?)"
  )
  const remove = db.prepare("DELETE FROM replica_unknown WHERE id = ?")
  const kinds = db.prepare("SELECT DISTINCT kind FROM replica_unknown").pluck()
  const some = db.prepare("SELECT * FROM replica_unknown WHERE kind IN (SELECT value FROM json_each(?)) LIMIT ?")

  /** It is counted no more. */
  const forget = (id: string): void => {
    const row = find.get(id) as Pick<Row, "kind" | "mark"> | undefined
    if (row === undefined) return
    table.discount(row.kind, row.mark)
    remove.run(id)
  }

  return {
    /** The generation of the document that is kept, 0 for none. */
    generationOf: (id: string): number => (find.get(id) as Pick<Row, "generation"> | undefined)?.generation ?? 0,
    /** In the place of an earlier version. */
    keep: ({ document: { kind, text }, generation, id, mark, parent }: RemoteDocument<UnknownDocument>): void => {
      forget(id)
      put.run(id, kind, generation, parent, text, mark)
      table.count(kind, undefined, mark)
      table.see(generation)
    },
    forget,
    understandable: (): ReadonlyArray<RemoteDocument<UnknownDocument>> => {
      const known = (kinds.all() as Array<string>).filter(isKind)
      if (known.length === 0) return []
      return (some.all(JSON.stringify(known), PAGE) as Array<Row>)
        .map(({ kind, text, ...row }) => ({ ...row, document: { _tag: "unknown", kind, text } }))
    }
  }
}
export type ReplicaPassedOver = ReturnType<typeof make>
