/** Rows of replication: merged documents, what is to be pushed, what the triggers noted, and the cursor. */
import { type Document, type Kind, naturalKey } from "../../domain/document/Document.ts"
import type { DeviceId } from "../../domain/document/Hlc.ts"
import * as Mark from "../../domain/document/Mark.ts"
import type { RemoteDocument } from "../../domain/document/Rollback.ts"
import type { AcceptedDocument, PendingDocument } from "../../ports/ReplicaStore.ts"
import type { Handle } from "./SqliteDatabase.ts"

export interface KeptDocument<D extends Document = Document> {
  readonly document: D
  /** The provider's, as last merged; 0 for none. */
  readonly generation: number
  /** undefined: the provider has it. */
  readonly revision: number | undefined
  /** Of what the provider has at that generation; left as it is where undefined. */
  readonly mark?: Uint8Array | undefined
}

/** Those whose changes triggers note. */
export type NotedKind = Exclude<Kind, "placement" | "witness">

export interface Note {
  readonly kind: NotedKind
  readonly key: string
  /** Milliseconds. */
  readonly changed_at: number
}

/** Documents of a kind that the provider has, and the sum of their marks. */
export interface Sum {
  readonly kind: string
  readonly count: number
  readonly sum: Uint8Array
}

interface Row {
  readonly generation: number
  readonly revision: number | null
  readonly state: string
}

export const make = (db: Handle) => {
  const find = db.prepare("SELECT generation, revision, state FROM replica_document WHERE kind = ? AND key = ?")
  const put = db.prepare(`INSERT INTO replica_document (kind, key, generation, revision, state, mark)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET generation = excluded.generation,
    revision = excluded.revision, state = excluded.state, mark = coalesce(excluded.mark, mark)`)
  const unpushed = db.prepare(`SELECT generation, revision, state FROM replica_document
    WHERE revision > ? ORDER BY revision LIMIT ?`)
  const accept = db.prepare(`UPDATE replica_document SET generation = ?, mark = ?, revision = nullif(revision, ?)
    WHERE kind = ? AND key = ? AND generation = ?`)
  const setContents = db.prepare(`UPDATE replica_document SET state = json_set(state, '$.contents', json(?))
    WHERE kind = 'message' AND key = ? AND state ->> '$.contents' IS NULL`)
  const nextRevision = db.prepare("UPDATE replica SET revision = revision + 1 RETURNING revision").pluck()
  const markAt = db.prepare("SELECT mark FROM replica_document WHERE kind = ? AND key = ?").pluck()
  const sumOf = db.prepare("SELECT kind, count, sum FROM replica_sum WHERE kind = ?")
  const sums = db.prepare("SELECT kind, count, sum FROM replica_sum ORDER BY kind")
  const putSum = db.prepare(
    "INSERT INTO replica_sum VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count, sum = excluded.sum"
  )
  const dropSum = db.prepare("DELETE FROM replica_sum WHERE kind = ?")
  const cursor = db.prepare("SELECT cursor FROM replica").pluck()
  const seen = db.prepare("SELECT seen FROM replica").pluck()
  const see = db.prepare("UPDATE replica SET seen = ? WHERE seen < ?")
  const setCursor = db.prepare("UPDATE replica SET cursor = ?")
  const oldestNotes = db.prepare("SELECT kind, key, changed_at FROM replica_dirty ORDER BY seq LIMIT ?")
  const noteOf = db.prepare("SELECT kind, key, changed_at FROM replica_dirty WHERE kind = ? AND key = ?")
  const forget = db.prepare("DELETE FROM replica_dirty WHERE kind = ? AND key = ?")

  const hold = db.prepare(`INSERT INTO replica_held (key, id, generation, parent, state, mark)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET generation = excluded.generation, parent = excluded.parent,
    state = excluded.state, mark = excluded.mark`)
  const held = db.prepare("SELECT id, generation, parent, state, mark FROM replica_held ORDER BY generation")
  const releaseHeld = db.prepare("DELETE FROM replica_held")

  const sumFor = (kind: string): Pick<Sum, "count" | "sum"> =>
    (sumOf.get(kind) as Sum | undefined) ?? { count: 0, sum: Mark.nothing }

  /** In the transaction that changes the row. `old` undefined: the provider did not have it. */
  const count = (kind: string, old: Uint8Array | undefined, mark: Uint8Array): void => {
    const { count, sum } = sumFor(kind)
    const rest = old === undefined ? sum : Mark.subtract(sum, old)
    putSum.run(kind, old === undefined ? count + 1 : count, Mark.add(rest, mark))
  }

  const discount = (kind: string, mark: Uint8Array): void => {
    const { count, sum } = sumFor(kind)
    if (count > 1) putSum.run(kind, count - 1, Mark.subtract(sum, mark))
    else dropSum.run(kind)
  }

  const oldMark = (kind: string, key: string): Uint8Array | undefined =>
    (markAt.get(kind, key) as Uint8Array | null | undefined) ?? undefined

  return {
    device: db.prepare("SELECT device FROM replica").pluck().get() as DeviceId,
    get: <K extends Kind>(kind: K, key: string): KeptDocument<Extract<Document, { readonly _tag: K }>> | undefined => {
      const row = find.get(kind, key) as Row | undefined
      return row === undefined
        ? undefined
        : { document: JSON.parse(row.state), generation: row.generation, revision: row.revision ?? undefined }
    },
    /** `revision` undefined: the provider has it like this. */
    put: ({ document, generation, mark, revision }: KeptDocument): void => {
      const [kind, key] = [document._tag, naturalKey(document)]
      if (mark !== undefined) count(kind, oldMark(kind, key), mark)
      put.run(kind, key, generation, revision ?? null, JSON.stringify(document), mark ?? null)
      if (kind !== "witness") see.run(generation, generation)
    },
    nextRevision: (): number => nextRevision.get() as number,
    unpushed: (limit: number, after = 0): ReadonlyArray<PendingDocument> =>
      (unpushed.all(after, limit) as Array<Row & { readonly revision: number }>).map((
        { generation, revision, state }
      ) => ({
        document: JSON.parse(state) as Document,
        parent: generation,
        revision
      })),
    /** Own changes with nobody's between them need not be pulled. */
    accept: (documents: ReadonlyArray<AcceptedDocument>): void => {
      let applied = cursor.get() as number
      for (const { document, generation, mark, parent, revision } of documents) {
        const [kind, key] = [document._tag, naturalKey(document)]
        const old = oldMark(kind, key)
        if (accept.run(generation, mark, revision, kind, key, parent).changes > 0) count(kind, old, mark)
        if (document._tag === "message" && document.contents !== undefined) {
          setContents.run(JSON.stringify(document.contents), document.email)
        }
        if (kind !== "witness") see.run(generation, generation)
        if (generation === applied + 1) applied = generation
      }
      setCursor.run(applied)
    },
    hold: ({ document, generation, id, mark, parent }: RemoteDocument<Document>): void => {
      hold.run(naturalKey(document), id, generation, parent, JSON.stringify(document), mark)
    },
    takeHeld: (): ReadonlyArray<RemoteDocument<Document>> => {
      const rows = held.all() as Array<Omit<RemoteDocument<Document>, "document"> & { readonly state: string }>
      releaseHeld.run()
      return rows.map(({ state, ...row }) => ({ ...row, document: JSON.parse(state) as Document }))
    },
    count,
    /** One less of them. */
    discount,
    /** Of a document that is no witness. */
    see: (generation: number): void => {
      see.run(generation, generation)
    },
    /** In the order of the kinds' names. */
    sums: (): ReadonlyArray<Sum> => sums.all() as Array<Sum>,
    /** The greatest generation of a document that is no witness. */
    seen: (): number => seen.get() as number,
    cursor: (): number => cursor.get() as number,
    setCursor: (value: number): void => {
      setCursor.run(value)
    },
    oldestNotes: (limit: number): ReadonlyArray<Note> => oldestNotes.all(limit) as Array<Note>,
    noteOf: (kind: NotedKind, key: string): Note | undefined => noteOf.get(kind, key) as Note | undefined,
    forget: (kind: NotedKind, key: string): void => {
      forget.run(kind, key)
    }
  }
}
export type ReplicaTable = ReturnType<typeof make>
