/**
 * A device that changes its mail and syncs, again and again, to be killed. It says on standard output what was answered
 * for: `mail TEXT`, `flag TEXT`; and before each call to the provider `call NAME`. Arguments: file, URL, token, root
 * secret, name of the run.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Context, Effect, Layer, Redacted } from "effect"
import { writeSync } from "node:fs"
import * as ProviderClient from "../../src/adapters/http/ProviderClient.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { idKeys } from "../../src/domain/vault/Derive.ts"
import type { RootSecret } from "../../src/domain/vault/RootSecret.ts"
import { Replication } from "../../src/ports/Replication.ts"
import { alice, append, makeHome } from "../adapters/sqlite/ReplicaHomes.ts"
import { withAttachment } from "../domain/message/Attached.ts"
import { through } from "../ports/ReplicationCalls.ts"

const [file = "", url = "", token = "", secret = "", run = ""] = process.argv.slice(2)

/** Not buffered: what is said was answered. */
const say = (line: string): void => void writeSync(1, `${line}\n`)

const telling = (replication: Replication["Service"]): Replication["Service"] =>
  through(replication, (call, name) =>
    Effect.suspend(() => {
      say(`call ${name}`)
      return call
    }))

const program = Effect.gen(function*() {
  const root: RootSecret = Redacted.make(new Uint8Array(Buffer.from(secret, "hex")))
  const ports = yield* Layer.build(
    ProviderClient.layerAccount(url, Redacted.make(token)).pipe(Layer.provide(NodeHttpClient.layerNodeHttp))
  )
  const vault = { address: alice, root, ids: yield* idKeys(root), name: Effect.undefined }
  const home = yield* makeHome({ vault, replication: telling(Context.get(ports, Replication)) }, file)
  const inbox = yield* home.mail.mailbox("INBOX")
  for (let turn = 0;; turn++) {
    const names = ["a", "b"].map((one) => `${run}-${turn}-${one}`)
    const { uids } = yield* append(home, "INBOX", ...names.map((name) => withAttachment(name, name)))
    for (const name of names) say(`mail ${name}`)
    yield* home.mail.flag(inbox.id, UidSet.fromUids(uids.slice(0, 1)), "add", ["$done"])
    say(`flag ${names[0]}`)
    yield* home.sync
  }
})

Effect.runFork(Effect.scoped(program).pipe(Effect.provide(NodeCrypto.layer)))
