/**
 * Our programs as the bench starts them: the client's parts, its encrypted store on disk, and letters in files instead
 * of a provider. Arguments: incoming or outgoing, the letters' folder, how many. Prints its figures as JSON.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Redacted, References } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { performance } from "node:perf_hooks"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpWorkers from "../../src/adapters/openpgp/OpenPgpWorkers.ts"
import * as KeyStoreSqlite from "../../src/adapters/sqlite/KeyStoreSqlite.ts"
import { MailEngine } from "../../src/adapters/sqlite/MailEngine.ts"
import * as MailStoreSqlite from "../../src/adapters/sqlite/MailStoreSqlite.ts"
import * as OutboxSqlite from "../../src/adapters/sqlite/OutboxSqlite.ts"
import * as SqliteClient from "../../src/adapters/sqlite/SqliteClient.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { receiveOnce } from "../../src/domain/incoming/Incoming.ts"
import { INBOX } from "../../src/domain/mailbox/Mailbox.ts"
import { submit } from "../../src/domain/outgoing/Outgoing.ts"
import { IncomingQueue } from "../../src/ports/IncomingQueue.ts"
import { KeyDirectory } from "../../src/ports/KeyDirectory.ts"
import { KeyStore } from "../../src/ports/KeyStore.ts"
import { MailStore } from "../../src/ports/MailStore.ts"
import { OpenPgp } from "../../src/ports/OpenPgp.ts"
import { mostMemory } from "../imap/ProcessTree.ts"
import { ALICE, BOB, files, warming } from "./Letters.ts"

interface Waiting {
  readonly arrivedAt: number
  readonly size: number
  readonly read: () => Uint8Array
}

/** What a provider would have; how it is fetched is no part of this. */
const waiting = new Map<string, Waiting>()

const queue = Layer.succeed(IncomingQueue, {
  list: (limit) =>
    Effect.sync(() =>
      Array.from(waiting).slice(0, limit).map(([id, { arrivedAt, size }]) => ({ id, arrivedAt, size }))
    ),
  fetch: (id) => Effect.sync(() => waiting.get(id)?.read()),
  acknowledge: (ids) => Effect.sync(() => ids.forEach((id) => waiting.delete(id)))
})

/** The first letters, so many, read before the clock starts; `round`: other items than those of another round. */
const arrive = (folder: string, count: number, round: string): void => {
  const file = files(folder)
  for (let index = 0; index < count; index++) {
    const item = file.item(index)
    const read = (): Uint8Array => new Uint8Array(fs.readFileSync(item))
    let bytes: Uint8Array | undefined = read()
    const { length: size } = bytes
    // Given away, as a provider's answer is: it is not in memory once more.
    const take = (): Uint8Array => {
      const taken = bytes ?? read()
      bytes = undefined
      return taken
    }
    waiting.set(`${round}${index}`, { arrivedAt: index, size, read: take })
  }
}

const directory = Layer.succeed(KeyDirectory, {
  lookup: () => Effect.undefined,
  publish: () => Effect.void
})

/** `me` has keys, and knows the other by what their directory showed. */
const meet = Effect.fnUntraced(function*(folder: string, me: string, other: string) {
  const file = files(folder)
  const store = yield* KeyStore
  const pgp = yield* OpenPgp
  yield* store.putOwn({
    address: Address.make(me),
    certificate: new Uint8Array(fs.readFileSync(file.certificate(me))),
    secretKeys: [Redacted.make(new Uint8Array(fs.readFileSync(file.secret(me))))]
  })
  const certificate = new Uint8Array(fs.readFileSync(file.certificate(other)))
  const { fingerprint } = yield* pgp.inspect(certificate)
  yield* store.bind({ address: Address.make(other), certificate, fingerprint, level: 1, source: "provider", seenAt: 0 })
})

const timed = Effect.fnUntraced(function*<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const [start, before] = [performance.now(), process.cpuUsage()]
  yield* effect
  const { system, user } = process.cpuUsage(before)
  return { milliseconds: performance.now() - start, processor: (system + user) / 1000 }
})

/** The threads are up and have read the keys: a daemon's everyday. */
const warm = Effect.gen(function*() {
  const pgp = yield* OpenPgp
  const { own } = yield* KeyStore
  const keys = yield* own
  if (keys === undefined) return
  const { certificate, secretKeys } = keys
  const data = new Uint8Array(1000)
  yield* Effect.forEach(
    Array.from({ length: 64 }),
    () =>
      Effect.flatMap(
        pgp.encrypt({ data, recipients: [certificate], signWith: secretKeys[0], anonymous: false }),
        (sealed) => pgp.decrypt({ data: sealed, secretKeys, verifyWith: [certificate] })
      ),
    { concurrency: 8 }
  )
})

/** Indexes all that is not yet. */
const catchUp = Effect.gen(function*() {
  const { database, index } = yield* MailEngine
  while (yield* database.read(() => index.isBehind())) yield* database.write(() => index.step())
})

/** Pages of the log that its thread waits for (Checkpoints.FEW). */
const FEW_PAGES = 1000

/** What the letters before have left to do is done, and the thread that does it is up. */
const settle = Effect.gen(function*() {
  const { database } = yield* MailEngine
  const state = database.handle.prepare("PRAGMA wal_checkpoint(NOOP)").raw(true)
  const isBehind = (): boolean => {
    const [, log = 0, copied = 0] = state.get() as ReadonlyArray<number>
    return log - copied >= FEW_PAGES
  }
  while (isBehind()) yield* Effect.sleep("50 millis")
})

const incoming = Effect.fnUntraced(function*(folder: string, count: number) {
  const { database, index } = yield* MailEngine
  const mail = yield* MailStore
  yield* meet(folder, BOB, ALICE)
  yield* warm
  arrive(folder, warming(count), "warm")
  const { milliseconds: first } = yield* timed(receiveOnce())
  yield* catchUp
  yield* settle
  const { exists: before } = yield* mail.mailbox(INBOX)
  arrive(folder, count, "")
  const took = yield* timed(receiveOnce())
  const left = yield* database.read(() => index.backlog())
  const { milliseconds: indexing } = yield* timed(catchUp)
  const { exists } = yield* mail.mailbox(INBOX)
  return { ...took, first, count: exists - before, backlog: left, indexing, memory: mostMemory() }
})

const outgoing = Effect.fnUntraced(function*(folder: string, count: number) {
  const file = files(folder)
  yield* meet(folder, ALICE, BOB)
  yield* warm
  const letters = Array.from({ length: count }, (_, index) => new Uint8Array(fs.readFileSync(file.clear(index))))
  const submitAll = (all: ReadonlyArray<Uint8Array>) =>
    Effect.forEach(all, (bytes) => submit({ from: ALICE, to: [BOB], bytes }), { concurrency: 8, discard: true })
  const { milliseconds: first } = yield* timed(submitAll(letters.slice(0, warming(count))))
  yield* settle
  const took = yield* timed(submitAll(letters))
  return { ...took, first, count, memory: mostMemory() }
})

const [task = "", folder = "", count = "0"] = process.argv.slice(2)
const filename = path.join(folder, `${task}-${process.pid}.db`)

const program = Effect.gen(function*() {
  const services = yield* Layer.build(
    Layer.mergeAll(MailStoreSqlite.layer, KeyStoreSqlite.layer, OutboxSqlite.layer).pipe(
      Layer.provide(SqliteClient.layer({ filename, key: Redacted.make(new Uint8Array(32).fill(7)) })),
      Layer.provideMerge(
        Layer.mergeAll(OpenPgpWorkers.layer, NodeCrypto.layer, directory, queue)
      )
    )
  )
  const figures = yield* Effect.gen(function*() {
    return task === "incoming" ? yield* incoming(folder, Number(count)) : yield* outgoing(folder, Number(count))
  }).pipe(Effect.provideContext(services))
  yield* Console.log(JSON.stringify(figures))
}).pipe(
  Effect.scoped,
  // As the client does without a collector (src/apps/Traces.ts).
  Effect.provideService(References.TracerEnabled, false)
)

program.pipe(NodeRuntime.runMain)
