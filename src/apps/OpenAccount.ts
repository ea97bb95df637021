/** One account of this device, opened: its stores, its provider, and the programs that keep them in step. */
import { Context, Effect, Layer, Path } from "effect"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import * as KeyDirectoryOffline from "../adapters/offline/KeyDirectoryOffline.ts"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../adapters/sqlite/OutboxSqlite.ts"
import * as ReplicaStoreSqlite from "../adapters/sqlite/ReplicaStoreSqlite.ts"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import { type Address, canonical } from "../domain/account/Address.ts"
import { backOff, replicate, syncDocuments } from "../domain/document/Replicate.ts"
import type { ReplicaVault } from "../domain/document/ReplicaVault.ts"
import { receive } from "../domain/incoming/Incoming.ts"
import * as OwnKeys from "../domain/keys/OwnKeys.ts"
import { refresh } from "../domain/keys/Refresh.ts"
import { deliver } from "../domain/outgoing/DeliverOutbox.ts"
import { idKeys } from "../domain/vault/Derive.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import { MailStore } from "../ports/MailStore.ts"
import * as KeyLookups from "./KeyLookups.ts"
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

/** `tell` is called when the provider ended the session. */
export const openAccount = Effect.fn("Client.openAccount")(function*(
  { folder, online, secrets, slots, ...account }: Unlocked,
  tell: Effect.Effect<void>
) {
  const path = yield* Path.Path
  const address = canonical(account.address)
  const filename = path.join(folder, "mail.db")
  const stores = ReplicaStoreSqlite.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer)),
    Layer.provide(SqliteClient.layer({ filename, key: secrets.databaseKey }))
  )
  const local = yield* Layer.build(Layer.fresh(stores))
  const store = Context.get(local, MailStore)
  const opened = { address, folder, slots, store }
  if (online === undefined) {
    const directory = yield* Layer.build(KeyDirectoryOffline.layer)
    return { ...opened, services: Context.merge(local, directory) }
  }
  const services = Context.merge(local, yield* Layer.build(Layer.fresh(layerOnline(online, address))))
  const vault = { address, root: secrets.root, ids: yield* idKeys(secrets.root) }
  const hasKeys = (yield* Context.get(local, KeyStore).own) !== undefined
  // An account that was here before opens without its provider; a new one needs to know whether it has keys.
  if (!hasKeys) yield* Effect.provideContext(settle(vault), services)
  const settled = hasKeys ? Effect.retry(settle(vault), { schedule: backOff, while: isPassing }) : Effect.void
  const following = Effect.andThen(settled, follow(vault)).pipe(
    Effect.catchTag("SignedOut", () => tell),
    Effect.tapCause((cause) => Effect.logError(`${address} is no longer kept in step with its provider`, cause)),
    Effect.provideContext(services)
  )
  yield* Effect.forkScoped(following)
  return { ...opened, services }
})
export type OpenAccount = Effect.Success<ReturnType<typeof openAccount>>
