/** One account at a provider in memory, and devices of it with encrypted stores of their own. */
import { Context, Effect, Layer, Redacted, Stream } from "effect"
import * as AccountPorts from "../../../src/adapters/in-process/AccountPorts.ts"
import * as ProviderStoreMemory from "../../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import * as KeyStoreSqlite from "../../../src/adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as ReplicaStoreSqlite from "../../../src/adapters/sqlite/ReplicaStoreSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { replicate } from "../../../src/domain/document/Replicate.ts"
import { attest, syncOnce } from "../../../src/domain/document/Sync.ts"
import type { MailboxName } from "../../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { idKeys } from "../../../src/domain/vault/Derive.ts"
import { makeRootSecret } from "../../../src/domain/vault/RootSecret.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { ReplicaStore } from "../../../src/ports/ReplicaStore.ts"
import { Replication } from "../../../src/ports/Replication.ts"
import { makeAccount as makeProviderAccount, makeStore } from "../../ports/ProviderPorts.ts"
import { makeFile } from "./Files.ts"

export const alice = Address.make("alice@leap.test")

/** The provider's side, and what opens the account. */
export const makeAccount = Effect.gen(function*() {
  const store = yield* makeStore(ProviderStoreMemory.layer)
  const account = yield* makeProviderAccount(store, alice)
  const ports = yield* Layer.build(
    AccountPorts.layer(account).pipe(
      Layer.provide([Layer.succeedContext(store.context), NodeCrypto.layer, OpenPgpJs.layer])
    )
  )
  const root = yield* makeRootSecret
  return {
    id: account.id,
    store,
    replication: Context.get(ports, Replication),
    vault: { address: alice, root, ids: yield* idKeys(root), name: Effect.succeed<string | undefined>("old laptop") }
  }
}).pipe(Effect.provide(NodeCrypto.layer))
export type Account = Effect.Success<typeof makeAccount>
/** What a device needs of it. */
export type Way = Pick<Account, "replication" | "vault">

const MEMORY = ":memory:"

const device = (filename: string) => {
  const options = filename === MEMORY ? { filename } : { filename, key: Redacted.make(new Uint8Array(32).fill(3)) }
  return ReplicaStoreSqlite.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer)),
    Layer.provide(SqliteClient.layer(options)),
    Layer.fresh
  )
}

/** A device of the account: its stores, and what it does with the provider, which may be over another way to it. */
export const makeHome = Effect.fnUntraced(function*(account: Way, filename?: string) {
  const services = yield* Layer.build(device(filename ?? (yield* makeFile)))
  const replica = Context.get(services, ReplicaStore)
  const over = <A, E, R>(program: Effect.Effect<A, E, R>, replication: Replication["Service"]) =>
    program.pipe(
      Effect.provideService(Replication, replication),
      Effect.provideService(ReplicaStore, replica),
      Effect.provide(NodeCrypto.layer)
    )
  const syncOver = (replication: Replication["Service"]) => over(syncOnce(account.vault), replication)
  /** Without end. */
  const followOver = (replication: Replication["Service"]) => over(replicate(account.vault), replication)
  return {
    mail: Context.get(services, MailStore),
    keys: Context.get(services, KeyStore),
    replica,
    syncOver,
    sync: syncOver(account.replication),
    followOver,
    follow: followOver(account.replication),
    attest: over(attest(account.vault), account.replication)
  }
})
export type Home = Effect.Success<ReturnType<typeof makeHome>>

export const twoHomes = Effect.gen(function*() {
  const account = yield* makeAccount
  return { account, a: yield* makeHome(account), b: yield* makeHome(account) }
})

/** A device that keeps nothing on disk, for tests with many of them. */
export const makeLightHome = (account: Account) => makeHome(account, MEMORY)

export const append = Effect.fnUntraced(function*(home: Home, name: MailboxName, ...texts: ReadonlyArray<string>) {
  const mailbox = yield* home.mail.mailbox(name)
  const messages = texts.map((text) => ({ bytes: new TextEncoder().encode(text), flags: [], internalDate: 1000 }))
  return yield* home.mail.append(mailbox.id, messages)
})

/** What a person sees in a mailbox: the messages' text and flags, without uids; sorted. */
export const show = Effect.fnUntraced(function*(home: Home, name: MailboxName) {
  const mailbox = yield* home.mail.mailbox(name)
  const records = yield* Stream.runCollect(home.mail.fetch(mailbox.id, UidSet.all, { bytes: true, objectIds: true }))
  return records.map(({ bytes, emailId, flags, internalDate }) => ({
    text: new TextDecoder().decode(bytes),
    emailId,
    flags: [...flags].sort(),
    internalDate
  })).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
})

export const texts = (home: Home, name: MailboxName) =>
  Effect.map(show(home, name), (messages) => messages.map(({ text }) => text))

/** Every mailbox with all in it. */
export const showAll = Effect.fnUntraced(function*(home: Home) {
  const mailboxes = yield* home.mail.mailboxes
  return yield* Effect.forEach(
    mailboxes,
    ({ exists, id, name, specialUse, subscribed, unseen }) =>
      Effect.map(show(home, name), (messages) => ({ id, name, specialUse, subscribed, exists, unseen, messages }))
  )
})
