/**
 * A provider's node as the bench starts it, its store an SQLite file. Arguments: a folder, how many accounts, the file of
 * their certificate. Prints a line of JSON when it listens.
 */
import { NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpWorkers from "../../src/adapters/openpgp/OpenPgpWorkers.ts"
import * as Provider from "../../src/apps/Provider.ts"
import * as ProviderSettings from "../../src/apps/ProviderSettings.ts"
import * as ProviderStorage from "../../src/apps/ProviderStorage.ts"
import * as Traces from "../../src/apps/Traces.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { print } from "../../src/domain/account/SessionToken.ts"
import { Crypto } from "../../src/ports/Crypto.ts"
import { ProviderAccounts } from "../../src/ports/ProviderAccounts.ts"
import { ProviderDirectory } from "../../src/ports/ProviderDirectory.ts"
import { ProviderSessions } from "../../src/ports/ProviderSessions.ts"
import { DOMAIN } from "./Letter.ts"

const [folder = "", accounts = "1", certificateFile = ""] = process.argv.slice(2)
const SECRET = "s".repeat(43)

const settings = {
  home: folder,
  host: "127.0.0.1",
  ports: { imap: 0, imaps: 0, smtp: 0, smtps: 0, http: 0, provider: 0, lmtp: 0, mx: 0, submission: 0 },
  password: Option.none(),
  smarthost: Option.none(),
  trace: { imap: false }
}

/** All have one certificate: the work is the same. Answers the tokens of their sessions. */
const fill = Effect.gen(function*() {
  const { createAccount } = yield* ProviderAccounts
  const { publish } = yield* ProviderDirectory
  const { addSession } = yield* ProviderSessions
  const { sha256 } = yield* Crypto
  const certificate = new Uint8Array(fs.readFileSync(certificateFile))
  const tokenHash = yield* sha256(new TextEncoder().encode(SECRET))
  return yield* Effect.forEach(Array.from({ length: Number(accounts) }), (_, index) =>
    Effect.gen(function*() {
      const address = Address.make(`user${index}@${DOMAIN}`)
      const { id } = yield* createAccount({ address, registration: "none", wrappedRoot: Uint8Array.of(1) })
      yield* publish(id, { certificate, fingerprint: "AB", wkdHash: "none", mark: "0".repeat(64) })
      yield* addSession(id, tokenHash, {
        id: "bench",
        device: "bench",
        createdAt: 0,
        expiresAt: Number.MAX_SAFE_INTEGER
      })
      return print({ account: id, secret: SECRET })
    }))
})

const program = Effect.gen(function*() {
  const node = ProviderSettings.within(settings, DOMAIN, path.join(folder, "store.db"))
  const tokens = yield* Effect.provide(fill, ProviderStorage.layer(node.store))
  const { lmtp, provider } = yield* Provider.start(node)
  yield* Console.log(JSON.stringify({ pid: process.pid, lmtp: lmtp.port, provider: provider.port, tokens }))
  return yield* Effect.never
})

program.pipe(
  Effect.scoped,
  Effect.provide(Layer.mergeAll(
    NodeServices.layer,
    NodeCrypto.layer,
    OpenPgpWorkers.layer,
    Layer.provide(Traces.layer, NodeHttpClient.layerNodeHttp)
  )),
  NodeRuntime.runMain
)
