import { NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import * as AccountPorts from "../../src/adapters/in-process/AccountPorts.ts"
import * as ProviderStoreMemory from "../../src/adapters/memory/ProviderStoreMemory.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import * as ProviderStoreSqlite from "../../src/adapters/sqlite/ProviderStoreSqlite.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { IncomingQueue } from "../../src/ports/IncomingQueue.ts"
import { KeyDirectory } from "../../src/ports/KeyDirectory.ts"
import { ProviderStore } from "../../src/ports/ProviderStore.ts"
import { incomingQueueContract } from "./IncomingQueue.contract.ts"
import { keyDirectoryContract } from "./KeyDirectory.contract.ts"
import { makeAccount, makeToken, serveProvider } from "./ProviderOverHttp.ts"
import { replicationContract } from "./Replication.contract.ts"

const stores = {
  memory: ProviderStoreMemory.layer,
  sqlite: ProviderStoreSqlite.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" })))
}

const makeStore = (kind: keyof typeof stores) =>
  Effect.map(Layer.build(Layer.fresh(stores[kind])), (context) => Context.get(context, ProviderStore))

const inProcess = (kind: keyof typeof stores) =>
  Effect.gen(function*() {
    const store = yield* makeStore(kind)
    const account = yield* makeAccount(store, "alice")
    const ports = AccountPorts.layer(account).pipe(
      Layer.provide([Layer.succeed(ProviderStore, store), OpenPgpJs.layer])
    )
    return { store, id: account.id, ports }
  })

const overHttp = Effect.gen(function*() {
  const store = yield* makeStore("memory")
  const { id } = yield* makeAccount(store, "alice")
  const token = yield* makeToken(store, id)
  const ports = ProviderClient.layerAccount(yield* serveProvider(store), token).pipe(
    Layer.provide(NodeHttpClient.layerNodeHttp)
  )
  return { store, id, ports }
})

const ways = [
  ["in process, memory", inProcess("memory")],
  ["in process, sqlite", inProcess("sqlite")],
  ["over HTTP", overHttp]
] as const

for (const [name, make] of ways) {
  replicationContract(name, () => Layer.fresh(Layer.unwrap(Effect.map(make, ({ ports }) => ports))))
  incomingQueueContract(
    name,
    Effect.gen(function*() {
      const { id, ports, store } = yield* make
      return {
        queue: Context.get(yield* Layer.build(ports), IncomingQueue),
        enqueue: (encrypted, arrivedAt) => Effect.orDie(store.enqueue(id, encrypted, arrivedAt))
      }
    })
  )
  keyDirectoryContract(
    name,
    Effect.gen(function*() {
      const { ports } = yield* make
      return Context.get(yield* Layer.build(ports), KeyDirectory)
    })
  )
}
