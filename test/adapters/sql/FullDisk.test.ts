/** A disk that is full: mail is refused for now, nothing is half kept, and all goes on when there is room again. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as ProviderSignalsMemory from "../../../src/adapters/memory/ProviderSignalsMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as ProviderStoreSql from "../../../src/adapters/sql/ProviderStoreSql.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { gather, makeAccount } from "../../ports/ProviderPorts.ts"

const layer = ProviderStoreSql.layer.pipe(
  Layer.provideMerge(SqliteClient.layer({ filename: ":memory:" })),
  Layer.provide([ProviderSignalsMemory.layer, NodeCrypto.layer])
)

const letter = new Uint8Array(20_000).fill(7)

describe("a provider's store on a full disk", () => {
  const make = Effect.gen(function*() {
    const context = yield* Layer.build(Layer.fresh(layer))
    const sql = Context.get(context, SqlClient.SqlClient)
    const store = gather(context)
    const { id } = yield* makeAccount(store, Address.make("ann@leap.test"))
    const [pages] = yield* sql<{ readonly page_count: number }>`PRAGMA page_count`
    // Room for two letters and not for three.
    yield* sql`PRAGMA max_page_count = ${sql.literal(String((pages?.page_count ?? 0) + 13))}`
    return { id, store }
  })

  it.effect("answers what failed, keeps what it answered for, and goes on", () =>
    Effect.gen(function*() {
      const { id, store } = yield* make
      const taken: Array<string> = []
      let failures = 0
      for (let number = 0; number < 6; number++) {
        yield* store.enqueue(id, letter, number).pipe(
          Effect.match({ onSuccess: (item) => void taken.push(item.id), onFailure: () => void failures++ })
        )
      }
      assert.isAbove(taken.length, 0)
      assert.isAbove(failures, 0)
      const waiting = Effect.map(store.incoming(id, 10), (items) => items.map((item) => item.id))
      assert.deepStrictEqual(yield* waiting, taken)
      assert.strictEqual((yield* store.findAccount(Address.make("ann@leap.test")))?.used, taken.length * letter.length)

      yield* store.acknowledge(id, taken.slice(0, 1))
      const again = yield* store.enqueue(id, letter, 7)
      assert.deepStrictEqual(yield* waiting, [...taken.slice(1), again.id])
    }))

  it.effect("takes of what comes together what there is room for, and answers each", () =>
    Effect.gen(function*() {
      const { id, store } = yield* make
      const answers = yield* Effect.forEach(
        [20_000, 200_000, 20_000, 200_000, 200_000],
        (octets, at) => Effect.option(store.enqueue(id, new Uint8Array(octets), at)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map((answer) => answer._tag), ["Some", "None", "Some", "None", "None"])
      assert.deepStrictEqual((yield* store.incoming(id, 10)).map(({ size }) => size), [20_000, 20_000])
      assert.strictEqual((yield* store.findAccount(Address.make("ann@leap.test")))?.used, 40_000)
    }))

  it.effect("what one of those that come together may not do is its own affair", () =>
    Effect.gen(function*() {
      const { id, store } = yield* make
      const other = Address.make("other@leap.test")
      const answers = yield* Effect.all([
        Effect.exit(store.enqueue(id, letter, 1)),
        Effect.exit(store.enqueue(id + 1, letter, 2)),
        Effect.exit(store.addAlias(id + 1, other)),
        Effect.exit(store.addAlias(id, other)),
        Effect.exit(store.enqueue(id, letter, 3))
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(answers.map(({ _tag }) => _tag), ["Success", "Failure", "Failure", "Success", "Success"])
      assert.deepStrictEqual((yield* store.incoming(id, 10)).map(({ arrivedAt }) => arrivedAt), [1, 3])
    }))
})
