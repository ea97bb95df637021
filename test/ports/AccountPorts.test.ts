import { NodeHttpClient } from "@effect/platform-node"
import { afterAll } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import * as AccountPorts from "../../src/adapters/in-process/AccountPorts.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { IncomingQueue } from "../../src/ports/IncomingQueue.ts"
import { KeyDirectory } from "../../src/ports/KeyDirectory.ts"
import type { ProviderStore } from "../../src/ports/ProviderStore.ts"
import type { Replication } from "../../src/ports/Replication.ts"
import { incomingQueueContract } from "./IncomingQueue.contract.ts"
import { keyDirectoryContract } from "./KeyDirectory.contract.ts"
import * as Postgres from "./Postgres.ts"
import { makeToken, serveProvider } from "./ProviderOverHttp.ts"
import { makeAccount, makeStore } from "./ProviderPorts.ts"
import { replicationContract } from "./Replication.contract.ts"
import * as Stores from "./Stores.ts"

const alice = Address.make("alice@leap.test")

const inProcess = <E>(layer: Layer.Layer<ProviderStore, E>) =>
  Effect.gen(function*() {
    const store = yield* makeStore(layer)
    const account = yield* makeAccount(store, alice)
    const ports = AccountPorts.layer(account).pipe(
      Layer.provide([Layer.succeedContext(store.context), NodeCrypto.layer, OpenPgpJs.layer])
    )
    return { store, id: account.id, ports }
  }).pipe(Effect.orDie)

const overHttp = Effect.gen(function*() {
  const store = yield* makeStore(Stores.memory)
  const { id } = yield* makeAccount(store, alice)
  const token = yield* makeToken(store, id)
  const ports = ProviderClient.layerAccount(yield* serveProvider(store), token).pipe(
    Layer.provide(NodeHttpClient.layerNodeHttp)
  )
  return { store, id, ports }
}).pipe(Effect.orDie)

/** One server for the file, made by the first test that asks. */
let server: Promise<Postgres.PostgresServer["Service"]> | undefined
const running = Effect.runSync(Scope.make())
afterAll(() => Effect.runPromise(Scope.close(running, Exit.void)))

const postgres = Effect.promise(() =>
  server ??= Effect.runPromise(
    Effect.map(
      Layer.buildWithScope(Postgres.layer, running),
      (context) => Context.get(context, Postgres.PostgresServer)
    )
  )
)

const inPostgres = Effect.gen(function*() {
  const { createDatabase } = yield* postgres
  return yield* inProcess(Stores.postgresAt(yield* createDatabase))
})

type Ports = Replication | IncomingQueue | KeyDirectory

const ways = [
  ["in process, memory", inProcess(Stores.memory)],
  ["in process, sqlite", inProcess(Stores.sqlite)],
  ["in process, postgres", inPostgres],
  ["over HTTP", overHttp]
] as const

for (const [name, make] of ways) {
  const account = Effect.map(make, ({ ports }): Layer.Layer<Ports> => ports)
  replicationContract(name, () => Layer.fresh(Layer.unwrap(account)))
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
