/** The client's three provider ports for one account, straight over a provider's store in the same process. */
import { Effect, Layer, Stream } from "effect"
import { isFeedEvent } from "../../domain/document/ChangeFeed.ts"
import { fill, firstBlobs } from "../../domain/document/Pages.ts"
import { publish } from "../../domain/keys/Publish.ts"
import type { Crypto } from "../../ports/Crypto.ts"
import { IncomingQueue, IncomingQueueError } from "../../ports/IncomingQueue.ts"
import { KeyDirectory, KeyDirectoryError } from "../../ports/KeyDirectory.ts"
import type { OpenPgp } from "../../ports/OpenPgp.ts"
import type { ProviderAccount } from "../../ports/ProviderAccounts.ts"
import { ProviderBlobs } from "../../ports/ProviderBlobs.ts"
import { ProviderDirectory } from "../../ports/ProviderDirectory.ts"
import { ProviderDocuments } from "../../ports/ProviderDocuments.ts"
import { ProviderQueue } from "../../ports/ProviderQueue.ts"
import type { AccountId } from "../../ports/ProviderStoreError.ts"
import type { ProviderUpkeep } from "../../ports/ProviderUpkeep.ts"
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
    Effect.gen(function*() {
      const blobs = yield* ProviderBlobs
      const documents = yield* ProviderDocuments
      return Replication.of({
        push: (batchId, batch) => Effect.mapError(documents.push(account, batchId, batch), replication("push")),
        pull: (since, limit) =>
          fill((after, room) => documents.pull(account, after, room), since, limit).pipe(
            Effect.mapError(replication("pull"))
          ),
        pullEarly: (since, limit) =>
          fill((after, room) => documents.pullEarly(account, after, room), since, limit).pipe(
            Effect.mapError(replication("pull"))
          ),
        putBlobs: (offered) => Effect.mapError(blobs.putBlobs(account, offered), replication("blob")),
        getBlob: (id) => Effect.mapError(blobs.getBlob(account, id), replication("blob")),
        getBlobs: (ids) => Effect.mapError(firstBlobs((id) => blobs.getBlob(account, id), ids), replication("blob")),
        missingBlobs: (ids) => Effect.mapError(blobs.missingBlobs(account, ids), replication("blob")),
        feed: documents.feed(account).pipe(Stream.filter(isFeedEvent), Stream.mapError(replication("feed")))
      })
    })
  )

const layerIncomingQueue = (account: AccountId) =>
  Layer.effect(
    IncomingQueue,
    Effect.map(ProviderQueue, (store) => ({
      list: (limit) => Effect.mapError(store.incoming(account, limit), queue("list")),
      fetch: (id) => Effect.mapError(store.fetchIncoming(account, id), queue("fetch")),
      acknowledge: (ids) => Effect.mapError(store.acknowledge(account, ids), queue("acknowledge"))
    }))
  )

type Publishing = ProviderDirectory | ProviderUpkeep | Crypto | OpenPgp

const layerKeyDirectory = (account: ProviderAccount) =>
  Layer.effect(
    KeyDirectory,
    Effect.gen(function*() {
      const context = yield* Effect.context<Publishing>()
      const store = yield* ProviderDirectory
      return KeyDirectory.of({
        lookup: (address) =>
          store.certificate(address).pipe(
            Effect.map((found) => found?.certificate),
            Effect.mapError(directory("lookup"))
          ),
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
): Layer.Layer<
  Replication | IncomingQueue | KeyDirectory,
  never,
  ProviderBlobs | ProviderDocuments | ProviderQueue | Publishing
> => Layer.mergeAll(layerReplication(account.id), layerIncomingQueue(account.id), layerKeyDirectory(account))
