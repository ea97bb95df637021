/** `bench sync`: a new device's first sync beside mbsync and a copy of the rows, a push of flags, and the way from A to B. */
import { NodeHttpClient } from "@effect/platform-node"
import {
  Clock,
  Console,
  DateTime,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  Redacted,
  References,
  Scope,
  Stream
} from "effect"
import * as os from "node:os"
import * as path from "node:path"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import * as SqliteFile from "../../src/adapters/sqlite/SqliteFile.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import type { MailStore } from "../../src/ports/MailStore.ts"
import * as ImapClient from "../imap/Client.ts"
import * as Dovecot from "../imap/Dovecot.ts"
import * as Mail from "../imap/Mail.ts"
import * as Mailboxes from "../imap/Mailboxes.ts"
import * as Machine from "../Machine.ts"
import { type Entry, figure, type Report } from "../Report.ts"
import { p99 } from "../Statistics.ts"
import * as TemporaryFolder from "../TemporaryFolder.ts"
import * as Unit from "../Unit.ts"
import * as House from "./House.ts"
import * as Mbsync from "./Mbsync.ts"

export interface SuiteOptions {
  readonly messages: number
  /** Of the way from A to B. */
  readonly rounds: number
  readonly isAlone: boolean
}

const OURS = "leap-mail"
const PEER = "mbsync"
const COPY = "rows copied"

const CHANGES = 1000
const PIECE = 500

const elapsed = Effect.fnUntraced(function*<A, E, R>(act: Effect.Effect<A, E, R>) {
  const began = yield* Clock.currentTimeNanos
  yield* act
  return Number((yield* Clock.currentTimeNanos) - began) / 1e6
})

/** As soon as the store says so. */
const when = (store: MailStore["Service"], isSo: (exists: number) => boolean) => {
  const look = Effect.map(store.mailbox("INBOX"), ({ exists }) => isSo(exists))
  return Stream.merge(Stream.succeed(undefined), Stream.merge(store.changes, Stream.tick("20 millis"))).pipe(
    Stream.mapEffect(() => look),
    Stream.takeUntil((found) => found),
    Stream.runDrain
  )
}

const fill = Effect.fnUntraced(function*(store: MailStore["Service"], count: number) {
  const inbox = yield* store.mailbox("INBOX")
  for (let from = 0; from < count; from += PIECE) {
    const messages = Array.from({ length: Math.min(PIECE, count - from) }, (_, index) => ({
      bytes: Mail.message(from + index),
      flags: [],
      internalDate: (from + index) * 60_000
    }))
    yield* store.append(inbox.id, messages)
  }
})

/** What the disk and SQLite cost alone: the rows of the synced file into a new one under the same cipher and key. */
const copyRows = (file: string, key: Redacted.Redacted<Uint8Array>, to: string): number => {
  const began = process.hrtime.bigint()
  const db = SqliteFile.openUnsafe({ filename: to, key })
  db.exec(`ATTACH '${file}' AS source KEY 'raw:${Buffer.from(Redacted.value(key)).toString("hex")}'`)
  const tables = db.prepare(`SELECT name FROM source.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
    AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE '%\\_index\\_%' ESCAPE '\\'`).pluck().all() as Array<string>
  db.exec("BEGIN")
  for (const table of tables) db.exec(`CREATE TABLE main."${table}" AS SELECT * FROM source."${table}"`)
  db.exec("COMMIT")
  db.close()
  return Number(process.hrtime.bigint() - began) / 1e6
}

/** Another device's STORE, until the waiting session hears of it. */
const wayToB = Effect.fnUntraced(function*(a: ImapClient.Client, b: ImapClient.Client, rounds: number) {
  const samples: Array<number> = []
  yield* b.idle
  for (let round = 0; round < rounds; round++) {
    const heard = yield* Effect.forkChild(elapsed(b.heard("FETCH")), { startImmediately: true })
    yield* a.command(`STORE 1 ${round % 2 === 0 ? "+" : "-"}FLAGS (\\Flagged)`)
    samples.push(yield* Fiber.join(heard))
  }
  yield* b.done
  return samples
})

type Login = Effect.Success<ReturnType<typeof House.prepare>>["login"]

const session = Effect.fnUntraced(function*(endpoint: ImapClient.Endpoint, { password, user }: Login) {
  const client = yield* ImapClient.connect(endpoint)
  yield* client.command(`LOGIN ${user} ${password}`)
  yield* client.command("SELECT INBOX")
  return client
})

const peer = Effect.fnUntraced(function*(folder: string, { isAlone, messages }: SuiteOptions) {
  const [dovecot, mbsync] = [yield* Dovecot.version, yield* Mbsync.version]
  if (isAlone) return undefined
  if (Option.isNone(dovecot) || mbsync === undefined) {
    yield* Console.error("Dovecot or mbsync is not installed (Debian: dovecot-imapd, isync): our figures alone.")
    return undefined
  }
  const kind = Dovecot.kinds({ format: "sdbox", curve: "secp521r1" }, dovecot.value).find(({ name }) =>
    name === "plain"
  )
  if (kind === undefined) return undefined
  const server = yield* kind.open(path.join(folder, "dovecot"))
  yield* server.start
  yield* Mailboxes.fill(server, { messages, big: messages }, "Main")
  const took = yield* Mbsync.pull(path.join(folder, "maildir"), server, messages)
  yield* server.stop
  return { took, version: `${mbsync}, from ${kind.version}` }
})

interface Taken {
  readonly name: string
  readonly unit: Unit.Unit
  readonly figures: Entry["figures"]
  readonly target?: Entry["target"]
}

const entry = ({ figures, name, target = {}, unit }: Taken): Entry => ({ key: name, name, unit, target, figures })

const platform = Layer.mergeAll(
  NodeHttpClient.layerNodeHttp,
  NodeCrypto.layer,
  OpenPgpJs.layer,
  // As the client does without a collector (src/apps/Traces.ts).
  Layer.succeed(References.TracerEnabled, false)
)

export const run = Effect.fn("sync.Suite.run")(
  function*(options: SuiteOptions) {
    const { messages, rounds } = options
    const folder = yield* TemporaryFolder.make
    const machine = Machine.facts()
    const provider = yield* House.startProvider(path.join(folder, "provider"))
    const [first, second] = [path.join(folder, "a"), path.join(folder, "b")]

    yield* Console.error("filling the first device")
    const { login: loginA } = yield* House.prepare(first, provider, true)
    const a = yield* House.open(first)
    yield* fill(a.store, messages)
    const filled = yield* elapsed(House.pushed(a))

    yield* Console.error("first sync of the second device")
    // Both devices are in this process: what the first one's push left to index is not to be paid for by the second.
    yield* House.idle
    const { login: loginB } = yield* House.prepare(second, provider, false)
    const scope = yield* Scope.fork(yield* Effect.scope)
    const [began, cpu] = [yield* Clock.currentTimeNanos, process.cpuUsage()]
    const b = yield* Scope.provide(House.open(second), scope)
    const since = Effect.map(Clock.currentTimeNanos, (now) => Number(now - began) / 1e6)
    yield* when(b.store, (exists) => exists > 0)
    const newest = yield* since
    yield* when(b.store, (exists) => exists >= messages)
    const synced = yield* since
    const { system, user } = process.cpuUsage(cpu)

    yield* Console.error("flags, and the way from A to B")
    const inbox = yield* a.store.mailbox("INBOX")
    const changes = Math.min(CHANGES, messages)
    yield* a.store.flag(inbox.id, UidSet.fromRanges([{ from: 1, to: changes }]), "add", ["\\Seen"])
    const pushed = yield* elapsed(House.pushed(a))
    const [sessionA, sessionB] = [yield* session(a.imap, loginA), yield* session(b.imap, loginB)]
    yield* House.quiet(b)
    const ways = yield* wayToB(sessionA, sessionB, rounds)
    yield* Scope.close(scope, Exit.void)

    yield* Console.error("the peers")
    const copied = copyRows(path.join(b.folder, "mail.db"), b.databaseKey, path.join(folder, "copy.db"))
    const other = yield* peer(folder, options)
    const octets = Array.from({ length: messages }, (_, index) => Mail.message(index).length).reduce((x, y) => x + y, 0)
    const against = (ours: number): Entry["figures"] => ({
      [OURS]: figure([ours]),
      ...other === undefined ? {} : { [PEER]: figure([other.took]) },
      [COPY]: figure([copied])
    })
    const perMegabyte = (cost: number): number => cost / (octets / 1e6)
    const entries = [
      entry({
        name: `first sync of ${messages} messages, messages`,
        unit: Unit.perSecond(messages),
        figures: against(synced),
        target: { [PEER]: 1 }
      }),
      entry({
        name: "the same, octets of mail",
        unit: Unit.throughput,
        figures: Object.fromEntries(
          Object.entries(against(synced)).map(([name, one]) => [name, figure(one.samples.map(perMegabyte))])
        )
      }),
      entry({
        name: "the same, of this process's time only",
        unit: Unit.perSecond(messages),
        figures: { [OURS]: figure([(user + system) / 1000]) }
      }),
      entry({ name: "opened to first mail listed", unit: Unit.milliseconds, figures: { [OURS]: figure([newest]) } }),
      entry({
        name: `push of ${messages} messages`,
        unit: Unit.perSecond(messages),
        figures: { [OURS]: figure([filled]) }
      }),
      entry({
        name: `push of ${changes} changes of flags`,
        unit: Unit.perSecond(changes),
        figures: { [OURS]: figure([pushed]) }
      }),
      entry({ name: "STORE on A to IDLE on B, median", unit: Unit.milliseconds, figures: { [OURS]: figure(ways) } }),
      entry({
        name: "STORE on A to IDLE on B, p99",
        unit: Unit.milliseconds,
        figures: { [OURS]: { cost: p99(ways), samples: ways } }
      })
    ]
    const report: Report = {
      suite: "sync",
      date: DateTime.formatIso(yield* DateTime.now),
      machine: { ...machine, "load after": Number(os.loadavg()[0]?.toFixed(2) ?? 0) },
      versions: other === undefined ? {} : { [PEER]: other.version },
      options: { ...options },
      notes: [
        "Ours: provider in a process of its own on SQLite, both devices in the bench's. On disk, encrypted, indexed when told.",
        `${PEER}: into a Maildir, unencrypted, from a Dovecot on the same machine.`,
        `${COPY}: all tables of the synced file into a new one, same cipher, no index.`
      ],
      subjects: [OURS, ...other === undefined ? [] : [PEER], COPY],
      entries
    }
    return report
  },
  Effect.scoped,
  Effect.provide(platform)
)
