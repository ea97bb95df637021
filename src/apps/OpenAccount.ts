/** One account of this device, opened: its stores, its provider, and the programs that keep them in step. */
import { Context, Deferred, Effect, Layer } from "effect"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import * as KeyDirectoryOffline from "../adapters/offline/KeyDirectoryOffline.ts"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../adapters/sqlite/OutboxSqlite.ts"
import * as ReplicaStoreSqlite from "../adapters/sqlite/ReplicaStoreSqlite.ts"
import { type Address, canonical } from "../domain/account/Address.ts"
import { backOff, replicate } from "../domain/document/Replicate.ts"
import type { ReplicaVault } from "../domain/document/ReplicaVault.ts"
import { introduce, syncDocuments } from "../domain/document/Sync.ts"
import { receive } from "../domain/incoming/Incoming.ts"
import * as OwnKeys from "../domain/keys/OwnKeys.ts"
import { refresh } from "../domain/keys/Refresh.ts"
import { deliver } from "../domain/outgoing/DeliverOutbox.ts"
import { idKeys } from "../domain/vault/Derive.ts"
import { AccountAccess } from "../ports/AccountAccess.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import { MailStore } from "../ports/MailStore.ts"
import * as KeyLookups from "./KeyLookups.ts"
import * as MailFile from "./MailFile.ts"
import * as ProviderLink from "./ProviderLink.ts"
import type { Online, Unlocked } from "./Unlock.ts"

/** What it calls itself to other servers; the name of the machine is nobody's business. */
export const NAME = "localhost"

/** What another device has made comes first: keys above all. */
const settle = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* syncDocuments(vault)
  yield* OwnKeys.publish(yield* OwnKeys.makeMissing(vault.address))
})

/** Programs that follow the provider and the outbox, for as long as the scope is open; ends only with replication. */
const follow = Effect.fnUntraced(function*(vault: ReplicaVault) {
  yield* Effect.forkScoped(receive)
  yield* Effect.forkScoped(deliver)
  yield* Effect.forkScoped(OwnKeys.maintain)
  yield* Effect.forkScoped(refresh)
  return yield* replicate(vault)
})

/** What ends settling is what ends replication. */
const isPassing = ({ _tag }: { readonly _tag: string }): boolean =>
  ["ReplicationError", "ReplicaStoreError", "KeyDirectoryError", "KeyStoreError", "OpenPgpError"].includes(_tag)

const layerOnline = ({ provider, submission, token }: Online, user: Address) =>
  Layer.mergeAll(
    NodemailerTransport.layer({ ...submission, name: NAME, auth: { user, password: token } }),
    ProviderLink.layerSession(provider, token),
    KeyLookups.layer
  )

/**
 * As it is on this device, at once; on a new one as soon as it knows its mailboxes and its newest mail. The rest comes
 * meanwhile. `settled` is over when its keys are here and published, or cannot be had. `tell` is called when the provider
 * ended the session.
 */
export const openAccount = Effect.fn("Client.openAccount")(function*(
  { folder, online, secrets, slots, ...account }: Unlocked,
  tell: Effect.Effect<void>
) {
  const address = canonical(account.address)
  const stores = ReplicaStoreSqlite.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer)),
    Layer.provide(MailFile.layer({ folder, secrets }))
  )
  const local = yield* Layer.build(Layer.fresh(stores))
  const store = Context.get(local, MailStore)
  const opened = { address, folder, slots, store }
  if (online === undefined) {
    const directory = yield* Layer.build(KeyDirectoryOffline.layer)
    return { ...opened, services: Context.merge(local, directory), settled: Effect.void }
  }
  const services = Context.merge(local, yield* Layer.build(Layer.fresh(layerOnline(online, address))))
  const { sessions } = Context.get(services, AccountAccess)
  const name = yield* Effect.cachedWithTTL(
    sessions.pipe(
      Effect.map((all) => all.find(({ isCurrent }) => isCurrent)?.device),
      Effect.catch((error) =>
        Effect.as(Effect.logDebug("The name of this device cannot be found out", error), undefined)
      )
    ),
    "1 hour"
  )
  const vault: ReplicaVault = { address, root: secrets.root, ids: yield* idKeys(secrets.root), name }
  // An account that was here before opens without its provider.
  const isNew = (yield* Context.get(local, KeyStore).own) === undefined
  if (isNew) yield* Effect.provideContext(introduce(vault), services)
  const settled = yield* Deferred.make<void>()
  const following = settle(vault).pipe(
    Effect.retry({ schedule: backOff, while: isPassing }),
    Effect.onExit(() => Deferred.succeed(settled, undefined)),
    Effect.andThen(follow(vault)),
    Effect.catchTag("SignedOut", () => tell),
    Effect.tapCause((cause) => Effect.logError(`${address} is no longer kept in step with its provider`, cause)),
    Effect.provideContext(services)
  )
  yield* Effect.forkScoped(following)
  return { ...opened, services, settled: Deferred.await(settled) }
})
export type OpenAccount = Effect.Success<ReturnType<typeof openAccount>>
