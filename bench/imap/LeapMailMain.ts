/**
 * Our server as the bench starts it: one account with its key slots, its encrypted store and the IMAP door, from the
 * same parts as the client's program. What is not there is the provider: nothing is replicated, as at the peer.
 * Arguments: folder, port.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer, Path, Redacted, References } from "effect"
import * as ImapServer from "../../src/adapters/imap/ImapServer.ts"
import * as AccountsInProcess from "../../src/adapters/in-process/AccountsInProcess.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as MailStoreSqlite from "../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import * as Slots from "../../src/apps/Slots.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { makeRootSecret } from "../../src/domain/vault/RootSecret.ts"
import { MailStore } from "../../src/ports/MailStore.ts"
import * as LoopProbe from "./LoopProbe.ts"
import { PASSWORD, USER } from "./Server.ts"

const address = Address.make(USER)
const password = Redacted.make(PASSWORD)
const passwords = { account: password, app: password, isRandom: true }

const serve = Effect.fnUntraced(function*(folder: string, port: number) {
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 })
  const known = yield* Slots.open(folder, address, passwords)
  const { secrets, slots } = known ?? (yield* Slots.make(folder, yield* makeRootSecret, passwords))
  const filename = path.join(folder, "mail.db")
  const services = yield* Layer.build(
    MailStoreSqlite.layer.pipe(Layer.provide(SqliteClient.layer({ filename, key: secrets.databaseKey })))
  )
  const store = Context.get(services, MailStore)
  const doors = yield* Layer.build(AccountsInProcess.layer([{ address, slots, store }]))
  yield* ImapServer.serve({ host: "127.0.0.1", port }).pipe(Effect.provideContext(doors))
  return yield* Effect.never
}, Effect.scoped)

const [folder = "", port = "0"] = process.argv.slice(2)
LoopProbe.install(LoopProbe.fileIn(folder))
serve(folder, Number(port)).pipe(
  Effect.provide(Layer.mergeAll(NodeServices.layer, NodeCrypto.layer)),
  // As the client does without a collector (src/apps/Traces.ts).
  Effect.provideService(References.TracerEnabled, false),
  NodeRuntime.runMain
)
