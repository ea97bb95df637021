/** An account that IMAP sessions log in to, on either store. */
import { NodeFileSystem } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, Redacted } from "effect"
import * as AccountsInProcess from "../../src/adapters/in-process/AccountsInProcess.ts"
import * as MailStoreMemory from "../../src/adapters/memory/MailStoreMemory.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as MailStoreSqlite from "../../src/adapters/sqlite/MailStoreSqlite.ts"
import { Address } from "../../src/domain/account/Address.ts"
import * as KeySlots from "../../src/domain/vault/KeySlots.ts"
import { makeDatabaseKey, makeRootSecret } from "../../src/domain/vault/RootSecret.ts"
import { Accounts } from "../../src/ports/Accounts.ts"
import { MailStore } from "../../src/ports/MailStore.ts"
import * as CheapPassphrases from "../ports/CheapPassphrases.ts"

export const ADDRESS = "alice@leap.test"
export const PASSWORD = "correct horse"

const memory = Layer.fresh(MailStoreMemory.layer)
const sqlite = Layer.unwrap(
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const filename = `${yield* fs.makeTempDirectoryScoped()}/mail.db`
    return Layer.fresh(MailStoreSqlite.layerFile({ filename, key: Redacted.make(new Uint8Array(32).fill(7)) }))
  }).pipe(Effect.provide(NodeFileSystem.layer))
)

const STORES = { "memory": memory, "encrypted SQLite": sqlite }
export type StoreName = keyof typeof STORES
export const STORE_NAMES: ReadonlyArray<StoreName> = ["memory", "encrypted SQLite"]

export type Watched = (store: MailStore["Service"]) => MailStore["Service"]

/** Its mail, and the `Accounts` that has it behind a password. */
export const makeAccount = (kind: StoreName, watched: Watched = (store) => store) =>
  Effect.gen(function*() {
    const store = watched(Context.get(yield* Layer.build(STORES[kind]), MailStore))
    const secrets = { root: yield* makeRootSecret, databaseKey: yield* makeDatabaseKey }
    const slots = yield* KeySlots.create(secrets, {
      kind: "app-password",
      label: "mail client",
      secret: Redacted.make(PASSWORD),
      now: 0,
      isRandom: false
    }).pipe(Effect.provide(CheapPassphrases.layer))
    const accounts = yield* Layer.build(AccountsInProcess.layer([{ address: Address.make(ADDRESS), slots, store }]))
    return { store, accounts: Context.get(accounts, Accounts) }
  }).pipe(Effect.provide(NodeCrypto.layer))
