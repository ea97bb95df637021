/** Documents of a kind that only a newer device knows: kept, passed over, counted, and understood after an update. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import { markOf } from "../../../src/domain/document/Mark.ts"
import { openDocument, sealDocument } from "../../../src/domain/vault/Sealed.ts"
import type { Replication } from "../../../src/ports/Replication.ts"
import { type Account, alice, append, makeAccount, makeHome, showAll, texts, twoHomes } from "./ReplicaHomes.ts"

const ID = "F".repeat(43)

/** What a device with a newer program does. Answers the generation. */
const pushFilter = Effect.fnUntraced(function*({ replication, vault }: Account, parent: number, rule: string) {
  const bytes = new TextEncoder().encode(JSON.stringify({ version: 1, document: { _tag: "filter", rule } }))
  const sealed = yield* sealDocument(vault.root, { account: vault.address, id: ID, version: parent }, bytes)
  const [outcome] = yield* replication.push(`filter ${parent}`, [{ id: ID, parent, sealed }])
  assert(outcome?._tag === "Accepted")
  return outcome.generation
}, Effect.provide(NodeCrypto.layer))

const without = (replication: Replication["Service"], id: string): Replication["Service"] => ({
  ...replication,
  pull: (since, limit) =>
    Effect.map(replication.pull(since, limit), (page) => ({
      ...page,
      documents: page.documents.filter((document) => document.id !== id)
    }))
})

describe("a document of a kind that is not known", () => {
  it.live("stops nothing, and is told from an older version of itself", () =>
    Effect.gen(function*() {
      const { account, a, b } = yield* twoHomes
      const first = yield* pushFilter(account, 0, "first")
      const [old] = (yield* account.replication.pull(0, 1)).documents
      assert(old?.id === ID)
      yield* append(a, "INBOX", "1")
      yield* a.sync
      yield* pushFilter(account, first, "second")
      yield* append(a, "INBOX", "2")
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* texts(b, "INBOX"), ["1", "2"])
      yield* b.attest
      yield* a.sync
      const { generation } = yield* account.replication.pull(0, 1)
      for (const shown of [old, { ...old, generation: generation + 1 }]) {
        const page = { documents: [shown], generation: generation + 1 }
        const lying = { ...account.replication, pull: () => Effect.succeed(page) }
        assert.strictEqual((yield* Effect.flip(b.syncOver(lying)))._tag, "RolledBack")
      }
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("is missed where the provider keeps it back", () =>
    Effect.gen(function*() {
      const account = yield* makeAccount
      const a = yield* makeHome(account)
      yield* a.sync
      yield* pushFilter(account, 0, "first")
      yield* a.sync
      yield* a.attest
      const b = yield* makeHome(account)
      const error = yield* Effect.flip(b.syncOver(without(account.replication, ID)))
      assert(error._tag === "HistoryDiffers")
      assert.deepStrictEqual(error.kinds, [{ kind: "filter", here: 0, there: 1 }])
      assert.include(error.message, `1 of the documents of the kind "filter" are withheld from this device`)
    }))

  it.live("is understood after an update, and counted as it is by devices that knew it before", () =>
    Effect.gen(function*() {
      const { account: { replication, vault }, a, b } = yield* twoHomes
      yield* a.sync
      yield* b.sync
      const { generation } = yield* replication.pull(0, 1)
      yield* b.attest
      yield* a.keys.putWish(alice, "require")
      yield* a.sync
      const { documents } = yield* replication.pull(generation + 1, 10)
      const [wish, ...others] = documents
      assert(wish?.sealed !== undefined && others.length === 0)
      // As b keeps it if its program knows no wishes.
      const { sealed, ...at } = wish
      const context = { account: vault.address, id: at.id, version: at.parent }
      const text = new TextDecoder().decode((yield* openDocument(vault.root, context, sealed)).bytes)
      const mark = yield* markOf(vault.ids, { ...at, sealed })
      const passedOver = { ...at, mark, document: { _tag: "unknown", kind: "wish", text } as const }
      yield* b.replica.apply([passedOver], at.generation, true)
      assert.isUndefined(yield* b.keys.wish(alice))
      // It has seen the same.
      yield* a.attest
      yield* b.sync
      assert.strictEqual(yield* b.keys.wish(alice), "require")
      assert.deepStrictEqual(yield* b.replica.understandable, [])
      yield* b.keys.putWish(alice, "never")
      yield* b.sync
      yield* b.attest
      yield* a.sync
      assert.strictEqual(yield* a.keys.wish(alice), "never")
    }).pipe(Effect.provide(NodeCrypto.layer)))
})
