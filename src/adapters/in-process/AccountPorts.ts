/** The client's three provider ports for one account, straight over a ProviderStore in the same process. */
import { Effect, Layer, Stream } from "effect"
import { publish } from "../../domain/keys/Publish.ts"
import { IncomingQueue, IncomingQueueError } from "../../ports/IncomingQueue.ts"
import { KeyDirectory, KeyDirectoryError } from "../../ports/KeyDirectory.ts"
import { OpenPgp } from "../../ports/OpenPgp.ts"
import { type AccountId, type ProviderAccount, ProviderStore } from "../../ports/ProviderStore.ts"
import { Replication, ReplicationError } from "../../ports/Replication.ts"

// A store that fails may work again: a full disk is emptied, a lock released.
const replication = (operation: ReplicationError["operation"]) => (cause: unknown) =>
  new ReplicationError({ operation, transient: true, cause })
const queue = (operation: IncomingQueueError["operation"]) => (cause: unknown) =>
  new IncomingQueueError({ operation, transient: true, cause })
const directory = (operation: KeyDirectoryError["operation"]) => (cause: unknown) =>
  new KeyDirectoryError({ operation, transient: true, cause })

const layerReplication = (account: AccountId) =>
  Layer.effect(
    Replication,
    Effect.map(ProviderStore, (store) => ({
      push: (batchId, documents) => Effect.mapError(store.push(account, batchId, documents), replication("push")),
      pull: (since, limit) => Effect.mapError(store.pull(account, since, limit), replication("pull")),
      putBlob: (id, sealed) => Effect.mapError(store.putBlob(account, id, sealed), replication("blob")),
      getBlob: (id) => Effect.mapError(store.getBlob(account, id), replication("blob")),
      missingBlobs: (ids) => Effect.mapError(store.missingBlobs(account, ids), replication("blob")),
      feed: Stream.mapError(store.feed(account), replication("feed"))
    }))
  )

const layerIncomingQueue = (account: AccountId) =>
  Layer.effect(
    IncomingQueue,
    Effect.map(ProviderStore, (store) => ({
      list: (limit) => Effect.mapError(store.incoming(account, limit), queue("list")),
      fetch: (id) => Effect.mapError(store.fetchIncoming(account, id), queue("fetch")),
      acknowledge: (ids) => Effect.mapError(store.acknowledge(account, ids), queue("acknowledge"))
    }))
  )

const layerKeyDirectory = (account: ProviderAccount) =>
  Layer.effect(
    KeyDirectory,
    Effect.gen(function*() {
      const context = yield* Effect.context<ProviderStore | OpenPgp>()
      const store = yield* ProviderStore
      return KeyDirectory.of({
        lookup: (address) => Effect.mapError(store.certificate(address), directory("lookup")),
        publish: (certificate) =>
          publish(account, certificate).pipe(
            Effect.provideContext(context),
            Effect.mapError((cause) =>
              new KeyDirectoryError({ operation: "publish", transient: cause._tag === "ProviderStoreError", cause })
            )
          )
      })
    })
  )

export const layer = (
  account: ProviderAccount
): Layer.Layer<Replication | IncomingQueue | KeyDirectory, never, ProviderStore | OpenPgp> =>
  Layer.mergeAll(layerReplication(account.id), layerIncomingQueue(account.id), layerKeyDirectory(account))
