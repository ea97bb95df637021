/** `bench provider`: mail that arrives, beside the library alone; what devices that listen cost. */
import { Console, DateTime, Effect, Schema } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as openpgp from "openpgp"
import { version } from "../../src/apps/Version.ts"
import { BenchError } from "../BenchError.ts"
import { memory, ticks } from "../imap/ProcessTree.ts"
import * as Machine from "../Machine.ts"
import { exec } from "../pgp/Run.ts"
import { type Entry, figure, type Report } from "../Report.ts"
import * as TemporaryFolder from "../TemporaryFolder.ts"
import * as Unit from "../Unit.ts"
import * as Feeds from "./Feeds.ts"
import * as Letter from "./Letter.ts"
import * as Lmtp from "./Lmtp.ts"
import * as Node from "./Node.ts"

export interface SuiteOptions {
  readonly messages: number
  readonly feeds: number
  readonly rounds: number
}

const OURS = "leap-mail"
const RAW = "openpgp.js"
const ACCOUNTS = 20
const CONNECTIONS = 8
const WARMING = 1000
const MILLISECONDS_A_TICK = 10

const Raw = Schema.fromJsonString(
  Schema.Struct({ milliseconds: Schema.Finite, processor: Schema.Finite, count: Schema.Int })
)

interface Files {
  readonly root: string
  readonly certificate: string
  readonly letterFile: string
  readonly letter: string
}

const prepare = Effect.gen(function*() {
  const root = yield* TemporaryFolder.make
  const { publicKey } = yield* Effect.promise(() =>
    openpgp.generateKey({ userIDs: { email: `user0@${Letter.DOMAIN}` }, format: "binary" })
  )
  const files: Files = {
    root,
    certificate: path.join(root, "certificate"),
    letterFile: path.join(root, "letter"),
    letter: Letter.make()
  }
  fs.writeFileSync(files.certificate, publicKey)
  fs.writeFileSync(files.letterFile, files.letter)
  return files
})

/** On a store of its own each time. */
const node = Effect.fnUntraced(function*(cores: number, { certificate, root }: Files) {
  const folder = fs.mkdtempSync(path.join(root, "node-"))
  return yield* Node.start(cores, folder, ACCOUNTS, certificate)
})

const arrive = Effect.fnUntraced(function*(cores: number, files: Files, count: number) {
  const { lmtp: port, pid } = yield* node(cores, files)
  const { letter } = files
  yield* Lmtp.deliver({ port, letter, count: WARMING, connections: CONNECTIONS })
  const before = ticks(pid)
  const milliseconds = yield* Lmtp.deliver({ port, letter, count, connections: CONNECTIONS })
  return { each: milliseconds / count, work: (ticks(pid) - before) * MILLISECONDS_A_TICK / count }
}, Effect.scoped)

const raw = Effect.fnUntraced(function*({ certificate, letterFile }: Files, count: number) {
  const main = path.join(import.meta.dirname, "RawMain.ts")
  const printed = yield* exec(1, [process.execPath, main, certificate, letterFile, String(count)])
  const { milliseconds, processor } = yield* Effect.mapError(
    Schema.decodeUnknownEffect(Raw)(printed),
    () => new BenchError({ reason: `RawMain printed ${printed.slice(0, 200)}` })
  )
  return { each: milliseconds / count, work: processor / count }
})

const arrivals = Effect.fnUntraced(function*(files: Files, { messages, rounds }: SuiteOptions) {
  const samples = { one: [], two: [], raw: [] } as Record<"one" | "two" | "raw", Array<{ each: number; work: number }>>
  for (let round = 0; round < rounds; round++) {
    yield* Console.error(`arrivals, round ${round + 1}`)
    samples.one.push(yield* arrive(1, files, messages))
    samples.raw.push(yield* raw(files, messages))
    samples.two.push(yield* arrive(2, files, messages))
  }
  const row = (
    key: string,
    name: string,
    ours: "one" | "two",
    cost: "each" | "work",
    target: number | undefined
  ): Entry => ({
    key,
    name,
    unit: cost === "each" ? Unit.perSecond(1) : Unit.milliseconds,
    target: target === undefined ? {} : { [RAW]: target },
    figures: {
      [OURS]: figure(samples[ours].map((sample) => sample[cost])),
      [RAW]: figure(samples.raw.map((sample) => sample[cost]))
    }
  })
  return [
    row("arrivals-1", "arrivals by LMTP, 20 KB, one core", "one", "each", 0.7),
    row("arrivals-1", "arrivals by LMTP, 20 KB, one core: processor time each", "one", "work", 0.7),
    row("arrivals-2", "arrivals by LMTP, 20 KB, two cores, shared with the sender", "two", "each", undefined),
    row("arrivals-2", "arrivals by LMTP, 20 KB, two cores: processor time each", "two", "work", undefined)
  ]
})

const feeds = Effect.fnUntraced(function*(files: Files, { feeds: count }: SuiteOptions) {
  yield* Console.error(`${count} feeds`)
  const { pid, provider, tokens } = yield* node(2, files)
  // What is made once is made before.
  yield* Effect.scoped(Feeds.openAll(provider, tokens, 20))
  const before = yield* memory(pid)
  const start = performance.now()
  yield* Feeds.openAll(provider, tokens, count)
  const opening = performance.now() - start
  const after = yield* memory(pid)
  const row = (name: string, unit: Unit.Unit, cost: number): Entry => ({
    key: "feeds",
    name,
    unit,
    target: {},
    figures: { [OURS]: figure([cost]) }
  })
  return [
    row(`${count} idle feeds: memory before`, Unit.megabytes, before),
    row(`${count} idle feeds: memory with them`, Unit.megabytes, after),
    row(
      "an idle feed: memory",
      { show: (cost) => `${(cost / 1000).toFixed(1)} KB`, isCompared: false },
      (after - before) / count
    ),
    row(`${count} feeds: opened`, Unit.perSecond(count), opening)
  ]
}, Effect.scoped)

export const run = Effect.fn("provider.Suite.run")(function*(options: SuiteOptions) {
  const machine = Machine.facts()
  const files = yield* prepare
  const entries = [...yield* arrivals(files, options), ...yield* feeds(files, options)]
  const report: Report = {
    suite: "provider",
    date: DateTime.formatIso(yield* DateTime.now),
    machine: { ...machine, "load after": Number(os.loadavg()[0]?.toFixed(2) ?? 0) },
    versions: { [OURS]: version },
    options: { ...options },
    notes: [
      `${OURS}: ${CONNECTIONS} connections, each message answered when it is encrypted and on disk (SQLite); the sender's ` +
      "work is not counted, and its DNS is not asked.",
      `${RAW}: the same letter encrypted to the same key on one core; no mail server, no store.`
    ],
    subjects: [OURS, RAW],
    entries
  }
  return report
}, Effect.scoped)
