/**
 * A client's parts in a process of its own, with one large message: `incoming` or `outgoing`, the folder of its files.
 * Prints how much memory it had before, and had at the most.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Redacted } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { mostMemory } from "../../../bench/imap/ProcessTree.ts"
import * as NodeCrypto from "../../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpWorkers from "../../../src/adapters/openpgp/OpenPgpWorkers.ts"
import * as KeyStoreSqlite from "../../../src/adapters/sqlite/KeyStoreSqlite.ts"
import * as MailStoreSqlite from "../../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../../../src/adapters/sqlite/OutboxSqlite.ts"
import * as SqliteClient from "../../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../../src/domain/account/Address.ts"
import { receiveOnce } from "../../../src/domain/incoming/Incoming.ts"
import { INBOX } from "../../../src/domain/mailbox/Mailbox.ts"
import { submit } from "../../../src/domain/outgoing/Outgoing.ts"
import { IncomingQueue } from "../../../src/ports/IncomingQueue.ts"
import { KeyDirectory } from "../../../src/ports/KeyDirectory.ts"
import { KeyStore } from "../../../src/ports/KeyStore.ts"
import { MailStore } from "../../../src/ports/MailStore.ts"
import { OpenPgp } from "../../../src/ports/OpenPgp.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"

const [task = "", folder = ""] = process.argv.slice(2)
const file = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(folder, name)))
const sizeOf = (name: string): number => fs.statSync(path.join(folder, name)).size

const items: Array<string> = []

const queue = Layer.succeed(IncomingQueue, {
  list: (limit) =>
    Effect.sync(() => items.slice(0, limit).map((id) => ({ id, arrivedAt: items.length, size: sizeOf(id) }))),
  fetch: (id) => Effect.sync(() => file(id)),
  acknowledge: (ids) => Effect.sync(() => ids.forEach((id) => items.splice(items.indexOf(id), 1)))
})

const directory = Layer.succeed(KeyDirectory, { lookup: () => Effect.undefined, publish: () => Effect.void })

const me = Address.make("me@leap.test")

const ready = Effect.gen(function*() {
  const pgp = yield* OpenPgp
  const keys = yield* KeyStore
  const certificate = file("certificate")
  yield* keys.putOwn({ address: me, certificate, secretKeys: [Redacted.make(file("secret"))] })
  const friend = file("friend")
  const { fingerprint } = yield* pgp.inspect(friend)
  yield* keys.bind({
    address: Address.make("friend@leap.test"),
    certificate: friend,
    fingerprint,
    level: 1,
    source: "provider",
    seenAt: 0
  })
})

const incoming = Effect.fnUntraced(function*(name: string) {
  const mail = yield* MailStore
  items.push(name)
  yield* receiveOnce()
  const { exists } = yield* mail.mailbox(INBOX)
  return exists
})

const outgoing = Effect.fnUntraced(function*(name: string) {
  const outbox = yield* Outbox
  yield* submit({ from: me, to: ["friend@leap.test"], bytes: file(name) })
  return (yield* outbox.due(Number.MAX_SAFE_INTEGER, 1)).length
})

const program = Effect.gen(function*() {
  const services = yield* Layer.build(
    Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer).pipe(
      Layer.provide(
        SqliteClient.layer({ filename: path.join(folder, `${task}.db`), key: Redacted.make(new Uint8Array(32)) })
      ),
      Layer.provideMerge(Layer.mergeAll(OpenPgpWorkers.layer, NodeCrypto.layer, directory, queue))
    )
  )
  yield* Effect.gen(function*() {
    yield* ready
    const run = Effect.fnUntraced(function*(name: string) {
      return task === "incoming" ? yield* incoming(`${name}.pgp`) : yield* outgoing(`${name}.eml`)
    })
    yield* run("small")
    const before = process.memoryUsage.rss()
    const done = yield* run("large")
    yield* Console.log(JSON.stringify({ before, most: mostMemory(), done }))
  }).pipe(Effect.provideContext(services))
}).pipe(Effect.scoped)

program.pipe(NodeRuntime.runMain)
