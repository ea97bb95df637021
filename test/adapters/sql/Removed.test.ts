/** What is left in a provider's store of an account that is removed: that its addresses are taken, and nothing else. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as ProviderSignalsMemory from "../../../src/adapters/memory/ProviderSignalsMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as ProviderStoreSql from "../../../src/adapters/sql/ProviderStoreSql.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { gather } from "../../ports/ProviderPorts.ts"

const layer = ProviderStoreSql.layer.pipe(
  Layer.provideMerge(SqliteClient.layer({ filename: ":memory:" })),
  Layer.provide([ProviderSignalsMemory.layer, NodeCrypto.layer])
)

const MARK = "mark-of-removed"
const marked = new TextEncoder().encode(MARK)

/** All rows of all tables, those that are kept on purpose left out. */
const dump = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table'`
  const texts: Array<string> = []
  for (const { name } of tables) {
    if (name === "retired") continue
    for (const row of yield* sql<Record<string, unknown>>`SELECT * FROM ${sql(name)}`) {
      const values = Object.entries(row).map(([column, value]) =>
        `${column}=${value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)}`
      )
      texts.push(`${name}: ${values.join(" ")}`)
    }
  }
  return texts
})

describe("an account that is removed", () => {
  it.effect("leaves its addresses retired, a hash in the directory's log, and nothing else", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(Layer.fresh(layer))
      const sql = Context.get(context, SqlClient.SqlClient)
      const store = gather(context)
      const [ann, bob] = [Address.make(`${MARK}@leap.test`), Address.make("bob@leap.test")]
      const invites = [Uint8Array.of(1), Uint8Array.of(2)] as const
      for (const hash of invites) yield* store.addInvite({ hash, address: ann, uses: 1, expiresAt: 9e14 })
      const make = (address: Address, invite?: Uint8Array) =>
        store.createAccount({
          address,
          registration: MARK,
          wrappedRoot: marked,
          ...invite === undefined ? {} : { invite }
        })
      yield* store.createAccount({ address: bob, registration: "r", wrappedRoot: Uint8Array.of(1) })
      const { id } = yield* make(ann, invites[0])
      yield* store.setCredential(
        id,
        "phrase",
        { registration: MARK, wrappedRoot: marked, expiresAt: undefined },
        undefined
      )
      yield* store.addSession(id, marked, { id: MARK, device: MARK, createdAt: 0, expiresAt: 9e14 })
      yield* store.addAlias(id, Address.make(`${MARK}.alias@leap.test`))
      yield* store.publish(id, { certificate: marked, fingerprint: MARK, wkdHash: MARK, mark: "a".repeat(64) })
      yield* store.enqueue(id, marked, 1)
      yield* store.putBlob(id, MARK, marked)
      yield* store.push(id, MARK, [{ id: MARK, parent: 0, sealed: marked, blobs: [MARK] }])
      yield* store.enqueueOutbound({ account: id, from: ann, to: [ann], bytes: marked, offeredAt: 0 })
      const rows = dump.pipe(Effect.provideContext(context))
      const tables = (texts: ReadonlyArray<string>) =>
        new Set(texts.filter((text) => text.includes(MARK)).map((text) => text.split(":", 1)[0]))
      assert.deepStrictEqual(
        [...tables(yield* rows)].toSorted(),
        [
          "account",
          "alias",
          "batch",
          "blob",
          "blob_bytes",
          "blob_use",
          "credential",
          "directory_log",
          "document",
          "incoming",
          "invite",
          "outbound",
          "session"
        ]
      )

      yield* store.removeAccount(id, "b".repeat(64))
      // The log says when which key was published for which mark, so that clients can audit it; it names nobody.
      assert.deepStrictEqual([...tables(yield* rows)], ["directory_log"])
      assert.isFalse((yield* rows).some((text) => text.includes(`account=${id} `)))
      assert.deepStrictEqual(
        (yield* sql<{ readonly address: string }>`SELECT address FROM retired ORDER BY address`).map(({ address }) =>
          address
        ),
        [`${MARK}.alias@leap.test`, ann]
      )
    }))
})
